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

/** A label of eight characters on the axis of a phone, as a share of the axis. */
const LABEL_SHARE = 0.17

/**
 * As many ticks of a scale as have room for their labels, on a phone too.
 *
 * @param scale - onto 0–1
 */
export function roomyTicks<T>(scale: { (tick: T): number; ticks(count: number): T[] }, most = 6): readonly T[] {
  for (let count = most; count > 1; count--) {
    const ticks = scale.ticks(count)
    if (ticks.every((tick, at) => at === 0 || scale(tick) - scale(ticks[at - 1] ?? tick) >= LABEL_SHARE)) return ticks
  }
  return scale.ticks(1).slice(0, 1)
}
