/** Which sequences a round sends, in ascending order. */
export interface RoundPlan {
  /** The first at or after `sequence`; undefined: no more. */
  next(sequence: number): number | undefined
  /** How many there are from `first` to `last`, both included. */
  countBetween(first: number, last: number): number
}

/** Every resource: sequences 1 … `count`. */
export function wholeRound(count: number): RoundPlan {
  return {
    next: (sequence) => (sequence <= count ? sequence : undefined),
    countBetween: (first, last) => Math.max(0, Math.min(last, count) - first + 1),
  }
}
