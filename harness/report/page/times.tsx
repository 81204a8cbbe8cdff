import { scaleLinear } from 'd3-scale'
import type { JSX } from 'preact'
import type { Trend } from '../night-record.js'
import type { CaseRecord, Measurement } from '../run-record.js'
import { percent, quantity } from './figures.js'
import { TrendCard } from './trend.js'

interface TimesProps {
  readonly cases: readonly CaseRecord[]
  readonly history: readonly Trend[]
}

/** How long the device took to boot, to list, to answer: bars of this run, and trends over runs where they are known. */
export function Times({ cases, history }: TimesProps): JSX.Element | null {
  const bars = cases.flatMap(({ id, measurements }) =>
    measurements.filter(isTime).map((measurement) => ({ id, measurement, ms: msOf(measurement) })),
  )
  const trends = history.filter(({ points }) => points.length > 1)
  if (bars.length === 0 && trends.length === 0) return null
  const x = scaleLinear([0, Math.max(1, ...bars.map(({ ms }) => ms))], [0, 1])
  return (
    <section>
      <h2>How long the device takes</h2>
      {bars.length > 0 && (
        <ul class="course times">
          {bars.map(({ id, measurement, ms }) => (
            <li class="course-row">
              <span class="course-name">
                <span>{measurement.name}</span> <span class="small">{id}</span>
              </span>
              <svg width="100%" height="22" aria-hidden="true">
                <rect class="time-bar" width={percent(Math.max(0.002, x(ms)))} y="5" height="12" rx="3" />
              </svg>
              <span class="small">{quantity(measurement.value, measurement.unit)}</span>
            </li>
          ))}
        </ul>
      )}
      {trends.length > 0 && (
        <div class="trend-grid">
          {trends.map((trend) => (
            <TrendCard {...trend} />
          ))}
        </div>
      )}
    </section>
  )
}

/** What a device takes, not how long an exchange with its losses lasted. */
function isTime({ name, value, unit }: Measurement): boolean {
  return (
    (unit === 'ms' || unit === 's') && /\b(time|boot|listing)\b/i.test(name) && Number.isFinite(value) && value >= 0
  )
}

function msOf({ value, unit }: Measurement): number {
  return unit === 's' ? value * 1000 : value
}
