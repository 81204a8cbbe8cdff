import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

/** The first wait: a broker that restarts is back within a second or so. */
const FIRST_MS = 250

/** The longest wait: a broker that comes back after ten minutes is noticed at once, as people count. */
const LONGEST_MS = 10_000

/**
 * How long to wait before the next attempt: twice as long every time, up to 10 s, and each time somewhere between half of that and all of it, so
 * that the benches of a lab do not fall upon their broker in step. Pure: no clock, and its chance is a seed.
 */
export class Backoff {
  readonly #random: RandomGenerator
  #attempts = 0

  /** @param seed - 0–0xffffffff */
  constructor(seed: number) {
    this.#random = xoroshiro128plus(seed)
  }

  /** Milliseconds to wait now. */
  nextMs(): number {
    const mostMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#attempts++)
    return Math.round(mostMs * (0.5 + uniformFloat64(this.#random) / 2))
  }

  /** An attempt has succeeded: begin again with the shortest wait. */
  reset(): void {
    this.#attempts = 0
  }
}
