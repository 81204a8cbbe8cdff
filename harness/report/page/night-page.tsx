import { scaleUtc, type ScaleTime } from 'd3-scale'
import type { JSX } from 'preact'
import type { FlakeScore, NightAttempt, NightDevice, NightRecord } from '../night-record.js'
import { htmlDocument, plainRecord } from './document.js'
import { counted, moment, percent, timeSpan } from './figures.js'
import { Masthead } from './masthead.js'
import { OutcomeBar, OutcomeMark, OutcomeWord, Tone } from './outcome-mark.js'
import { anchorAt, extent } from './scales.js'
import { TrendCard } from './trend.js'

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
  const troubled = devices.filter(isTroubled)
  return htmlDocument(
    `${night.verdict}: night ${night.night}`,
    <main>
      <NightHead night={night} />
      <section>
        <h2>The wall</h2>
        <ol class="wall">
          {devices.map((device, at) => (
            <Tile device={device} at={at} />
          ))}
        </ol>
      </section>
      {troubled.length > 0 && (
        <section>
          <h2>What needs a person</h2>
          <ul class="cards">
            {inOrderOfTrouble(troubled).map((device) => (
              <TroubledDevice device={device} at={devices.indexOf(device)} />
            ))}
          </ul>
        </section>
      )}
      <Course night={night} />
      <Trends devices={devices} />
    </main>,
  )
}

/** Whether a person should look: it did not pass, or not at once, or it changes its mind. */
function isTroubled({ verdict, attempts, flake }: NightDevice): boolean {
  return verdict !== 'pass' || attempts.some((attempt) => attempt.verdict !== 'pass') || (flake?.low ?? 0) > 0.05
}

function inOrderOfTrouble(devices: readonly NightDevice[]): readonly NightDevice[] {
  const order = { fail: 0, 'could-not-test': 1, pass: 2 }
  return [...devices].sort((a, b) => order[a.verdict] - order[b.verdict])
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

interface DeviceProps {
  readonly device: NightDevice
  /** Its index in the night. */
  readonly at: number
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
        <b class={device.name === '' ? 'mono' : 'clamped'}>
          <bdi>{nameOf(device)}</bdi>
        </b>
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

function TroubledDevice({ device, at }: DeviceProps): JSX.Element {
  const { number, model, verdict, why, attempts, flake } = device
  return (
    <li class={`card edge ${Tone[verdict]}`}>
      <h3>
        <OutcomeWord outcome={verdict} />
        <a href={`#device-${at}`}>
          <bdi>{nameOf(device)}</bdi>
        </a>
      </h3>
      <p class="small">
        <bdi>{model}</bdi> <code>{number}</code>
      </p>
      {why !== '' && <p class="why">{why}</p>}
      {attempts.length === 0 ? <p>There was no attempt.</p> : <Attempts attempts={attempts} whyKnown={why} />}
      {flake && <Flake flake={flake} />}
    </li>
  )
}

/** @param whyKnown - what was said already, and needs no second time */
function Attempts({
  attempts,
  whyKnown,
}: {
  readonly attempts: readonly NightAttempt[]
  readonly whyKnown: string
}): JSX.Element {
  return (
    <ol class="attempts">
      {attempts.map(({ run, verdict, why, durationMs, report }) => {
        const href = reportHref(report)
        return (
          <li>
            <OutcomeMark outcome={verdict} />{' '}
            {href === undefined ? <span class="small">{run}, no report</span> : <a href={href}>{run}</a>}{' '}
            <span class="small">{timeSpan(durationMs)}</span>
            {why !== '' && why !== whyKnown && <p class="small">{why}</p>}
          </li>
        )
      })}
    </ol>
  )
}

function Flake({ flake: { score, low, high, runs } }: { readonly flake: FlakeScore }): JSX.Element {
  const share = (value: number): number => Math.min(1, Math.max(0, value))
  return (
    <div class="flake">
      <span class="small">
        changes its mind in {percent(Number(score.toFixed(2)))} of {counted(runs, 'run')} (
        {percent(Number(low.toFixed(2)))}–{percent(Number(high.toFixed(2)))})
      </span>
      <svg width="100%" height="14" role="img" aria-label="flake score with its confidence interval">
        <line class="axis" x1="0" x2="100%" y1="7" y2="7" />
        <line class="whisker" x1={percent(share(low))} x2={percent(share(high))} y1="7" y2="7" />
        <circle class="last" cx={percent(share(score))} cy="7" r="4" />
      </svg>
    </div>
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
  return (
    <section>
      <h2>The course of the night</h2>
      <div class="course">
        <div class="course-row course-axis" aria-hidden="true">
          <span />
          <svg width="100%" height="20">
            {ticksOf(x).map((tick) => (
              <text x={percent(x(tick))} y="14" text-anchor={anchorAt(x(tick))}>
                {CLOCK.format(tick)}
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

const ticksOf = (x: ScaleTime<number, number>): readonly Date[] => x.ticks(4)

function CourseRow({ device, at, x }: DeviceProps & { readonly x: ScaleTime<number, number> }): JSX.Element {
  const { verdict, attempts, number } = device
  const tookMs = attempts.reduce((sum, { durationMs }) => sum + durationMs, 0)
  return (
    <div class="course-row" id={`device-${at}`}>
      <span class="course-name">
        <OutcomeMark outcome={verdict} /> <bdi title={number}>{nameOf(device)}</bdi>
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

function Trends({ devices }: { readonly devices: readonly NightDevice[] }): JSX.Element | null {
  const moving = devices.filter(({ trends = [] }) => trends.some(({ points }) => points.length > 1))
  if (moving.length === 0) return null
  return (
    <section>
      <h2>Trends</h2>
      {moving.map((device) => (
        <div class="trends">
          <h3>
            <bdi>{nameOf(device)}</bdi>
          </h3>
          <div class="trend-grid">
            {device.trends
              ?.filter(({ points }) => points.length > 1)
              .map((trend) => (
                <TrendCard {...trend} />
              ))}
          </div>
        </div>
      ))}
    </section>
  )
}

function nameOf({ name, number }: NightDevice): string {
  return name === '' ? number : name
}

/** The page of an attempt, from the folder of the night; undefined where there is none, or its folder would lead out of the night's. */
function reportHref(report: string): string | undefined {
  const parts = report.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.length === 0 || report.startsWith('/') || parts.includes('..')) return undefined
  return [...parts.map(encodeURIComponent), 'report.html'].join('/')
}
