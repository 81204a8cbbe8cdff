/** Octets of the longest packed number, 2⁵³ − 1. */
export const MAX_PACKED_OCTETS = 8

/**
 * Write a whole number, seven bits an octet, lowest first, the eighth set where more follow.
 *
 * @param at - where to begin; {@link MAX_PACKED_OCTETS} must fit
 * @param value - from 0 to 2⁵³ − 1
 * @returns where it ended
 */
export function writePacked(octets: Uint8Array, at: number, value: number): number {
  // Not by bit operators, which know 32 bits.
  let rest = value
  while (rest >= 128) {
    octets[at++] = (rest % 128) | 128
    rest = Math.floor(rest / 128)
  }
  octets[at++] = rest
  return at
}

/**
 * Write a whole number that may be negative; near zero its octets are few.
 *
 * @param value - from −2⁵² + 1 to 2⁵² − 1
 * @see {@link writePacked}
 */
export function writePackedSigned(octets: Uint8Array, at: number, value: number): number {
  // The sign is the lowest bit.
  return writePacked(octets, at, value < 0 ? -2 * value - 1 : 2 * value)
}

/** Reads packed numbers one after the other. */
export class PackedReader {
  #octets: Uint8Array = new Uint8Array(0)
  #at = 0

  /** Read here next. */
  moveTo(octets: Uint8Array, at: number): void {
    this.#octets = octets
    this.#at = at
  }

  /** The next number, as {@link writePacked} wrote it. */
  read(): number {
    let rest = 0
    let unit = 1
    for (;;) {
      const octet = this.#octets[this.#at++]!
      rest += (octet & 127) * unit
      if (octet < 128) return rest
      unit *= 128
    }
  }

  /** The next number, as {@link writePackedSigned} wrote it. */
  readSigned(): number {
    const rest = this.read()
    return rest % 2 === 1 ? -(rest + 1) / 2 : rest / 2
  }
}
