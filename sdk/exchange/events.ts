import type { Request, ResponseStatus } from '../wire/index.js'

/**
 * Why an exchange ended: the endpoint said so (complete, abandoned), a RESPONSE said so (refused), nothing was heard any more (unconfirmed), it
 * asked for more rounds than there may be (exhausted), or the server stopped.
 */
export type CloseReason = 'complete' | 'abandoned' | 'refused' | 'unconfirmed' | 'exhausted' | 'stopped'

/** Facts of one exchange, for counters and people. */
export interface ExchangeFacts {
  /** RESPONSE status last sent; undefined before any. */
  readonly status: ResponseStatus | undefined
  /** Resources announced; 0 before, and where none are. */
  readonly count: number
  /** Rounds begun. */
  readonly roundCount: number
  /** RESOURCE packets sent, all rounds. */
  readonly sentCount: number
  /** RESOURCE packets sent in rounds after the first. */
  readonly resentCount: number
  /** What the endpoint last said it received; undefined before any report. */
  readonly receivedCount: number | undefined
}

/** What an exchange tells the shell around it. */
export type ExchangeEvent =
  | { readonly type: 'resourcesWanted'; readonly request: Request }
  | { readonly type: 'responded'; readonly status: ResponseStatus; readonly count: number }
  | { readonly type: 'roundEnded'; readonly round: number; readonly sentCount: number }
  | { readonly type: 'closed'; readonly reason: CloseReason; readonly facts: ExchangeFacts }
