import type { JSX } from 'preact'
import type { CaseRecord, Measurement } from '../run-record.js'
import { quantity, timeSpan } from './figures.js'
import { OutcomeMark, OutcomeWord, Tone } from './outcome-mark.js'

interface WallProps {
  readonly cases: readonly CaseRecord[]
}

/** Every case at one look: a tile each. */
export function CaseWall({ cases }: WallProps): JSX.Element {
  return (
    <ol class="wall">
      {cases.map(({ id, title, outcome, durationMs, measurements }) => (
        <li class={`tile ${Tone[outcome]}`}>
          <a href={`#case-${encodeURIComponent(id)}`} title={title}>
            <span class="tile-head">
              <OutcomeMark outcome={outcome} />
              <span class="small">{timeSpan(durationMs)}</span>
            </span>
            <b class="clamped">{id}</b>
            <span class="small tile-foot">
              {outcome === 'pass' ? '' : outcome}
              {measurements.some(({ marginal }) => marginal === true) && <span class="marginal">marginal</span>}
            </span>
          </a>
        </li>
      ))}
    </ol>
  )
}

/** Every case in full: what it asks, how it came out, and what it measured. */
export function CaseList({ cases }: WallProps): JSX.Element {
  return (
    <ol class="cases">
      {cases.map(({ id, title, outcome, why, measurements, durationMs }) => (
        <li class={`card edge ${Tone[outcome]}`} id={`case-${encodeURIComponent(id)}`}>
          <h3>
            <OutcomeWord outcome={outcome} /> {title}
          </h3>
          <p class="small">
            <code>{id}</code>, {timeSpan(durationMs)}
          </p>
          {why !== '' && <p class="why">{why}</p>}
          {measurements.length > 0 && (
            <dl class="measured">
              {measurements.map((measurement) => (
                <Measured measurement={measurement} />
              ))}
            </dl>
          )}
        </li>
      ))}
    </ol>
  )
}

function Measured({ measurement }: { readonly measurement: Measurement }): JSX.Element {
  const { name, value, unit, limit, marginal } = measurement
  const share = shareOfLimit(measurement)
  return (
    <div class={marginal === true ? 'marginal' : undefined}>
      <dt>{name}</dt>
      <dd>
        <b>{quantity(value, unit)}</b>
        {limit !== null && <span class="small"> {limit}</span>}
        {marginal === true && <span class="small"> marginal</span>}
        {share !== undefined && (
          <svg class="gauge" width="100%" height="5" aria-hidden="true">
            <rect class="gauge-room" width="100%" height="5" rx="2.5" />
            <rect
              class={share > 1 ? 'gauge-over' : 'gauge-fill'}
              width={`${Math.min(100, share * 100).toFixed(1)}%`}
              height="5"
              rx="2.5"
            />
          </svg>
        )}
      </dd>
    </div>
  )
}

/** How much of an upper limit is used up; undefined where the limit is none. */
function shareOfLimit({ value, limit }: Measurement): number | undefined {
  const most = /^[≤<]\s*(\d+(?:\.\d+)?)/.exec(limit ?? '')?.[1]
  return most === undefined || Number(most) === 0 ? undefined : Math.max(0, value / Number(most))
}
