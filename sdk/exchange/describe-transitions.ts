import { TRANSITIONS, type ExchangeAction, type ExchangeInput, type ExchangeState } from './transitions.js'

const STATES: Readonly<Record<ExchangeState, string>> = {
  asking: 'the device is being asked',
  sending: 'a round is being sent',
  reporting: 'the round is sent; its report is awaited',
  collecting: 'the report said MISMATCH; the MISSING packets that it announced are awaited',
  closed: 'the end',
}

const INPUTS: Readonly<Record<ExchangeInput, string>> = {
  requestRepeated: 'the same REQUEST came again',
  deviceListed: "the device's list is complete",
  deviceFailed: "the device's list cannot be had",
  pendingDue: 'the device took 300 ms',
  deviceTimedOut: 'the device took 55 s',
  roundSent: 'the last RESOURCE of the round went out, or there was none to send',
  reportedComplete: 'COUNT_REPORT COMPLETE, for this round or an earlier one',
  reportedAbandon: 'COUNT_REPORT ABANDON, for this round or an earlier one',
  reportedMismatch: 'COUNT_REPORT MISMATCH for this round',
  missingNamed: 'MISSING for this round, of a request with SELECTIVE',
  missingCollected: 'every announced MISSING packet is here, or 200 ms passed since the report',
  roundsSpent: 'the same, after the last round that there may be',
  progressed: 'PROGRESS for this round',
  roundEndDue: 'no report for 500 ms, and fewer than 10 ROUND_END sent',
  silent: 'nothing sent and nothing heard for 60 s',
  stopped: 'the server stops',
}

const ACTIONS: Readonly<Record<ExchangeAction, string>> = {
  repeatResponse: 'send the last RESPONSE again, if there was one',
  answerPending: 'send RESPONSE PENDING',
  announce: 'freeze the snapshot, send RESPONSE OK, begin round 0',
  refuse: 'send RESPONSE with the status that fits',
  refuseUnreachable: 'send RESPONSE DEVICE_UNREACHABLE',
  endRound: 'send ROUND_END',
  repeatRoundEnd: 'send ROUND_END again',
  noteMissing: 'keep what it names',
  collectMissing: 'send ROUND_END no more; note how many MISSING packets were announced',
  startRound: 'begin the next round: what was named, or everything',
  noteProgress: 'move the window',
  finish: 'free everything',
}

/**
 * The transitions as Markdown: a diagram and a table, as they stand in docs/exchange.md. Not part of the package's public API; a spec compares the
 * page with it.
 */
export function describeTransitions(): string {
  const states = Object.entries(STATES).map(([state, meaning]) => `- **${state}** — ${meaning}`)
  const rows = TRANSITIONS.map(
    ({ from, on, does, to }) => `| ${from} | ${on} | ${INPUTS[on]} | ${ACTIONS[does]} | ${to} |`,
  )
  return [
    ...states,
    '',
    '```mermaid',
    ...diagram(),
    '```',
    '',
    '| state | input | what happened | what the converter does | next state |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

/** One arrow for all inputs that lead from one state to another. */
function diagram(): readonly string[] {
  const arrows = new Map<string, ExchangeInput[]>()
  for (const { from, on, to } of TRANSITIONS) {
    const arrow = `${from} --> ${to}`
    arrows.set(arrow, [...(arrows.get(arrow) ?? []), on])
  }
  const lines = [...arrows].map(([arrow, inputs]) => `  ${arrow}: ${inputs.join(', ')}`)
  return ['stateDiagram-v2', '  [*] --> asking: REQUEST', ...lines, '  closed --> [*]']
}
