import { scaleLinear } from 'd3-scale'
import type { JSX } from 'preact'
import type { CaseRecord, Measurement } from '../run-record.js'
import { counted, percent, timeSpan } from './figures.js'
import { extent } from './scales.js'

interface TimesProps {
  readonly cases: readonly CaseRecord[]
}

/** How long the device took to boot, to list, to answer: a bar each. */
export function Times({ cases }: TimesProps): JSX.Element | null {
  const bars = barsOf(cases)
  if (bars.length === 0) return null
  const x = scaleLinear([0, Math.max(1, ...bars.map(({ high }) => high))], [0, 1])
  return (
    <section>
      <h2>How long the device takes</h2>
      <ul class="course times">
        {bars.map(({ name, from, ms, low, high }) => (
          <li class="course-row">
            <span class="course-name">
              <span>{name}</span> <span class="small">{from}</span>
            </span>
            <svg width="100%" height="22" aria-hidden="true">
              <rect class="time-bar" width={percent(Math.max(0.002, x(ms)))} y="5" height="12" rx="3" />
              {high > low && <line class="whisker" x1={percent(x(low))} x2={percent(x(high))} y1="11" y2="11" />}
            </svg>
            <span class="small">{timeSpan(ms)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** One time of the device, which several cases may have measured. */
interface TimeBar {
  readonly name: string
  /** The case that measured it, or how many did. */
  readonly from: string
  /** In the middle of all; the least and the greatest. */
  readonly ms: number
  readonly low: number
  readonly high: number
}

function barsOf(cases: readonly CaseRecord[]): readonly TimeBar[] {
  const measured = cases.flatMap(({ id, measurements }) =>
    measurements.filter(isTime).map((measurement) => ({ id, name: measurement.name, ms: msOf(measurement) })),
  )
  return [...new Set(measured.map(({ name }) => name))].map((name) => {
    const same = measured.filter((each) => each.name === name)
    const sorted = same.map(({ ms }) => ms).toSorted((a, b) => a - b)
    const [low, high] = extent(sorted)
    const from = same.length === 1 ? (same[0]?.id ?? '') : `median of ${counted(same.length, 'case')}`
    return { name, from, ms: sorted[Math.floor(sorted.length / 2)] ?? low, low, high }
  })
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
