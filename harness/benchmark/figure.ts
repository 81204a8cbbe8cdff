/** One figure of the benchmark, beside its bare baseline from the same run. */
export interface Figure {
  readonly name: string
  /** Ours: the median of the rounds. */
  readonly value: number
  readonly unit: string
  /** The bare baseline's median, in the same unit. */
  readonly baseline: number
  /** value / baseline. */
  readonly ratio: number
  /** What the ratio is to be: `≤ 2.5` or `≥ 0.85`. */
  readonly goal: string
  readonly met: boolean
  /** Smallest and largest ratio of any round. */
  readonly spread: readonly [number, number]
}

/** What the ratio of a figure is to be. */
export interface Goal {
  readonly is: 'at most' | 'at least'
  readonly ratio: number
}

/** A figure to be measured: ours and the bare baseline, each giving one value a round, in the same unit. */
export interface Measurement {
  readonly name: string
  readonly unit: string
  readonly goal: Goal
  /** At least 5. */
  readonly rounds: number
  readonly ours: () => Promise<number> | number
  readonly baseline: () => Promise<number> | number
}

/**
 * Measure ours and the baseline in turn, A B A B, so that whatever else the machine does falls on both; medians tell.
 *
 * One round of each goes before and is thrown away: it pays for compiling and for what is set up once.
 */
export async function measure({ name, unit, goal, rounds, ours, baseline }: Measurement): Promise<Figure> {
  await ours()
  await baseline()
  const values: number[] = []
  const baselines: number[] = []
  for (let round = 0; round < rounds; round++) {
    values.push(await ours())
    baselines.push(await baseline())
  }
  const value = median(values)
  const base = median(baselines)
  const ratio = value / base
  const ratios = values.map((each, round) => each / (baselines[round] ?? base))
  return {
    name,
    value,
    unit,
    baseline: base,
    ratio,
    goal: `${goal.is === 'at most' ? '≤' : '≥'} ${goal.ratio}`,
    met: goal.is === 'at most' ? ratio <= goal.ratio : ratio >= goal.ratio,
    spread: [Math.min(...ratios), Math.max(...ratios)],
  }
}

/** The middle value; of an even number, the upper of the two in the middle. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
