import type { JSX } from 'preact'
import type { ExchangeStory, Step } from '../exchange-story/story.js'
import type { Finding } from '../../verifier/verdict.js'
import { FAILURES_ID } from './failures.js'
import { counted, figure } from './figures.js'

interface LadderProps {
  readonly story: ExchangeStory
  /** What the verifier found wrong in this exchange. */
  readonly findings: readonly Finding[]
}

/**
 * An exchange as a sequence diagram, a line a step: the converter on the left, the endpoint on the right, time downwards. Lost packets are arrows that
 * break off; what is sent again is drawn dashed.
 */
export function PacketLadder({ story, findings }: LadderProps): JSX.Element {
  const { steps, startT, untold, summedFrom } = story
  const accused = accusedSteps(steps, findings)
  let round: number | null = null
  return (
    <div class="ladder">
      <div class="rung rung-head" aria-hidden="true">
        <span>ms</span>
        <span class="ends">
          <b class="converter">converter</b>
          <b class="endpoint">endpoint</b>
        </span>
      </div>
      <ol>
        {steps.map((step) => {
          const begins = step.message === 'RESOURCE' && step.round !== null && step.round !== round
          if (begins) round = step.round
          return (
            <>
              {begins && <li class="round-band">round {step.round}</li>}
              <Rung step={step} startT={startT} rules={accused.get(step) ?? []} isOdd={(round ?? 0) % 2 === 1} />
            </>
          )
        })}
      </ol>
      {summedFrom !== undefined && (
        <p class="small">
          From {((summedFrom - startT) / 1000).toFixed(0)} ms on, resources are summed up: one arrow a round, with its
          losses counted.
        </p>
      )}
      {untold > 0 && <p class="small">{counted(untold, 'packet')} more are in the evidence, and not drawn.</p>}
    </div>
  )
}

interface RungProps {
  readonly step: Step
  readonly startT: number
  /** Rules whose findings rest on it. */
  readonly rules: readonly string[]
  /** In a round of odd number, which has another ground. */
  readonly isOdd: boolean
}

function Rung({ step, startT, rules, isOdd }: RungProps): JSX.Element {
  const { t, from, fate } = step
  const isAgain = step.message === 'RESOURCE' && (step.round ?? 0) > 0
  const classes = ['rung', from, fate, isAgain && 'again', rules.length > 0 && 'accused', isOdd && 'odd'].filter(
    Boolean,
  )
  return (
    <li class={classes.join(' ')}>
      <span class="at">{((t - startT) / 1000).toFixed(1)}</span>
      <Arrow step={step} />
      <span class="says">
        <b>{step.message ?? 'unreadable'}</b> {sequencesOf(step)} {fateOf(step)}
        {step.note !== '' && <span class="note"> {step.note}</span>}
        {isAgain && <span class="note"> again</span>}
        {rules.length > 0 && (
          <a class="rules" href={`#${FAILURES_ID}`}>
            {rules.join(', ')}
          </a>
        )}
      </span>
    </li>
  )
}

/** Where the arrow ends, percent: a lost packet gets half way. */
function Arrow({ step: { from, fate, count } }: { readonly step: Step }): JSX.Element {
  const isLost = fate === 'dropped'
  const [start, end] = from === 'converter' ? [3, isLost ? 56 : 97] : [97, isLost ? 44 : 3]
  const lean = from === 'converter' ? -1 : 1
  return (
    <svg class="arrow" width="100%" height="22" aria-hidden="true">
      <line class="life" x1="3%" x2="3%" y1="0" y2="22" />
      <line class="life" x1="97%" x2="97%" y1="0" y2="22" />
      <line class={count > 1 ? 'shaft many' : 'shaft'} x1={`${start}%`} x2={`${end}%`} y1="11" y2="11" />
      <svg x={`${end}%`} y="11">
        {isLost ? <path class="cross" d="M-5-5 5 5M-5 5 5-5" /> : <path class="head" d={`M0 0 ${lean * 9}-4.5V4.5z`} />}
      </svg>
      <circle class="tail" cx={`${start}%`} cy="11" r="2.5" />
    </svg>
  )
}

/** `3`, `5–37`, `5 … 37, 12 packets`. */
function sequencesOf({ message, first, last, count, fate }: Step): string {
  if (message !== 'RESOURCE' || first === null || last === null) return count > 1 ? counted(count, 'packet') : ''
  if (count === 1) return figure(first)
  const isWhole = last - first + 1 === count && fate !== 'mixed'
  return isWhole
    ? `${figure(first)}–${figure(last)}`
    : `${figure(first)} … ${figure(last)}, ${counted(count, 'packet')}`
}

function fateOf({ fate, dropped, count }: Step): JSX.Element | string {
  switch (fate) {
    case 'arrived':
    case 'sent':
      return ''
    case 'mixed':
      return dropped === 0 ? 'summed up' : <i>{`${figure(dropped)} lost, ${figure(count - dropped)} arrived`}</i>
    case 'dropped':
      return <i>lost</i>
    case 'duplicated':
    case 'delayed':
    case 'corrupted':
    case 'rejected':
      return <i>{fate}</i>
  }
}

/** Rules that a rung has room for. */
const MAX_RULES = 3

/** By step, the rules whose findings rest on its packets: they are accused where they were sent, and drawn where they arrived, a little later. */
function accusedSteps(steps: readonly Step[], findings: readonly Finding[]): ReadonlyMap<Step, readonly string[]> {
  const accused = new Map<Step, string[]>()
  for (const { rule, records } of findings) {
    for (const { t, message, sequence, round } of records) {
      const step = steps.find(
        (each) =>
          each.message === message &&
          each.round === (message === 'REQUEST' || message === 'RESPONSE' ? each.round : round) &&
          each.lastT >= t &&
          (sequence === null || (each.first !== null && each.first <= sequence && sequence <= (each.last ?? 0))),
      )
      if (!step) continue
      const rules = accused.get(step) ?? []
      if (!rules.includes(rule) && rules.length < MAX_RULES) rules.push(rule)
      accused.set(step, rules)
    }
  }
  return accused
}
