import { setTimeout as sleep } from 'node:timers/promises'
import type { SearchKind, SearchResultOf, SearchSessions } from '../search-sessions.js'
import { invalidValue } from '../soap/fault.js'

/** A request for the next results of a search, as the client asked. */
export interface PageRequest<Kind extends SearchKind> {
  readonly kind: Kind
  readonly token: string
  readonly minResults: number | undefined
  readonly maxResults: number | undefined
  readonly waitMs: number | undefined
  /** Fires when the client has gone, or the device closes. */
  readonly signal: AbortSignal
}

/** One answer to it. */
export interface Page<Result> {
  readonly results: readonly Result[]
  /** How the search stands, in the specification's words. */
  readonly state: 'Queued' | 'Searching' | 'Completed' | 'Unknown'
}

/** Takes the next results of a search; throws `SoapFault` `ter:InvalidToken` where there is no such search. */
export type TakePage = <Kind extends SearchKind>(request: PageRequest<Kind>) => Promise<Page<SearchResultOf[Kind]>>

/**
 * Take results from sessions, waiting as a session says. A session that is ended meanwhile gives no more results, and the request returns at once.
 *
 * @param nowMs - the clock of the sessions, in ms; it never runs backwards
 */
export function pagesOf(sessions: SearchSessions, nowMs: () => number): TakePage {
  return async (request) => {
    const { kind, token, signal } = request
    const askedAtMs = nowMs()
    for (;;) {
      const outcome = sessions.take(kind, token, { ...request, askedAtMs }, nowMs())
      if (outcome.type === 'results') {
        return { results: outcome.results, state: outcome.completed ? 'Completed' : 'Searching' }
      }
      if (outcome.type === 'unknown') throw unknownSearch(token)
      const stop = AbortSignal.any([outcome.ended, signal])
      try {
        await sleep(outcome.untilMs - nowMs(), undefined, { signal: stop, ref: false })
      } catch (error) {
        if (!stop.aborted) throw error
        return { results: [], state: 'Completed' }
      }
    }
  }
}

export function unknownSearch(token: string): Error {
  return invalidValue(
    `there is no search '${token.slice(0, 64)}'; it may be completed, ended or expired`,
    'ter:InvalidToken',
  )
}
