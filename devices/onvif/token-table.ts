import { randomInt } from 'node:crypto'
import { Column } from './column.js'
import { ownText } from './own-text.js'

const FIRST_SLOTS = 64

/** Tokens stand in chunks of so many octets, each with its length in an octet before it. */
const CHUNK_OCTETS = 64 * 1024
const MAX_PACKED_LENGTH = 255

/**
 * Numbers tokens from 0 in the order in which they come, and finds them again. Some 30 octets a token, in place of the 130 that a string takes in a map: a
 * device may have a recording for each of a million clips.
 */
export class TokenTable {
  /** Where each token begins, counted over all chunks. */
  readonly #starts = new Column(Uint32Array)
  readonly #chunks: Buffer[] = []
  /** Of the last chunk. */
  #used = CHUNK_OCTETS
  /** A token's number and 1; 0 is free. */
  #slots = new Uint32Array(FIRST_SLOTS)
  /** Those that do not fit octets: no device of ours has any. */
  readonly #wide = new Map<string, number>()
  readonly #wideAt = new Map<number, string>()
  /** So that nobody can make up tokens that all fall upon one slot. */
  readonly #seed = randomInt(2 ** 32)
  #count = 0

  get count(): number {
    return this.#count
  }

  /** @returns its number; `undefined` when it was never added */
  find(token: string): number | undefined {
    if (isWide(token)) return this.#wide.get(token)
    const found = this.#slots[this.#slotOf(token)]!
    return found === 0 ? undefined : found - 1
  }

  /** @returns its number, a new one when it is new */
  add(token: string): number {
    const known = this.find(token)
    if (known !== undefined) return known
    const number = this.#count++
    if (isWide(token)) {
      const own = ownText(token)
      this.#wide.set(own, number)
      this.#wideAt.set(number, own)
      this.#starts.set(number, 0)
      return number
    }
    this.#starts.set(number, this.#write(token))
    // Nearly full: a few more are compared then, and half of the slots are enough.
    if (this.#count > this.#slots.length * 0.875) this.#spread()
    else this.#slots[this.#slotOf(token)] = this.#count
    return number
  }

  /** @param number - of a token that was added */
  at(number: number): string {
    const wide = this.#wideAt.get(number)
    if (wide !== undefined) return wide
    const start = this.#starts.at(number)
    const at = start % CHUNK_OCTETS
    const chunk = this.#chunkAt(start)
    return chunk.toString('latin1', at + 1, at + 1 + chunk[at]!)
  }

  /** @returns where it begins */
  #write(token: string): number {
    if (this.#used + 1 + token.length > CHUNK_OCTETS) {
      this.#chunks.push(Buffer.alloc(CHUNK_OCTETS))
      this.#used = 0
    }
    const chunk = this.#chunks.at(-1)! // just made, if there was none
    const at = this.#used
    chunk[at] = token.length
    chunk.write(token, at + 1, 'latin1')
    this.#used += 1 + token.length
    return (this.#chunks.length - 1) * CHUNK_OCTETS + at
  }

  #chunkAt(start: number): Buffer {
    return this.#chunks[Math.floor(start / CHUNK_OCTETS)]! // a token begins there
  }

  /** Its slot, or the one that it would have. */
  #slotOf(token: string): number {
    const last = this.#slots.length - 1
    let slot = hashOf(token, this.#seed) & last
    while (this.#slots[slot] !== 0 && !this.#isAt(this.#slots[slot]! - 1, token)) slot = (slot + 1) & last
    return slot
  }

  #isAt(number: number, token: string): boolean {
    const start = this.#starts.at(number)
    const chunk = this.#chunkAt(start)
    const at = start % CHUNK_OCTETS
    if (chunk[at] !== token.length) return false
    // Tokens of one device are alike where they begin.
    for (let index = token.length - 1; index >= 0; index--) {
      if (chunk[at + 1 + index] !== token.charCodeAt(index)) return false
    }
    return true
  }

  #spread(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2)
    for (let number = 0; number < this.#count; number++) {
      if (!this.#wideAt.has(number)) this.#slots[this.#slotOf(this.at(number))] = number + 1
    }
  }
}

/** Longer than any token may be, or with characters beyond ISO 8859-1. */
function isWide(token: string): boolean {
  if (token.length > MAX_PACKED_LENGTH) return true
  for (let index = 0; index < token.length; index++) if (token.charCodeAt(index) > 255) return true
  return false
}

/** FNV-1a, 32 bits, and its high bits mixed into the low ones. */
export function hashOf(text: string, seed = 0x811c_9dc5): number {
  let hash = seed
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193)
  return hash ^ (hash >>> 15)
}
