/** The least and the greatest of some numbers; [0, 1] of none. Without spreading, so that there may be many. */
export function extent(values: Iterable<number>): [low: number, high: number] {
  let low = Infinity
  let high = -Infinity
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return low <= high ? [low, high] : [0, 1]
}

/** Which way a label leans, so that the first and the last of an axis stay within it. */
export function anchorAt(share: number): 'start' | 'middle' | 'end' {
  if (share < 0.06) return 'start'
  return share > 0.94 ? 'end' : 'middle'
}
