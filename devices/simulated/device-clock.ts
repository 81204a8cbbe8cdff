/** How a device's clock goes wrong. */
export interface ClockPlan {
  /** The device's clock minus ours, in ms. */
  readonly offsetMs: number
  /** Jumps ahead by `byMs` after every `everyRequests` requests that needed a user; never without it. */
  readonly jumps?: ClockJumps | undefined
}

export interface ClockJumps {
  readonly everyRequests: number
  readonly byMs: number
}

/** The device's own clock. */
export class DeviceClock {
  readonly #plan: ClockPlan
  readonly #nowMs: () => number
  #acceptedCount = 0

  /** @param nowMs - our clock, ms since 1970 */
  constructor(plan: ClockPlan, nowMs: () => number = Date.now) {
    this.#plan = plan
    this.#nowMs = nowMs
  }

  /** The device's time, ms since 1970. */
  readonly nowMs = (): number => {
    const { offsetMs, jumps } = this.#plan
    const jumped = jumps === undefined ? 0 : Math.floor(this.#acceptedCount / jumps.everyRequests) * jumps.byMs
    return this.#nowMs() + offsetMs + jumped
  }

  /** A request that needed a user was let in. */
  countAccepted(): void {
    this.#acceptedCount += 1
  }
}
