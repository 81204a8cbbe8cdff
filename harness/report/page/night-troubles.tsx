import type { JSX } from 'preact'
import type { FlakeScore, NightAttempt, NightDevice } from '../night-record.js'
import { CommandLine } from './command-line.js'
import { counted, percent, timeSpan } from './figures.js'
import { DeviceName, reportHref, type DeviceProps } from './night-device.js'
import { OutcomeMark, OutcomeWord, Tone } from './outcome-mark.js'

/** What a person should look at: the worst first, each with why, its attempts, and the one command that shows it again. */
export function NightTroubles({ devices }: { readonly devices: readonly NightDevice[] }): JSX.Element | null {
  const order = { fail: 0, 'could-not-test': 1, pass: 2 }
  const troubled = devices.filter(isTroubled).sort((a, b) => order[a.verdict] - order[b.verdict])
  if (troubled.length === 0) return null
  return (
    <section>
      <h2>What needs a person</h2>
      <ul class="cards">
        {troubled.map((device) => (
          <TroubledDevice device={device} at={devices.indexOf(device)} />
        ))}
      </ul>
    </section>
  )
}

/** Whether a person should look: it did not pass, or not at once, or it changes its mind. */
export function isTroubled({ verdict, attempts, flake }: NightDevice): boolean {
  return verdict !== 'pass' || attempts.some((attempt) => attempt.verdict !== 'pass') || (flake?.low ?? 0) > 0.05
}

function TroubledDevice({ device, at }: DeviceProps): JSX.Element {
  const { number, name, model, verdict, why, attempts, flake } = device
  const again = attempts.findLast((attempt) => attempt.verdict !== 'pass')?.reproduce
  return (
    <li class={`card edge ${verdict === 'pass' ? 'unsure' : Tone[verdict]}`}>
      <h3>
        <OutcomeWord outcome={verdict} />
        {verdict === 'pass' && <span class="word unsure">unsteady</span>}
        <a href={`#device-${at}`}>
          <DeviceName device={device} />
        </a>
      </h3>
      <p class="small">
        <bdi>{model}</bdi> {name !== '' && <code>{number}</code>}
      </p>
      {why !== '' && <p class="why">{why}</p>}
      {attempts.length === 0 ? <p>There was no attempt.</p> : <Attempts attempts={attempts} whyKnown={why} />}
      {again !== undefined && (
        <p class="again">
          Run it again: <CommandLine line={again} />
        </p>
      )}
      {flake && <Flake flake={flake} />}
    </li>
  )
}

interface AttemptsProps {
  readonly attempts: readonly NightAttempt[]
  /** What was said already, and needs no second time. */
  readonly whyKnown: string
}

function Attempts({ attempts, whyKnown }: AttemptsProps): JSX.Element {
  return (
    <ol class="attempts">
      {attempts.map(({ run, verdict, why, durationMs, report }, at) => {
        const href = reportHref(report)
        return (
          <li>
            <OutcomeMark outcome={verdict} />{' '}
            {href === undefined ? `attempt ${at + 1}, no report` : <a href={href}>attempt {at + 1}</a>}{' '}
            <span class="small">
              {timeSpan(durationMs)}, {run}
            </span>
            {!whyKnown.includes(why) && <p class="small">{why}</p>}
          </li>
        )
      })}
    </ol>
  )
}

function Flake({ flake: { score, low, high, runs } }: { readonly flake: FlakeScore }): JSX.Element {
  const place = (value: number): string => percent(Math.min(1, Math.max(0, value)))
  const share = (value: number): string => percent(Number(value.toFixed(2)))
  return (
    <div class="flake">
      <span class="small">
        {score === 0 ? 'never changed its mind in ' : `changed its mind in ${share(score)} of `}
        {counted(runs, 'run')}; 95 % sure that it does in {share(low)}–{share(high)} of them
      </span>
      <svg width="100%" height="14" role="img" aria-label="flake score with its confidence interval">
        <line class="axis" x1="0" x2="100%" y1="7" y2="7" />
        <line class="whisker" x1={place(low)} x2={place(high)} y1="7" y2="7" />
        <circle class="last" cx={place(score)} cy="7" r="4" />
      </svg>
    </div>
  )
}
