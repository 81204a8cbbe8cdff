import { MISSING_BITS } from './packet-layout.js'

/**
 * Build the bitmap of one MISSING packet.
 *
 * @param first - the sequence of the first bit
 * @param count - sequences beyond it do not exist, so they are not missing
 * @returns 1024 octets, or undefined where nothing of it is missing
 */
export function missingBitmap(
  first: number,
  count: number,
  isReceived: (sequence: number) => boolean,
): Uint8Array | undefined {
  const bitmap = new Uint8Array(MISSING_BITS / 8)
  const bits = Math.min(MISSING_BITS, count - first + 1)
  let anyMissing = false
  for (let bit = 0; bit < bits; bit++) {
    if (isReceived(first + bit)) continue
    bitmap[bit >> 3]! |= 0x80 >> (bit & 7)
    anyMissing = true
  }
  return anyMissing ? bitmap : undefined
}

/** Whether a bitmap names the sequence that is `bit` after its first; false outside of it. */
export function isMissing(bitmap: Uint8Array, bit: number): boolean {
  return ((bitmap[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0
}

/** The sequences that a bitmap names, ascending, as ranges: `2,5-7`; empty where it names none. At most 8192 sequences. */
export function missingRanges(first: number, bitmap: Uint8Array): string {
  const ranges: string[] = []
  const bits = bitmap.byteLength * 8
  for (let bit = 0; bit < bits; bit++) {
    if (!isMissing(bitmap, bit)) continue
    const start = bit
    while (bit + 1 < bits && isMissing(bitmap, bit + 1)) bit++
    ranges.push(start === bit ? `${first + start}` : `${first + start}-${first + bit}`)
  }
  return ranges.join(',')
}
