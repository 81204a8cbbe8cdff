/** The endpoint's clocks, all in milliseconds. The defaults are those of docs/protocol.md, section 3; others are for benches and specs. */
export interface EndpointTimings {
  /** Between REQUESTs while no RESPONSE came. */
  readonly requestIntervalMs: number
  /** Between REQUESTs while the RESPONSE is PENDING. */
  readonly pendingIntervalMs: number
  /** How long the RESPONSE may be PENDING, from its first. */
  readonly pendingLimitMs: number
  /** Silence that ends a round whose ROUND_END is lost. */
  readonly roundIdleMs: number
  /** Between repeats of a count report. */
  readonly reportIntervalMs: number
  /** Between the three COMPLETE reports. */
  readonly completeIntervalMs: number
  /**
   * After a RESPONSE that refuses, how long to see whether the converter sends resources all the same. Not in the protocol: half a second, as
   * for a round, since what is under way arrives within it.
   */
  readonly refusalLingerMs: number
  /**
   * With CREDIT, silence after which PROGRESS is sent before its quarter window is full. Not in the protocol: half of the 50 ms after which
   * the converter goes on without, so that a lost PROGRESS costs less than that.
   */
  readonly progressStallMs: number
  /**
   * How long a round, or the wait for the next one, may go on without bringing anything: 60 s, as the converter's own patience. It bounds an
   * exchange with a converter that ignores reports or repeats itself for ever.
   */
  readonly stallLimitMs: number
}

export const DEFAULT_ENDPOINT_TIMINGS: EndpointTimings = {
  requestIntervalMs: 1_000,
  pendingIntervalMs: 5_000,
  pendingLimitMs: 60_000,
  roundIdleMs: 500,
  reportIntervalMs: 500,
  completeIntervalMs: 100,
  refusalLingerMs: 500,
  progressStallMs: 25,
  stallLimitMs: 60_000,
}

/** REQUESTs until a RESPONSE must have come (docs/protocol.md, section 3). */
export const REQUEST_LIMIT = 5
/** Rounds of one exchange. */
export const ROUND_LIMIT = 32
/** Rounds in a row that may bring nothing new. */
export const BARREN_ROUND_LIMIT = 3
/** COMPLETE reports: one lost alone must not leave the converter waiting. */
export const COMPLETE_REPEAT_COUNT = 3
