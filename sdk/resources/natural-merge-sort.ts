/**
 * The order in which 0 … length − 1 stand sorted; equal ones keep theirs. Stretches that are in order already are found and merged, so a device
 * that lists channel after channel costs little. Four octets each when it is done; while it sorts eight, and what the bounds of the stretches take.
 *
 * @param compare - negative, 0 or positive, as for an array's `sort`
 * @returns undefined where they are in order already
 */
export function sortedOrder(length: number, compare: (a: number, b: number) => number): Uint32Array | undefined {
  let bounds = runBounds(length, compare)
  // Bounds of n runs are n + 1.
  if (bounds.length <= 2) return undefined
  let from = Uint32Array.from({ length }, (_, at) => at)
  let to = new Uint32Array(length)
  while (bounds.length > 2) {
    const merged: number[] = [0]
    for (let run = 0; run < bounds.length - 1; run += 2) {
      const start = bounds[run]!
      const middle = bounds[run + 1]!
      const end = bounds[run + 2] ?? middle
      mergeRuns(from, to, start, middle, end, compare)
      merged.push(end)
    }
    bounds = merged
    ;[from, to] = [to, from]
  }
  return from
}

/** Where each run in order begins, and where the last one ends. At most `length` + 1. */
function runBounds(length: number, compare: (a: number, b: number) => number): readonly number[] {
  const bounds = [0]
  for (let at = 1; at < length; at++) if (compare(at - 1, at) > 0) bounds.push(at)
  bounds.push(length)
  return bounds
}

function mergeRuns(
  from: Uint32Array,
  to: Uint32Array,
  start: number,
  middle: number,
  end: number,
  compare: (a: number, b: number) => number,
): void {
  let left = start
  let right = middle
  for (let at = start; at < end; at++) {
    const takesLeft = left < middle && (right >= end || compare(from[left]!, from[right]!) <= 0)
    to[at] = takesLeft ? from[left++]! : from[right++]!
  }
}
