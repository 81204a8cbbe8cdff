/** The time of a run, as the recorder sees it. A spec brings its own. */
export interface RecorderClock {
  /** Microseconds since the run began: whole, never running backwards. */
  nowMicroseconds(): number
  /**
   * Call back once, after a while.
   *
   * @returns what calls it off
   */
  after(delayMs: number, callback: () => void): () => void
}

/** The machine's monotonic clock; the run begins now. */
export function monotonicClock(): RecorderClock {
  const startedAtMs = performance.now()
  return {
    nowMicroseconds: () => Math.floor((performance.now() - startedAtMs) * 1000),
    after(delayMs, callback) {
      const timer = setTimeout(callback, delayMs)
      return () => clearTimeout(timer)
    },
  }
}
