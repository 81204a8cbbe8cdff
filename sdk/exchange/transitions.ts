/**
 * What an exchange is doing:
 * asking the device · sending a round · waiting for the report on it · collecting the MISSING packets that the report announced · closed.
 */
export type ExchangeState = 'asking' | 'sending' | 'reporting' | 'collecting' | 'closed'

/** What can happen to an exchange: messages that came, answers of the device, times that ran out. */
export type ExchangeInput =
  | 'requestRepeated'
  | 'deviceListed'
  | 'deviceFailed'
  | 'pendingDue'
  | 'deviceTimedOut'
  | 'roundSent'
  | 'reportedComplete'
  | 'reportedAbandon'
  | 'reportedMismatch'
  | 'missingNamed'
  | 'missingCollected'
  | 'roundsSpent'
  | 'progressed'
  | 'roundEndDue'
  | 'silent'
  | 'stopped'

/** What the exchange does on the way; each is one method of {@link Exchange}. */
export type ExchangeAction =
  | 'repeatResponse'
  | 'answerPending'
  | 'announce'
  | 'refuse'
  | 'refuseUnreachable'
  | 'endRound'
  | 'repeatRoundEnd'
  | 'noteMissing'
  | 'collectMissing'
  | 'startRound'
  | 'noteProgress'
  | 'finish'

/** One row: in this state, on this input, do that and go there. */
export interface Transition {
  readonly from: ExchangeState
  readonly on: ExchangeInput
  readonly does: ExchangeAction
  readonly to: ExchangeState
}

/**
 * Every transition there is; an input without a row for the state is ignored, which is what the protocol asks for late and repeated messages.
 * The diagram in docs/exchange.md is drawn from these rows.
 *
 * A MISMATCH that comes while its round is still being sent has no row, and neither have the MISSING packets with it: the endpoint lost
 * patience, and will say it again after ROUND_END, when it knows what it really lacks. Restarting there would keep a slow exchange from ever
 * finishing a round; keeping what was named would send again what had not even been sent.
 */
export const TRANSITIONS: readonly Transition[] = [
  { from: 'asking', on: 'requestRepeated', does: 'repeatResponse', to: 'asking' },
  { from: 'asking', on: 'pendingDue', does: 'answerPending', to: 'asking' },
  { from: 'asking', on: 'deviceListed', does: 'announce', to: 'sending' },
  { from: 'asking', on: 'deviceFailed', does: 'refuse', to: 'closed' },
  { from: 'asking', on: 'deviceTimedOut', does: 'refuseUnreachable', to: 'closed' },
  { from: 'asking', on: 'reportedAbandon', does: 'finish', to: 'closed' },
  { from: 'asking', on: 'stopped', does: 'finish', to: 'closed' },

  { from: 'sending', on: 'requestRepeated', does: 'repeatResponse', to: 'sending' },
  { from: 'sending', on: 'progressed', does: 'noteProgress', to: 'sending' },
  { from: 'sending', on: 'roundSent', does: 'endRound', to: 'reporting' },
  { from: 'sending', on: 'reportedComplete', does: 'finish', to: 'closed' },
  { from: 'sending', on: 'reportedAbandon', does: 'finish', to: 'closed' },
  { from: 'sending', on: 'silent', does: 'finish', to: 'closed' },
  { from: 'sending', on: 'stopped', does: 'finish', to: 'closed' },

  { from: 'reporting', on: 'requestRepeated', does: 'repeatResponse', to: 'reporting' },
  { from: 'reporting', on: 'roundEndDue', does: 'repeatRoundEnd', to: 'reporting' },
  { from: 'reporting', on: 'missingNamed', does: 'noteMissing', to: 'reporting' },
  { from: 'reporting', on: 'reportedMismatch', does: 'collectMissing', to: 'collecting' },
  { from: 'reporting', on: 'reportedComplete', does: 'finish', to: 'closed' },
  { from: 'reporting', on: 'reportedAbandon', does: 'finish', to: 'closed' },
  { from: 'reporting', on: 'silent', does: 'finish', to: 'closed' },
  { from: 'reporting', on: 'stopped', does: 'finish', to: 'closed' },

  { from: 'collecting', on: 'requestRepeated', does: 'repeatResponse', to: 'collecting' },
  { from: 'collecting', on: 'missingNamed', does: 'noteMissing', to: 'collecting' },
  { from: 'collecting', on: 'missingCollected', does: 'startRound', to: 'sending' },
  { from: 'collecting', on: 'roundsSpent', does: 'finish', to: 'closed' },
  { from: 'collecting', on: 'reportedComplete', does: 'finish', to: 'closed' },
  { from: 'collecting', on: 'reportedAbandon', does: 'finish', to: 'closed' },
  { from: 'collecting', on: 'stopped', does: 'finish', to: 'closed' },
]

const ROWS: ReadonlyMap<string, Transition> = new Map(TRANSITIONS.map((row) => [`${row.from} ${row.on}`, row]))

/** The row for an input in a state; undefined: ignored. */
export function transition(from: ExchangeState, on: ExchangeInput): Transition | undefined {
  return ROWS.get(`${from} ${on}`)
}
