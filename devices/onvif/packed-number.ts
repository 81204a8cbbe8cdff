/** Octets of the longest packed number, 2⁵² − 1. */
export const MAX_PACKED_OCTETS = 8

/**
 * Write a whole number, seven bits an octet, lowest first, the eighth set where more follow; near zero they are few.
 *
 * @param at - where to begin; {@link MAX_PACKED_OCTETS} must fit
 * @param value - from −2⁵² + 1 to 2⁵² − 1
 * @returns where it ended
 */
export function writePacked(octets: Uint8Array, at: number, value: number): number {
  // The sign is the lowest bit. Not by bit operators, which know 32 bits.
  let rest = value < 0 ? -2 * value - 1 : 2 * value
  while (rest >= 128) {
    octets[at++] = (rest % 128) | 128
    rest = Math.floor(rest / 128)
  }
  octets[at++] = rest
  return at
}

/** Reads packed numbers one after the other. */
export class PackedReader {
  readonly #octets: Uint8Array
  readonly #end: number
  #at: number

  constructor(octets: Uint8Array, start = 0, end = octets.length) {
    this.#octets = octets
    this.#at = start
    this.#end = end
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#end
  }

  /** The next number. */
  read(): number {
    let rest = 0
    let unit = 1
    for (;;) {
      const octet = this.#octets[this.#at++]!
      rest += (octet & 127) * unit
      if (octet < 128) break
      unit *= 128
    }
    return rest % 2 === 1 ? -(rest + 1) / 2 : rest / 2
  }

  /**
   * Copy the next number as it stands.
   *
   * @returns where the copy ended
   */
  copyTo(octets: Uint8Array, at: number): number {
    for (;;) {
      const octet = this.#octets[this.#at++]!
      octets[at++] = octet
      if (octet < 128) return at
    }
  }
}
