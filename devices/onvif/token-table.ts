import { randomInt } from 'node:crypto'

/** No slot of the table is taken by two, and at most half of them are taken. */
const FIRST_SLOTS = 64

/**
 * Numbers tokens from 0 in the order in which they come, and finds them again. Some 30 octets a token, in place of the 130 that a string takes in a map: a
 * device may have a recording for each of a million clips.
 */
export class TokenTable {
  /** Where each token begins among the octets; one more than there are. */
  #starts = new Uint32Array(FIRST_SLOTS)
  #octets = Buffer.alloc(1024)
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
    const wide = isWide(token)
    if (wide) {
      this.#wide.set(token, number)
      this.#wideAt.set(number, token)
    }
    const start = this.#starts[number]!
    const end = start + (wide ? 0 : token.length)
    if (end > this.#octets.length) this.#octets = Buffer.concat([this.#octets], Math.max(end, this.#octets.length * 2))
    if (this.#count === this.#starts.length) this.#starts = doubled(this.#starts)
    this.#starts[this.#count] = end
    if (wide) return number
    this.#octets.write(token, start, 'latin1')
    if (this.#count * 2 > this.#slots.length) this.#spread()
    else this.#slots[this.#slotOf(token)] = this.#count
    return number
  }

  /** @param number - of a token that was added */
  at(number: number): string {
    return this.#wideAt.get(number) ?? this.#octets.toString('latin1', this.#starts[number], this.#starts[number + 1])
  }

  /** Its slot, or the one that it would have. */
  #slotOf(token: string): number {
    const last = this.#slots.length - 1
    let slot = hashOf(token, this.#seed) & last
    while (this.#slots[slot] !== 0 && !this.#isAt(this.#slots[slot]! - 1, token)) slot = (slot + 1) & last
    return slot
  }

  #isAt(number: number, token: string): boolean {
    const start = this.#starts[number]!
    if (this.#starts[number + 1]! - start !== token.length) return false
    for (let index = 0; index < token.length; index++) {
      if (this.#octets[start + index] !== token.charCodeAt(index)) return false
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

function doubled(values: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(values.length * 2)
  larger.set(values)
  return larger
}

function isWide(token: string): boolean {
  for (let index = 0; index < token.length; index++) if (token.charCodeAt(index) > 255) return true
  return false
}

/** FNV-1a, 32 bits, and its high bits mixed into the low ones. */
export function hashOf(text: string, seed = 0x811c_9dc5): number {
  let hash = seed
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193)
  return hash ^ (hash >>> 15)
}
