import { scaleUtc, type ScaleTime } from 'd3-scale'
import type { JSX } from 'preact'
import type { NightAttempt, NightRecord } from '../night-record.js'
import type { RunVerdict } from '../run-record.js'
import { htmlDocument, plainRecord } from './document.js'
import { counted, moment, percent, timeSpan } from './figures.js'
import { Masthead } from './masthead.js'
import { DeviceName, reportHref, type DeviceProps } from './night-device.js'
import { NightTrends } from './night-trends.js'
import { NightTroubles } from './night-troubles.js'
import { OutcomeBar, OutcomeMark, Tone } from './outcome-mark.js'
import { anchorAt, extent, roomyTicks } from './scales.js'

/** Devices from which on a phone shows three beside each other, without their models. */
const MANY = 12

/**
 * One night as one HTML page: what needs a person first, then every device, the course of the night, and trends.
 *
 * It is a file of its own that fetches nothing; its links lead to `report.html` in the folders of the attempts.
 *
 * @param record - may hold anything that a device or a bench file says: it is escaped
 */
export function nightPage(record: NightRecord): string {
  const night = plainRecord(record)
  const { devices } = night
  return htmlDocument(
    `${night.verdict}: night ${night.night}`,
    <main>
      <NightHead night={night} />
      <section>
        <h2>The wall</h2>
        <ol class={devices.length > MANY ? 'wall dense' : 'wall'}>
          {devices.map((device, at) => (
            <Tile device={device} at={at} />
          ))}
        </ol>
      </section>
      <NightTroubles devices={devices} />
      <Course night={night} />
      <NightTrends devices={devices} />
    </main>,
  )
}

/** What the verdict of a night means, in a sentence. */
const NIGHT_MEANS: Readonly<Record<RunVerdict, string>> = {
  pass: 'Every device passed.',
  fail: 'A device failed, or the converter with it.',
  'could-not-test': 'No device failed, but at least one could not be tested.',
}

function NightHead({
  night: { night, verdict, startedAt, durationMs, seed, bench, devices },
}: NightProps): JSX.Element {
  const attempts = devices.reduce((sum, device) => sum + device.attempts.length, 0)
  return (
    <Masthead
      kind="Viewnet · night"
      title={night}
      verdict={verdict}
      means={NIGHT_MEANS[verdict]}
      why=""
      facts={[
        ['bench', bench],
        ['devices', `${devices.length}, ${counted(attempts, 'attempt')}`],
        ['began', moment(startedAt)],
        ['took', timeSpan(durationMs)],
        ['seed', String(seed)],
      ]}
    >
      <OutcomeBar outcomes={devices.map((device) => device.verdict)} />
    </Masthead>
  )
}

interface NightProps {
  readonly night: NightRecord
}

function Tile({ device, at }: DeviceProps): JSX.Element {
  const { number, model, verdict, attempts, flake } = device
  const tookMs = attempts.reduce((sum, { durationMs }) => sum + durationMs, 0)
  return (
    <li class={`tile ${Tone[verdict]}`}>
      <a href={`#device-${at}`}>
        <span class="tile-head">
          <OutcomeMark outcome={verdict} />
          <Pips attempts={attempts} />
        </span>
        <span class="tile-name clamped">
          <DeviceName device={device} />
        </span>
        <span class="small clamped">
          <bdi>{model === '' && device.name !== '' ? number : model}</bdi>
        </span>
        <span class="small tile-foot">
          {attempts.length === 0 ? 'not attempted' : timeSpan(tookMs)}
          {flake && flake.score > 0 && <span>flake {percent(Number(flake.score.toFixed(2)))}</span>}
        </span>
      </a>
    </li>
  )
}

/** Attempts as small marks, the last one last. */
function Pips({ attempts }: { readonly attempts: readonly NightAttempt[] }): JSX.Element {
  return (
    <span class="pips" title={counted(attempts.length, 'attempt')}>
      {attempts.slice(-8).map(({ verdict }) => (
        <i class={Tone[verdict]} />
      ))}
    </span>
  )
}

/** When each attempt ran: a row a device. */
function Course({ night: { startedAt, durationMs, devices } }: NightProps): JSX.Element {
  const attempts = devices.flatMap((device) => device.attempts)
  const began = Date.parse(startedAt)
  const [from, to] = extent([
    ...(Number.isNaN(began) ? [] : [began, began + durationMs]),
    ...attempts.flatMap((attempt) => {
      const start = Date.parse(attempt.startedAt)
      return Number.isNaN(start) ? [] : [start, start + attempt.durationMs]
    }),
  ])
  const x = scaleUtc([from, Math.max(to, from + 1)], [0, 1])
  const ticks = ticksOf(x)
  const moments = clockOf(ticks)
  return (
    <section>
      <h2>The course of the night</h2>
      <div class="course">
        <div class="course-row course-axis" aria-hidden="true">
          <span />
          <svg width="100%" height="20">
            {ticks.map((tick, at) => (
              <text x={percent(x(tick))} y="14" text-anchor={anchorAt(x(tick))}>
                {moments[at]}
              </text>
            ))}
          </svg>
          <span class="small">UTC</span>
        </div>
        {devices.map((device, at) => (
          <CourseRow device={device} at={at} x={x} />
        ))}
      </div>
    </section>
  )
}

const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' })
const CLOCK_WITH_SECONDS = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: 'UTC' })

const ticksOf = (x: ScaleTime<number, number>): readonly Date[] => roomyTicks(x, 4)

/** Moments of an axis; with seconds where the minute alone would say the same twice. */
function clockOf(ticks: readonly Date[]): readonly string[] {
  const minutes = ticks.map((tick) => CLOCK.format(tick))
  return new Set(minutes).size === minutes.length ? minutes : ticks.map((tick) => CLOCK_WITH_SECONDS.format(tick))
}

function CourseRow({ device, at, x }: DeviceProps & { readonly x: ScaleTime<number, number> }): JSX.Element {
  const { verdict, attempts, number } = device
  const tookMs = attempts.reduce((sum, { durationMs }) => sum + durationMs, 0)
  return (
    <div class="course-row" id={`device-${at}`}>
      <span class="course-name">
        <OutcomeMark outcome={verdict} />{' '}
        <span title={number}>
          <DeviceName device={device} />
        </span>
      </span>
      <svg width="100%" height="22" role="img" aria-label={counted(attempts.length, 'attempt')}>
        {ticksOf(x).map((tick) => (
          <line class="grid" x1={percent(x(tick))} x2={percent(x(tick))} y1="0" y2="100%" />
        ))}
        {attempts.map((attempt) => (
          <Bar attempt={attempt} x={x} />
        ))}
      </svg>
      <span class="small">{attempts.length === 0 ? 'none' : timeSpan(tookMs)}</span>
    </div>
  )
}

function Bar({
  attempt: { run, verdict, startedAt, durationMs, report },
  x,
}: {
  readonly attempt: NightAttempt
  readonly x: ScaleTime<number, number>
}): JSX.Element | null {
  const start = Date.parse(startedAt)
  if (Number.isNaN(start)) return null
  const width = Math.max(0.004, x(start + durationMs) - x(start))
  const href = reportHref(report)
  const bar = (
    <rect class={`bar ${Tone[verdict]}`} x={percent(x(start))} width={percent(width)} y="4" height="14" rx="3">
      <title>{`${run}: ${verdict}, ${timeSpan(durationMs)}`}</title>
    </rect>
  )
  return href === undefined ? bar : <a href={href}>{bar}</a>
}
