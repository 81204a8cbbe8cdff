/** Something that a device does otherwise than most, or than the specification says. */
export interface Quirk {
  /** Where the simulated recorder can do the same, the name of that quirk: `viewnet simulate onvif --quirks NAME`. */
  readonly name: string
  /** What it rests on: the first time that it was seen. */
  readonly fact: string
  /** How often it was seen. */
  readonly count: number
}

/** Facts quote what a device says, which may be any length. */
const MAX_FACT_LENGTH = 300

/** Collects quirks: the first fact of each, and how many there were. */
export class QuirkLog {
  readonly #quirks = new Map<string, Quirk>()

  note(name: string, fact: string): void {
    const known = this.#quirks.get(name)
    if (known) this.#quirks.set(name, { ...known, count: known.count + 1 })
    else this.#quirks.set(name, { name, fact: shorten(fact), count: 1 })
  }

  /** In the order in which they were first seen. */
  get quirks(): readonly Quirk[] {
    return [...this.#quirks.values()]
  }
}

function shorten(fact: string): string {
  // What a device says may hold anything; a terminal is to show it, not to obey it.
  const line = fact.replaceAll(/[\s\p{Cc}]+/gu, ' ')
  return line.length > MAX_FACT_LENGTH ? `${line.slice(0, MAX_FACT_LENGTH)}…` : line
}
