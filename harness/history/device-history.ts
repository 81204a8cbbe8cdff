import type { FlakeScore, RunVerdict } from '../report/index.js'
import { flakeScore } from './flake-score.js'
import type { History, MeasuredPoint, StoredAttempt } from './history.js'

/** How one measurement of a device went over its attempts. */
export interface MeasurementTrend {
  /** `case/name`. */
  readonly measurement: string
  readonly unit: string
  /** Oldest first. */
  readonly points: readonly { readonly atMs: number; readonly value: number }[]
  readonly median: number
  readonly latest: number
  /** What the latest was held to; null: only measured. */
  readonly heldTo: string | null
}

/** Something that is other than it was at the last pass. */
export interface ConditionChange {
  /** `firmware`, `model`, `converter`, `node`, `cases`, `limits`. */
  readonly what: string
  readonly before: string
  readonly now: string
}

/** What the history knows of one device. */
export interface DeviceHistory {
  readonly device: string
  /** As it named itself last. */
  readonly model: string
  readonly firmware: string
  /** Attempts, oldest first. */
  readonly attempts: readonly {
    readonly run: string
    readonly night: string | null
    readonly startedAtMs: number
    readonly verdict: RunVerdict
    readonly why: string
    readonly report: string
  }[]
  /** Over the attempts under the conditions of the latest; undefined: none passed or failed. */
  readonly flake: FlakeScore | undefined
  readonly trends: readonly MeasurementTrend[]
  /** When it last passed, ms since 1970; undefined: never, as far as the attempts go back. */
  readonly lastPassAtMs: number | undefined
  /** What changed between the last pass and the latest attempt; empty when the latest passed. */
  readonly changedSinceLastPass: readonly ConditionChange[]
}

/** Attempts looked at: half a year of nights. */
export const ATTEMPTS_MOST = 200

/**
 * Tell a device's history from what is kept of its attempts.
 *
 * @param most - attempts to look at, latest first; 1–10,000
 */
export async function deviceHistory(history: History, device: string, most = ATTEMPTS_MOST): Promise<DeviceHistory> {
  const attempts = await history.attemptsOfDevice(device, most)
  const latest = attempts.at(-1)
  const lastPass = attempts.findLast(({ verdict }) => verdict === 'pass')
  // Who could not be reached does not name itself.
  const named = attempts.findLast(({ model }) => model !== '')
  return {
    device,
    model: named?.model ?? '',
    firmware: named?.firmware ?? '',
    attempts: attempts.map(({ run, night, started_at_ms: startedAtMs, verdict, why, report }) => {
      return { run, night, startedAtMs, verdict: verdict ?? 'could-not-test', why, report }
    }),
    flake: flakeScore(verdictsUnderConditionsOf(attempts, latest)),
    trends: trendsOf(await history.measurementsOf(attempts.map(({ id }) => id))),
    lastPassAtMs: lastPass?.started_at_ms,
    changedSinceLastPass: lastPass && latest ? changesBetween(lastPass, latest) : [],
  }
}

/** Verdicts of the attempts whose conditions are those of the latest: another firmware is another device. */
function verdictsUnderConditionsOf(
  attempts: readonly StoredAttempt[],
  latest: StoredAttempt | undefined,
): readonly RunVerdict[] {
  if (!latest) return []
  return attempts
    .filter((attempt) => changesBetween(attempt, latest).length === 0)
    .map(({ verdict }) => verdict ?? 'could-not-test')
}

const CONDITIONS = ['manufacturer', 'model', 'firmware', 'converter', 'node', 'cases', 'limits'] as const

/** An attempt that did not get as far as to learn a condition says nothing of it. */
function changesBetween(before: StoredAttempt, now: StoredAttempt): readonly ConditionChange[] {
  return CONDITIONS.flatMap((what): readonly ConditionChange[] => {
    if (before[what] === now[what] || isUnknown(before[what]) || isUnknown(now[what])) return []
    if (what === 'cases') return [{ what, ...caseChange(before.cases, now.cases) }]
    return [{ what, before: before[what], now: now[what] }]
  })
}

const isUnknown = (text: string): boolean => text === '' || text === '[]'

/** Only the cases that one of both has: plans have dozens. */
function caseChange(before: string, now: string): { before: string; now: string } {
  const [old, current] = [before, now].map((text) => JSON.parse(text) as readonly string[]) as [
    readonly string[],
    readonly string[],
  ]
  const only = (these: readonly string[], those: readonly string[]): string =>
    these.filter((id) => !those.includes(id)).join(', ')
  const gone = only(old, current)
  const added = only(current, old)
  return gone === '' && added === '' ? { before: 'another order', now: 'this order' } : { before: gone, now: added }
}

function trendsOf(points: readonly MeasuredPoint[]): readonly MeasurementTrend[] {
  const series = new Map<string, MeasuredPoint[]>()
  for (const point of points) {
    const key = `${point.caseId}/${point.name} ${point.unit}`
    const known = series.get(key)
    if (known) known.push(point)
    else series.set(key, [point])
  }
  return [...series.values()].map((of) => {
    const last = of.at(-1)!
    return {
      measurement: `${last.caseId}/${last.name}`,
      unit: last.unit,
      points: of.map(({ atMs, value }) => ({ atMs, value })),
      median: median(of.map(({ value }) => value)),
      latest: last.value,
      heldTo: last.heldTo,
    }
  })
}

/** Of an even number, halfway between the two in the middle. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2
}
