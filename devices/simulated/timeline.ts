/** From `startMs` up to, not including, `endMs`, in ms since 1970; without end while it lasts. */
export interface Interval {
  readonly startMs: number
  readonly endMs: number | undefined
}

/**
 * The history of one thing that is either true or false and was false before everything: does this track hold data, is this recording running.
 * Stored as nothing but the moments at which it changed, so that a million intervals are 16 MB.
 */
export class Timeline {
  readonly #changesMs: Float64Array

  /**
   * @param changesMs - moments of change in ms since 1970, whole and strictly ascending: became true, became false, became true …
   */
  constructor(changesMs: Iterable<number>) {
    this.#changesMs = Float64Array.from(changesMs)
  }

  /** True in these intervals, which follow each other with gaps between them. */
  static ofIntervals(intervals: Iterable<Interval>): Timeline {
    return new Timeline(
      Array.from(intervals, ({ startMs, endMs }) => (endMs === undefined ? [startMs] : [startMs, endMs])).flat(),
    )
  }

  /** How often it changed. */
  get changeCount(): number {
    return this.#changesMs.length
  }

  /** How often it became true. */
  get intervalCount(): number {
    return Math.ceil(this.changeCount / 2)
  }

  /** Whether it was ever true. */
  get wasEverTrue(): boolean {
    return this.changeCount > 0
  }

  /** Whether it is still true after its last change. */
  get isOpen(): boolean {
    return this.valueAfter(this.changeCount - 1)
  }

  /** The moment of the change at `index`, ms since 1970; `undefined` where there is none. */
  changeMs(index: number): number | undefined {
    return this.#changesMs[index]
  }

  /** What it was from the change at `index` on; -1 stands for the time before the first change. */
  valueAfter(index: number): boolean {
    // The first change, index 0, makes it true, and every change flips it.
    return index >= 0 && index % 2 === 0
  }

  /** Every time that it was true. */
  *intervals(): Generator<Interval> {
    for (let index = 0; index < this.changeCount; index += 2) {
      yield { startMs: this.#changesMs[index]!, endMs: this.#changesMs[index + 1] }
    }
  }

  /** Index of the first change at or after `momentMs`; {@link changeCount} when there is none. */
  indexAtOrAfter(momentMs: number): number {
    let low = 0
    let high = this.changeCount
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#changesMs[middle]! < momentMs) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Index of the first change after `momentMs`; {@link changeCount} when there is none. */
  indexAfter(momentMs: number): number {
    const index = this.indexAtOrAfter(momentMs)
    return this.#changesMs[index] === momentMs ? index + 1 : index
  }
}
