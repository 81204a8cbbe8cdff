/** Calls back later; returns how to call it off. */
export type Schedule = (callback: () => void, delayMs: number) => () => void

/** Packets that a link may hold back at once, both directions together: about 1 MB of the largest. */
const HELD_MOST = 1_024

interface Held {
  readonly deliver: () => void
  readonly cancel: () => void
}

/** Packets that wait, each with a timer of its own. */
export class HeldPackets {
  readonly #schedule: Schedule
  readonly #held = new Set<Held>()
  #isOpen = false

  constructor(schedule: Schedule) {
    this.#schedule = schedule
  }

  /** Begin to hold packets. */
  open(): void {
    this.#isOpen = true
  }

  /**
   * Hold a packet back.
   *
   * @param deliver - called once: when the time is over or {@link release} comes first; never after {@link close}
   * @returns how to deliver it now; undefined when it is closed or no room is left, and `deliver` is never called
   */
  hold(deliver: () => void, delayMs: number): (() => void) | undefined {
    if (!this.#isOpen || this.#held.size >= HELD_MOST) return undefined
    const release = (): void => {
      if (!this.#held.delete(held)) return
      held.cancel()
      deliver()
    }
    const held: Held = { deliver, cancel: this.#schedule(release, delayMs) }
    this.#held.add(held)
    return release
  }

  /** Lose what is held, as a network does that ends; no timer outlives it. */
  close(): void {
    this.#isOpen = false
    for (const { cancel } of this.#held) cancel()
    this.#held.clear()
  }
}
