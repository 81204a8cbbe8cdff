import { scaleLinear } from 'd3-scale'
import { area, curveStepAfter, line } from 'd3-shape'
import type { JSX } from 'preact'
import type { Arrival, ExchangeStory } from '../exchange-story/story.js'
import { counted, figure, percent, timeSpan } from './figures.js'
import { anchorAt } from './scales.js'

const HEIGHT = 132
const TOP = 18
/** Height of the room in which drops are drawn, and of the axis beneath. */
const DROPS = 26
const AXIS = 18

/** Loss and recovery: how many distinct resources had arrived by when, what was lost when, and the rounds as bands. */
export function RecoveryPlot({ story }: { readonly story: ExchangeStory }): JSX.Element | null {
  const { arrivals, announced, startT, endT, rounds, drops, resources } = story
  const most = Math.max(announced ?? 0, arrivals.at(-1)?.received ?? 0)
  if (most === 0) return null
  const spanMicroseconds = Math.max(1, endT - startT)
  const x = scaleLinear([0, spanMicroseconds], [0, 1])
  const y = scaleLinear([0, most], [HEIGHT, 0])
  const points: readonly Arrival[] = [
    { t: startT, received: 0 },
    ...arrivals,
    { t: endT, received: arrivals.at(-1)?.received ?? 0 },
  ]
  const place = ({ t }: Arrival): number => x(t - startT) * 1000
  const height = ({ received }: Arrival): number => y(received)
  const curve = line(place, height).curve(curveStepAfter).digits(1)
  const ground = area<Arrival>(place, HEIGHT, height).curve(curveStepAfter).digits(1)
  const mostDropped = Math.max(1, ...drops.counts)
  return (
    <figure class="recovery">
      <svg
        class="plot"
        width="100%"
        height={TOP + HEIGHT + DROPS + AXIS}
        role="img"
        aria-label={`${figure(arrivals.at(-1)?.received ?? 0)} of ${figure(most)} resources received, over ${counted(rounds.length, 'round')}`}
      >
        {rounds.map(({ round, t }, at) => {
          const from = x(t - startT)
          const to = x((rounds[at + 1]?.t ?? endT) - startT)
          return (
            <>
              {at % 2 === 1 && (
                <rect class="band" x={percent(from)} width={percent(to - from)} y="0" height={TOP + HEIGHT + DROPS} />
              )}
              {to - from > 0.05 && (
                <text x={percent(from)} dx="4" y="12">
                  round {round}
                </text>
              )}
            </>
          )
        })}
        <line class="goal" x1="0" x2="100%" y1={TOP} y2={TOP} />
        <svg viewBox={`0 0 1000 ${HEIGHT}`} x="0" y={TOP} width="100%" height={HEIGHT} preserveAspectRatio="none">
          <path class="ground" d={ground([...points]) ?? ''} />
          <path class="curve" d={curve([...points]) ?? ''} />
        </svg>
        <text class="goal-text" x="0" dx="4" y={TOP + 15}>
          {figure(most)} announced
        </text>
        {drops.counts.map((count, at) => {
          if (count === 0) return null
          const from = Math.min(1, x(at * drops.spanMicroseconds))
          const tall = 4 + (count / mostDropped) * (DROPS - 6)
          return (
            <rect
              class="drop"
              x={percent(from)}
              width={percent(Math.max(0.003, Math.min(1 - from, x(drops.spanMicroseconds) * 0.85)))}
              y={(TOP + HEIGHT + DROPS - tall).toFixed(1)}
              height={tall.toFixed(1)}
            />
          )
        })}
        <line class="axis" x1="0" x2="100%" y1={TOP + HEIGHT + DROPS} y2={TOP + HEIGHT + DROPS} />
        {x.ticks(5).map((tick) => (
          <text x={percent(x(tick))} y={TOP + HEIGHT + DROPS + 14} text-anchor={anchorAt(x(tick))}>
            {timeSpan(tick / 1000)}
          </text>
        ))}
      </svg>
      <figcaption class="small">
        <span class="key curve-key" /> distinct resources received <span class="key drop-key" /> packets lost:{' '}
        {figure(resources.dropped)} resources dropped on purpose, {figure(resources.again)} sent again
        {vanished(story)}
      </figcaption>
    </figure>
  )
}

/** Sent, neither dropped on purpose nor arrived: the network's own losses. */
function vanished({ resources: { sent, arrived, dropped } }: ExchangeStory): string {
  const count = sent - arrived - dropped
  return sent > 0 && count > 0 ? `, ${figure(count)} vanished on the way` : ''
}
