import type { Missing } from '../wire/index.js'
import type { RoundPlan } from './round-plan.js'

/** Octets that hold a bit for every index a MISSING packet can have: a u16. */
const INDEX_BITMAP_BYTES = 65_536 / 8

/**
 * The sequences that an endpoint named as missing from one round: what the next round sends. Bounded by the count: what it names beyond is
 * ignored.
 */
export class MissingSet implements RoundPlan {
  readonly #count: number
  /** Both made with the first packet, so that an exchange that loses nothing holds nothing. */
  #sequences: Uint8Array | undefined
  #indices: Uint8Array | undefined
  /** Packets 0 … n − 1 are all here. */
  #leadingPackets = 0

  constructor(count: number) {
    this.#count = count
  }

  /** Whether any MISSING packet came. */
  get holdsAny(): boolean {
    return this.#sequences !== undefined
  }

  /** Whether each of a report's `packetCount` MISSING packets came. */
  holdsAll(packetCount: number): boolean {
    return this.#leadingPackets >= packetCount
  }

  add({ firstSequence, index, bitmap }: Missing): void {
    this.#noteIndex(index)
    const sequences = (this.#sequences ??= new Uint8Array(Math.ceil((this.#count + 1) / 8)))
    const octetsOfUse = Math.min(bitmap.length, Math.ceil((this.#count + 1 - firstSequence) / 8))
    for (let at = 0; at < octetsOfUse; at++) {
      const octet = bitmap[at]!
      if (octet === 0) continue
      for (let bit = 0; bit < 8; bit++) {
        if ((octet & (0x80 >> bit)) === 0) continue
        const sequence = firstSequence + at * 8 + bit
        if (sequence >= 1 && sequence <= this.#count) sequences[sequence >> 3]! |= 1 << (sequence & 7)
      }
    }
  }

  next(sequence: number): number | undefined {
    const sequences = this.#sequences
    if (!sequences) return undefined
    for (let at = sequence; at <= this.#count; at++) {
      if ((at & 7) === 0 && sequences[at >> 3] === 0) at += 7
      else if ((sequences[at >> 3]! >> (at & 7)) & 1) return at
    }
    return undefined
  }

  countBetween(first: number, last: number): number {
    let count = 0
    for (let at = this.next(first); at !== undefined && at <= last; at = this.next(at + 1)) count += 1
    return count
  }

  #noteIndex(index: number): void {
    const indices = (this.#indices ??= new Uint8Array(INDEX_BITMAP_BYTES))
    indices[index >> 3]! |= 1 << (index & 7)
    // Past the last octet there is nothing, whose bits are 0.
    while ((indices[this.#leadingPackets >> 3]! >> (this.#leadingPackets & 7)) & 1) this.#leadingPackets += 1
  }
}
