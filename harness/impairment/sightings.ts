/** Identities remembered; more than the control packets of an exchange with 32 rounds of 200 MISSING packets each. */
const REMEMBERED_MOST = 16_384

/**
 * How often each name was seen. Bounded: what was not seen for the longest time is forgotten, and counts as new when it comes again.
 */
export class Sightings {
  readonly #counts = new Map<string, number>()

  /** Count one more; returns how often it was seen before. */
  note(name: string): number {
    const before = this.#counts.get(name) ?? 0
    // Deleted first, so that the map stays ordered by when a name was seen last.
    this.#counts.delete(name)
    this.#counts.set(name, before + 1)
    if (this.#counts.size > REMEMBERED_MOST) {
      const [oldest] = this.#counts.keys()
      if (oldest !== undefined) this.#counts.delete(oldest)
    }
    return before
  }
}
