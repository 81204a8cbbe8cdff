import { extent } from './scales.js'
import { scaleLinear } from 'd3-scale'
import { line } from 'd3-shape'
import type { ComponentChildren, JSX } from 'preact'
import type { Trend } from '../night-record.js'
import { counted, percent, quantity } from './figures.js'

/** Points that one line draws: more than a screen has columns for would be drawn for nobody. */
const MAX_POINTS = 240

const HEIGHT = 56
const MARGIN = 6

interface TrendCardProps {
  readonly trend: Trend
  readonly title: ComponentChildren
  /** Whose it is, where the title does not say it. */
  readonly of?: ComponentChildren
}

/** One measurement over time: the line, its last value, and between what it moved. */
export function TrendCard({ trend, title, of }: TrendCardProps): JSX.Element | null {
  const { measurement, unit } = trend
  const points = pointsOf(trend)
  const last = points.at(-1)
  if (!last) return null
  const values = points.map(({ value }) => value)
  const [low, high] = extent(values)
  const x = scaleLinear(extent(points.map(({ atMs }) => atMs)), [2, 98])
  const y = scaleLinear(low === high ? [low - 1, high + 1] : [low, high], [HEIGHT - MARGIN, MARGIN])
  const drawn = line<(typeof points)[number]>(
    ({ atMs }) => x(atMs),
    ({ value }) => y(value),
  ).digits(1)
  return (
    <figure class="trend">
      <figcaption>
        <span>{title}</span>
        <b>{quantity(last.value, unit)}</b>
      </figcaption>
      <svg class="plot" width="100%" height={HEIGHT} role="img" aria-label={`${measurement} over time`}>
        <svg viewBox={`0 0 100 ${HEIGHT}`} width="100%" height={HEIGHT} preserveAspectRatio="none">
          <path class="curve" d={drawn(points) ?? ''} />
        </svg>
        <circle class="last" cx={percent(x(last.atMs) / 100)} cy={y(last.value).toFixed(1)} r="3.5" />
      </svg>
      <p class="small">
        {of !== undefined && <>{of}, </>}
        {quantity(low, unit)} – {quantity(high, unit)} in {counted(points.length, 'run')}
      </p>
    </figure>
  )
}

/** A run that measured the same several times says it once, as it said it last. */
function pointsOf({ points }: Trend): Trend['points'] {
  const finite = points.filter(({ atMs, value }) => Number.isFinite(atMs) && Number.isFinite(value))
  return finite.filter(({ atMs }, at) => finite[at + 1]?.atMs !== atMs).slice(-MAX_POINTS)
}
