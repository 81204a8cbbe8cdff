import type { JSX } from 'preact'
import type { Outcome, RunVerdict } from '../run-record.js'

/** How an outcome looks: four tones, told apart by their marks as well, because not everybody sees colours. */
export const Tone: Readonly<Record<Outcome, 'pass' | 'fail' | 'unsure' | 'idle'>> = {
  pass: 'pass',
  fail: 'fail',
  error: 'unsure',
  timeout: 'unsure',
  aborted: 'unsure',
  'could-not-test': 'unsure',
  'not-applicable': 'idle',
}

const MARK: Readonly<Record<Outcome, string>> = {
  pass: '✓',
  fail: '✕',
  error: '!',
  timeout: '!',
  aborted: '!',
  'could-not-test': '?',
  'not-applicable': '–',
}

/** The mark of an outcome alone, with its word for who cannot see it. */
export function OutcomeMark({ outcome }: { readonly outcome: Outcome }): JSX.Element {
  return (
    <span class={`mark ${Tone[outcome]}`} role="img" aria-label={outcome} title={outcome}>
      {MARK[outcome]}
    </span>
  )
}

/** The mark and the word. */
export function OutcomeWord({ outcome }: { readonly outcome: Outcome }): JSX.Element {
  return (
    <span class={`word ${Tone[outcome]}`}>
      <span aria-hidden="true">{MARK[outcome]}</span> {outcome}
    </span>
  )
}

/** A bar that shows how many came out how; outcomes that did not occur take no room. */
export function OutcomeBar({ outcomes }: { readonly outcomes: readonly Outcome[] }): JSX.Element {
  const order: readonly Outcome[] = ['fail', 'error', 'timeout', 'aborted', 'could-not-test', 'not-applicable', 'pass']
  const counts = order
    .map((outcome) => ({ outcome, count: outcomes.filter((each) => each === outcome).length }))
    .filter(({ count }) => count > 0)
  return (
    <div class="tally">
      <div class="tally-bar" aria-hidden="true">
        {counts.map(({ outcome, count }) => (
          <span class={Tone[outcome]} style={`flex-grow:${count}`} />
        ))}
      </div>
      <ul>
        {counts.map(({ outcome, count }) => (
          <li>
            <OutcomeMark outcome={outcome} /> <b>{count}</b> {outcome}
          </li>
        ))}
      </ul>
    </div>
  )
}

/** What a verdict means, in a sentence. */
export const VERDICT_MEANS: Readonly<Record<RunVerdict, string>> = {
  pass: 'Everything that applies was tested and held.',
  fail: 'The device or the converter is at fault.',
  'could-not-test': 'The rig saw too little to say; nobody is to blame, and nothing is proved.',
}
