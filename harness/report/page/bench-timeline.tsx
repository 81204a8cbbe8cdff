import { scaleLinear, type ScaleLinear } from 'd3-scale'
import type { JSX } from 'preact'
import type { CaseRecord, TimelineEntry } from '../run-record.js'
import { counted, percent, timeSpan } from './figures.js'
import { Tone } from './outcome-mark.js'
import { anchorAt, roomyTicks } from './scales.js'

/** Lanes that are drawn; a bench has a handful. */
const MAX_LANES = 24

/** Marks of one lane that are drawn, and lines that are told: a console may say thousands. */
const MAX_MARKS = 400
const MAX_LINES = 200

interface TimelineProps {
  readonly cases: readonly CaseRecord[]
  readonly entries: readonly TimelineEntry[]
  readonly durationMs: number
}

/** What happened on the bench when: cases, relays and consoles, a row each over the same time. */
export function BenchTimeline({ cases, entries, durationMs }: TimelineProps): JSX.Element | null {
  const timed = cases.filter(({ startedAtMs }) => startedAtMs !== undefined)
  if (timed.length === 0 && entries.length === 0) return null
  const lanes = [...new Set(entries.map(({ lane }) => lane))].slice(0, MAX_LANES)
  const end = Math.max(durationMs, 1, ...timed.map((entry) => (entry.startedAtMs ?? 0) + entry.durationMs))
  const x = scaleLinear([0, end], [0, 1]).clamp(true)
  return (
    <section>
      <h2>The course of the run</h2>
      <div class="course">
        <div class="course-row lanes course-axis" aria-hidden="true">
          <span />
          <svg width="100%" height="20">
            {roomyTicks(x).map((tick) => (
              <text x={percent(x(tick))} y="14" text-anchor={anchorAt(x(tick))}>
                {timeSpan(tick)}
              </text>
            ))}
          </svg>
        </div>
        <div class="course-row lanes">
          <span class="course-name">cases</span>
          <svg width="100%" height="22" role="img" aria-label={counted(timed.length, 'case')}>
            {timed.map((entry) => (
              <CaseBar entry={entry} x={x} />
            ))}
          </svg>
        </div>
        {lanes.map((lane) => (
          <Lane lane={lane} entries={entries.filter((entry) => entry.lane === lane)} x={x} />
        ))}
      </div>
      {entries.length > 0 && (
        <p class="small legend">
          <i class="on" /> on, ready <i class="off" /> off, other lines <i class="boot" /> boot <i class="panic" />{' '}
          panic, error
        </p>
      )}
      {entries.length > 0 && (
        <details>
          <summary>{counted(entries.length, 'entry', 'entries')} of relays and consoles</summary>
          <ol class="lines mono">
            {entries.slice(0, MAX_LINES).map(({ atMs, lane, label, kind = 'note' }) => (
              <li class={kind}>
                <span class="at">{timeSpan(atMs)}</span> <b>{lane}</b> {label}
              </li>
            ))}
          </ol>
          {entries.length > MAX_LINES && <p class="small">… and {entries.length - MAX_LINES} more, in run.json.</p>}
        </details>
      )}
    </section>
  )
}

function CaseBar({ entry, x }: { readonly entry: CaseRecord; readonly x: ScaleLinear<number, number> }): JSX.Element {
  const { id, outcome, startedAtMs = 0, durationMs } = entry
  const width = Math.max(0.003, x(startedAtMs + durationMs) - x(startedAtMs) - 0.001)
  return (
    <a href={`#case-${encodeURIComponent(id)}`}>
      <rect class={`bar ${Tone[outcome]}`} x={percent(x(startedAtMs))} width={percent(width)} y="4" height="14" rx="2">
        <title>{`${id}: ${outcome}, ${timeSpan(durationMs)}`}</title>
      </rect>
    </a>
  )
}

interface LaneProps {
  readonly lane: string
  readonly entries: readonly TimelineEntry[]
  readonly x: ScaleLinear<number, number>
}

function Lane({ lane, entries, x }: LaneProps): JSX.Element {
  const switched = entries.filter(({ kind }) => kind === 'on' || kind === 'off')
  return (
    <div class="course-row lanes">
      <span class="course-name">
        <bdi>{lane}</bdi>
      </span>
      <svg width="100%" height="22" role="img" aria-label={counted(entries.length, 'entry', 'entries')}>
        <line class="axis" x1="0" x2="100%" y1="11" y2="11" />
        {switched.slice(0, MAX_MARKS).map(({ atMs, kind }, at) => {
          const next = switched[at + 1]?.atMs
          const width = (next === undefined ? 1 : x(next)) - x(atMs)
          return (
            kind === 'on' && (
              <rect class="powered" x={percent(x(atMs))} width={percent(width)} y="7" height="8" rx="2" />
            )
          )
        })}
        {entries.slice(0, MAX_MARKS).map(({ atMs, label, kind = 'note' }) => (
          <circle class={`event ${kind}`} cx={percent(x(atMs))} cy="11" r={kind === 'note' ? 2.5 : 4.5}>
            <title>{`${timeSpan(atMs)}: ${label}`}</title>
          </circle>
        ))}
      </svg>
    </div>
  )
}
