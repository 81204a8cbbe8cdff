import { median } from './median.js'

/** One figure of the benchmark, beside its bare baseline from the same run. */
export interface Figure {
  readonly name: string
  /** Ours: the median of the rounds; null where it was skipped. */
  readonly value: number | null
  readonly unit: string
  /** The baseline's median, in the same unit; null where there is none to compare with. */
  readonly baseline: number | null
  /** value / baseline. */
  readonly ratio: number | null
  /** What is wanted, for people: `≤ 2.5 ×`, `≥ 0.85 ×`, `≤ 48 MB more`, `≤ 0`. */
  readonly goal: string
  /** Null where it was skipped. */
  readonly met: boolean | null
  /** Smallest and largest of any round, of what the goal speaks of: the ratio, the difference or the value. */
  readonly spread: readonly [number, number] | null
  /** Why it could not be measured here. */
  readonly skipped?: string
  /** Why it was given up: then it is missed. */
  readonly failed?: string
}

/** What a figure is to be. */
export type Goal =
  /** value / baseline. */
  | { readonly is: 'at most' | 'at least'; readonly ratio: number }
  /** value − baseline, in the figure's unit. */
  | { readonly is: 'at most'; readonly difference: number }
  /** The value alone; there is no baseline. */
  | { readonly is: 'at most'; readonly value: number }

interface MeasurementBase {
  readonly name: string
  /** `ns`, `µs`, `ms`, `MB`, `packets/s`. */
  readonly unit: string
  readonly goal: Goal
  /** At least 5. */
  readonly rounds: number
  /** Rounds before them that do not count. Default: 1, which pays for compiling and for what is set up once. */
  readonly warmUps?: number
  /** Why this machine cannot measure it, asked before anything is; undefined: it can. */
  readonly unavailable?: () => Promise<string | undefined> | string | undefined
  /** Called before any figure is measured: begins what has to wait for a while, so that it waits while others are measured. */
  readonly prepare?: () => void
  /** Called once after the last round, whatever happened: ends processes that the rounds share. */
  readonly close?: () => Promise<void> | void
}

/** Gives one value, in the figure's unit. */
export type Sample = () => Promise<number> | number

/** A figure beside its bare baseline; without a baseline the goal speaks of the value alone. */
export interface Comparison extends MeasurementBase {
  readonly ours: Sample
  readonly baseline?: Sample
}

/** A figure that is to stay the same from member to member: the dearest is compared with the cheapest. */
export interface Family extends MeasurementBase {
  readonly members: readonly Sample[]
}

/** A figure to be measured. */
export type Measurement = Comparison | Family

/**
 * Measure ours and the baseline in turn, A B A B, so that whatever else the machine does falls on both; medians tell.
 */
export async function measure(measurement: Measurement): Promise<Figure> {
  try {
    const reason = await measurement.unavailable?.()
    if (reason !== undefined) return skipped(measurement, reason)
    return 'members' in measurement ? await measureFamily(measurement) : await measureComparison(measurement)
  } catch (error) {
    // One figure that breaks must not take the others with it.
    const { skipped: failed = '', ...figure } = skipped(
      measurement,
      error instanceof Error ? error.message : String(error),
    )
    return { ...figure, met: false, failed }
  } finally {
    await measurement.close?.()
  }
}

async function measureComparison({ ours, baseline, ...about }: Comparison): Promise<Figure> {
  const [values = [], baselines] = await inTurn(baseline ? [ours, baseline] : [ours], about)
  return figure(about, values, baselines)
}

async function measureFamily({ members, ...about }: Family): Promise<Figure> {
  const all = (await inTurn(members, about)).toSorted((a, b) => median(a) - median(b))
  return figure(about, all.at(-1) ?? [], all[0])
}

/** Each sample once a round; what each gave, in the order of the rounds. */
async function inTurn(
  samples: readonly Sample[],
  { rounds, warmUps = 1 }: MeasurementBase,
): Promise<readonly (readonly number[])[]> {
  for (let round = 0; round < warmUps; round++) for (const sample of samples) await sample()
  const taken = samples.map((): number[] => [])
  for (let round = 0; round < rounds; round++) {
    for (const [at, sample] of samples.entries()) taken[at]?.push(await sample())
  }
  return taken
}

function figure(
  { name, unit, goal }: MeasurementBase,
  values: readonly number[],
  baselines: readonly number[] | undefined,
): Figure {
  const value = median(values)
  const baseline = baselines ? median(baselines) : null
  const judged = judge(goal, value, baseline)
  const spread = values.map((each, round) => judge(goal, each, baselines?.[round] ?? baseline))
  const limit = limitOf(goal)
  return {
    name,
    value,
    unit,
    baseline,
    ratio: baseline === null ? null : value / baseline,
    goal: wording(goal, unit),
    met: goal.is === 'at most' ? judged <= limit : judged >= limit,
    spread: [Math.min(...spread), Math.max(...spread)],
  }
}

function skipped({ name, unit, goal }: MeasurementBase, reason: string): Figure {
  const nothing = { value: null, baseline: null, ratio: null, met: null, spread: null }
  return { name, unit, goal: wording(goal, unit), ...nothing, skipped: reason }
}

/** What the goal speaks of. */
function judge(goal: Goal, value: number, baseline: number | null): number {
  if ('value' in goal || baseline === null) return value
  return 'difference' in goal ? value - baseline : value / baseline
}

function limitOf(goal: Goal): number {
  if ('ratio' in goal) return goal.ratio
  return 'difference' in goal ? goal.difference : goal.value
}

function wording(goal: Goal, unit: string): string {
  const limit = `${goal.is === 'at most' ? '≤' : '≥'} ${limitOf(goal)}`
  if ('ratio' in goal) return `${limit} ×`
  return 'difference' in goal ? `${limit} ${unit} more` : `${limit} ${unit}`
}
