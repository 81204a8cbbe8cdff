const UNITS = [
  { name: 'day', unitMs: 86_400_000 },
  { name: 'hour', unitMs: 3_600_000 },
  { name: 'minute', unitMs: 60_000 },
  { name: 'second', unitMs: 1000 },
] as const

/**
 * Say how long something is, as people do: in its two largest units, `869 days 1 hour`, `7 minutes 13 seconds`; below ten seconds with a tenth,
 * `2.4 seconds`.
 *
 * @param spanMs - at least 0
 */
export function spanText(spanMs: number): string {
  if (spanMs < 9950) return `${(spanMs / 1000).toFixed(1)} seconds`
  let restMs = Math.round(spanMs / 1000) * 1000
  const words: string[] = []
  for (const { name, unitMs } of UNITS) {
    const count = Math.floor(restMs / unitMs)
    restMs -= count * unitMs
    // No unit behind a gap: of ten days and a minute, the minute does not matter.
    if (count > 0) words.push(`${count} ${name}${count === 1 ? '' : 's'}`)
    if (words.length === 2 || (words.length === 1 && count === 0)) break
  }
  return words.join(' ')
}

/**
 * Say how far the device's clock is from ours: `9 hours behind ours`.
 *
 * @param offsetMs - the device's time minus ours
 */
export function clockOffsetText(offsetMs: number): string {
  return `${spanText(Math.abs(offsetMs))} ${offsetMs < 0 ? 'behind' : 'ahead of'} ours`
}
