/** What a relay feeds: a simulated recorder, a console, or anything that wants to know. */
export interface PoweredLoad {
  powerOn(): Promise<void> | void
  powerOff(): Promise<void> | void
}

/** One relay: what its coil is told, and what its contact does. */
export class SimulatedRelay {
  #isEnergised = false
  #isClosed = false
  #operationCount = 0
  readonly #loads = new Set<PoweredLoad>()

  /** What the board tells. */
  get isEnergised(): boolean {
    return this.#isEnergised
  }

  /** Whether current flows through its normally open contact. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** How often the contact moved. */
  get operationCount(): number {
    return this.#operationCount
  }

  /** Feed a load through the normally open contact; it is told when that moves. */
  feed(load: PoweredLoad): void {
    this.#loads.add(load)
  }

  /** Drive the coil; `welded`: the contact does not follow. */
  drive(isEnergised: boolean, isWelded = false): void {
    this.#isEnergised = isEnergised
    if (isWelded || this.#isClosed === isEnergised) return
    this.#isClosed = isEnergised
    this.#operationCount += 1
    for (const load of this.#loads) {
      // What a load does with its power is its own affair; it does not hold up the board.
      void (isEnergised ? load.powerOn() : load.powerOff())
    }
  }
}
