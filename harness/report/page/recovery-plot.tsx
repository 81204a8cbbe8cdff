import { scaleLinear, type ScaleLinear } from 'd3-scale'
import { area, curveStepAfter, line } from 'd3-shape'
import type { JSX } from 'preact'
import type { Arrival, ExchangeStory } from '../exchange-story/story.js'
import { axisTimes, counted, figure, percent, timeSpan } from './figures.js'
import { anchorAt, roomyTicks } from './scales.js'

const HEIGHT = 132
/** Height of the room for the rounds' names and for what was announced, above the plot. */
const TOP = 34
/** Height of the room in which drops are drawn, and of the axis beneath. */
const DROPS = 26
const AXIS = 18
const GROUND = TOP + HEIGHT + DROPS

/** Shares of the axis that `round 12`, and its number alone, need on a phone. */
const NAME_SHARE = 0.17
const NUMBER_SHARE = 0.04

/** Loss and recovery: how many distinct resources had arrived by when, what was lost when, and the rounds as bands. */
export function RecoveryPlot({ story }: { readonly story: ExchangeStory }): JSX.Element | null {
  const { arrivals, announced, startT, rounds, resources } = story
  const received = arrivals.at(-1)?.received ?? 0
  const most = Math.max(announced ?? 0, received)
  if (most === 0) return null
  const { from, to } = busyPart(story)
  const x = scaleLinear([from - startT, Math.max(from + 1, to) - startT], [0, 1])
  const y = scaleLinear([0, most], [HEIGHT, 0])
  const ticks = roomyTicks(x)
  const labels = axisTimes(ticks.map((tick) => tick / 1000))
  const points: readonly Arrival[] = [{ t: from, received: 0 }, ...arrivals, { t: to, received }]
  const place = ({ t }: Arrival): number => x(t - startT) * 1000
  const height = (arrival: Arrival): number => y(arrival.received)
  const curve = line(place, height).curve(curveStepAfter).digits(1)
  const ground = area<Arrival>(place, HEIGHT, height).curve(curveStepAfter).digits(1)
  return (
    <figure class="recovery">
      <svg
        class="plot"
        width="100%"
        height={GROUND + AXIS}
        role="img"
        aria-label={`${figure(received)} of ${figure(most)} resources received, over ${counted(rounds.length, 'round')}`}
      >
        {rounds.map(({ round, t }, at) => (
          <RoundBand
            name={round}
            isShaded={at % 2 === 1}
            from={x(t - startT)}
            to={x((rounds[at + 1]?.t ?? to) - startT)}
          />
        ))}
        <line class="goal" x1="0" x2="100%" y1={TOP} y2={TOP} />
        <svg viewBox={`0 0 1000 ${HEIGHT}`} x="0" y={TOP} width="100%" height={HEIGHT} preserveAspectRatio="none">
          <path class="ground" d={ground([...points]) ?? ''} />
          <path class="curve" d={curve([...points]) ?? ''} />
        </svg>
        <text x="0" y={TOP - 6}>
          {figure(most)} {announced === null ? 'received' : 'announced'}
        </text>
        <Drops story={story} x={x} />
        <line class="axis" x1="0" x2="100%" y1={GROUND} y2={GROUND} />
        {ticks.map((tick, at) => (
          <text x={percent(x(tick))} y={GROUND + 14} text-anchor={anchorAt(x(tick))}>
            {labels[at]}
          </text>
        ))}
      </svg>
      <figcaption class="small">
        <span class="key curve-key" /> distinct resources received <span class="key drop-key" /> packets lost:{' '}
        {figure(resources.dropped)} resources dropped on purpose, {figure(resources.again)} sent again
        {vanished(story)}. {leftOut(story)}
      </figcaption>
    </figure>
  )
}

interface RoundBandProps {
  readonly name: number
  readonly isShaded: boolean
  /** Where it begins and ends, 0–1. */
  readonly from: number
  readonly to: number
}

function RoundBand({ name, isShaded, from, to }: RoundBandProps): JSX.Element {
  const share = to - from
  return (
    <>
      {isShaded && <rect class="band" x={percent(from)} width={percent(Math.max(0, share))} y="0" height={GROUND} />}
      {share > NUMBER_SHARE && (
        <text x={percent(from)} dx="3" y="12">
          {share > NAME_SHARE ? `round ${name}` : name}
        </text>
      )}
    </>
  )
}

function Drops({
  story: { drops },
  x,
}: {
  readonly story: ExchangeStory
  readonly x: ScaleLinear<number, number>
}): JSX.Element {
  const { spanMicroseconds, counts } = drops
  const most = Math.max(1, ...counts)
  const [first = 0, last = 0] = x.domain()
  return (
    <>
      {counts.map((count, at) => {
        const t = at * spanMicroseconds
        if (count === 0 || t + spanMicroseconds < first || t > last) return null
        const from = Math.max(0, x(t))
        const to = Math.min(1, x(t + spanMicroseconds * 0.85))
        const tall = 4 + (count / most) * (DROPS - 6)
        return (
          <rect
            class="drop"
            x={percent(from)}
            width={percent(Math.max(0.003, to - from))}
            y={(GROUND - tall).toFixed(1)}
            height={tall.toFixed(1)}
          />
        )
      })}
    </>
  )
}

/** The part of an exchange in which resources travelled: a device that thinks for a second would press it into an upright line. */
function busyPart({ arrivals, rounds, drops, startT, endT }: ExchangeStory): { from: number; to: number } {
  const first = Math.min(rounds[0]?.t ?? endT, arrivals[0]?.t ?? endT)
  const lastDropT = startT + (drops.counts.findLastIndex((count) => count > 0) + 1) * drops.spanMicroseconds
  const last = Math.min(endT, Math.max(first, arrivals.at(-1)?.t ?? 0, rounds.at(-1)?.t ?? 0, lastDropT))
  const margin = Math.max(500, (last - first) * 0.08)
  const part = { from: Math.max(startT, first - margin), to: Math.min(endT, last + margin) }
  return part.to - part.from < (endT - startT) * 0.7 ? part : { from: startT, to: endT }
}

/** What the plot does not show. */
function leftOut(story: ExchangeStory): string {
  const { from, to } = busyPart(story)
  const { startT, endT } = story
  const parts = [
    ...(from > startT ? [`the first ${timeSpan((from - startT) / 1000)}`] : []),
    ...(to < endT ? [`the last ${timeSpan((endT - to) / 1000)}`] : []),
  ]
  return parts.length === 0 ? '' : `Not drawn, because no resource travelled then: ${parts.join(' and ')}.`
}

/** Sent, neither dropped on purpose nor arrived: the network's own losses. */
function vanished({ resources: { sent, arrived, dropped } }: ExchangeStory): string {
  const count = sent - arrived - dropped
  return sent > 0 && count > 0 ? `, ${figure(count)} vanished on the way` : ''
}
