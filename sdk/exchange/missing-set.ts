import type { Missing } from '../wire/index.js'

/** Bits in one MISSING packet. */
const BITMAP_BITS = 8_192

/**
 * The sequences that an endpoint named as missing in one round. Bounded by the count: what it names beyond is ignored, and so is a packet whose
 * index cannot be one of a truthful report.
 */
export class MissingSet {
  readonly #count: number
  /** Made with the first packet, so that an exchange that loses nothing holds nothing. */
  #bits: Uint8Array | undefined
  readonly #packets = new Set<number>()

  constructor(count: number) {
    this.#count = count
  }

  /** Distinct MISSING packets taken. */
  get packetCount(): number {
    return this.#packets.size
  }

  add({ firstSequence, index, bitmap }: Missing): void {
    if (index > this.#count / BITMAP_BITS + 1) return
    const bits = (this.#bits ??= new Uint8Array(Math.ceil((this.#count + 1) / 8)))
    this.#packets.add(index)
    for (let at = 0; at < bitmap.length; at++) {
      const octet = bitmap[at]!
      if (octet === 0) continue
      for (let bit = 0; bit < 8; bit++) {
        if ((octet & (0x80 >> bit)) === 0) continue
        const sequence = firstSequence + at * 8 + bit
        if (sequence >= 1 && sequence <= this.#count) bits[sequence >> 3]! |= 1 << (sequence & 7)
      }
    }
  }

  /** The next sequence named at or after `sequence`; undefined: none. */
  next(sequence: number): number | undefined {
    const bits = this.#bits
    if (!bits) return undefined
    for (let at = sequence; at <= this.#count; at++) {
      if ((at & 7) === 0 && bits[at >> 3] === 0) at += 7
      else if ((bits[at >> 3]! >> (at & 7)) & 1) return at
    }
    return undefined
  }
}
