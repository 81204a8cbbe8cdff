/** Comparisons between two steps: a millisecond or two. */
const STEP_LENGTH = 4096

/** Negative, 0 or positive, as for an array's `sort`. */
type Compare = (a: number, b: number) => number

/**
 * The order in which 0 … length − 1 stand sorted; equal ones keep theirs. Stretches that are in order already are found and merged, so a device
 * that lists channel after channel costs little. Four octets each when it is done; while it sorts eight, and what the bounds of the stretches take.
 *
 * In steps, because a million at once take a second in which nothing else is done.
 *
 * @returns undefined where they are in order already
 */
export function* sortedOrder(length: number, compare: Compare): Generator<undefined, Uint32Array | undefined> {
  let bounds = yield* runBounds(length, compare)
  // Bounds of n runs are n + 1.
  if (bounds.length <= 2) return undefined
  let from = new Uint32Array(length)
  for (let at = 0; at < length; at++) from[at] = at
  let to = new Uint32Array(length)
  let stepLeft = STEP_LENGTH
  while (bounds.length > 2) {
    const merged: number[] = [0]
    for (let run = 0; run < bounds.length - 1; run += 2) {
      const middle = bounds[run + 1]!
      const end = bounds[run + 2] ?? middle
      const runs: Runs = { left: bounds[run]!, middle, right: middle, end }
      for (let at = runs.left; at < end;) {
        const stepTo = Math.min(end, at + stepLeft)
        merge(from, to, runs, at, stepTo, compare)
        stepLeft -= stepTo - at
        at = stepTo
        if (stepLeft > 0) continue
        stepLeft = STEP_LENGTH
        yield
      }
      merged.push(end)
    }
    bounds = merged
    ;[from, to] = [to, from]
  }
  return from
}

/** Where each run in order begins, and where the last one ends. At most `length` + 1. */
function* runBounds(length: number, compare: Compare): Generator<undefined, readonly number[]> {
  const bounds = [0]
  for (let at = 1; at < length; at++) {
    if (compare(at - 1, at) > 0) bounds.push(at)
    if (at % STEP_LENGTH === 0) yield
  }
  bounds.push(length)
  return bounds
}

/** Two that stand one behind the other, and how far each was merged. */
interface Runs {
  left: number
  readonly middle: number
  right: number
  readonly end: number
}

/** Merge two runs, of the places `at` … `stepTo` − 1. */
function merge(from: Uint32Array, to: Uint32Array, runs: Runs, at: number, stepTo: number, compare: Compare): void {
  const { middle, end } = runs
  let { left, right } = runs
  for (let place = at; place < stepTo; place++) {
    const takesLeft = left < middle && (right >= end || compare(from[left]!, from[right]!) <= 0)
    to[place] = takesLeft ? from[left++]! : from[right++]!
  }
  runs.left = left
  runs.right = right
}
