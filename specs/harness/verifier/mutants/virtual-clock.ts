import type { RecorderClock } from '../../../../harness/evidence/index.js'

/** Callbacks, at most: an exchange that goes wrong without end is stopped there. */
const MAX_STEPS = 200_000

interface Due {
  readonly atMs: number
  readonly callback: () => void
}

/** Time that passes only from one thing that is due to the next. */
export class VirtualClock implements RecorderClock {
  #nowMs = 0
  #due: Due[] = []

  get nowMs(): number {
    return this.#nowMs
  }

  nowMicroseconds(): number {
    return Math.round(this.#nowMs * 1000)
  }

  after(delayMs: number, callback: () => void): () => void {
    const due = { atMs: this.#nowMs + delayMs, callback }
    // In order of time, and of asking where times are equal.
    const at = this.#due.findIndex(({ atMs }) => atMs > due.atMs)
    this.#due.splice(at < 0 ? this.#due.length : at, 0, due)
    return () => {
      this.#due = this.#due.filter((other) => other !== due)
    }
  }

  /** Let time pass until nothing is due any more, or the limit is reached. */
  run(limitMs: number): void {
    for (let step = 0; step < MAX_STEPS; step++) {
      const [next] = this.#due
      if (!next || next.atMs > limitMs) return
      this.#due.shift()
      this.#nowMs = next.atMs
      next.callback()
    }
  }
}
