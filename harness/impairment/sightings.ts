/** Names of one generation; two are kept, more than the control packets of an exchange with 32 rounds of 200 MISSING packets each. */
const GENERATION_NAMES = 8_192

/**
 * How often each name was seen. Bounded: a name that is not seen again while 8192 others are may be forgotten, and counts as new then.
 */
export class Sightings {
  #recent = new Map<string, number>()
  #older = new Map<string, number>()

  /** Count one more; returns how often the name was seen before. */
  note(name: string): number {
    const before = this.#recent.get(name) ?? this.#older.get(name) ?? 0
    this.#recent.set(name, before + 1)
    if (this.#recent.size === GENERATION_NAMES) {
      this.#older = this.#recent
      this.#recent = new Map()
    }
    return before
  }
}
