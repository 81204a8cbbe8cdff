import type { StateEvent } from './state-event.js'

/** What is known of a track before its events. */
export interface TrackBounds {
  /** Its oldest data, ms since 1970; `undefined` when the device does not tell. */
  readonly dataFromMs: number | undefined
  /** Where its newest data ended when the device described it. */
  readonly dataToMs: number | undefined
  /** The device was writing to its recording then. */
  readonly isRecording: boolean
}

/** A stretch of time that holds data: from `startMs` to, not including, `endMs`; `undefined` while it grows. */
export interface Span {
  readonly startMs: number
  readonly endMs: number | undefined
}

/** One change of state, as in {@link StateEvent}. */
export type Transition = Pick<StateEvent, 'timeMs' | 'isPresent' | 'origin'>

/** Events of one track came out of order, so that what was told already may be wrong. */
export class EventOrderError extends Error {
  override readonly name = 'EventOrderError'
}

/**
 * Turns the states of one track, in order of time, into the spans that hold data. Remembers one open span, however long the track's history.
 *
 * | state | data present | no data |
 * |---|---|---|
 * | unknown | a span opens, for a start state at the oldest data | after a change: there was data up to here |
 * | absent | a span opens | nothing new |
 * | present | nothing new, but see below | the span is complete |
 *
 * Two segments that touch are told as 'no data' and 'data' at one moment, by some devices the other way round: 'data' while there is data, then 'no
 * data' at that same moment, also ends one span and opens the next.
 */
export class TrackTimeline {
  readonly #bounds: TrackBounds
  #isKnown = false
  #isTold = false
  #openSinceMs: number | undefined
  #repeatedAtMs: number | undefined
  #latestMs = -Infinity

  constructor(bounds: TrackBounds) {
    this.#bounds = bounds
  }

  /** Whether the events say anything about the track: more than that it held nothing where the search began. */
  get isTold(): boolean {
    return this.#isTold
  }

  /**
   * @returns the span that this completes
   * @throws {@link EventOrderError} when it is earlier than the last one
   */
  receive({ timeMs, isPresent, origin }: Transition): Span | undefined {
    if (origin === 'start-state') {
      this.#start(timeMs, isPresent)
      return undefined
    }
    if (timeMs < this.#latestMs) {
      throw new EventOrderError(
        `expected events in order of time, got ${new Date(timeMs).toISOString()} after ${new Date(this.#latestMs).toISOString()}`,
      )
    }
    this.#latestMs = timeMs
    this.#isTold = true
    const wasKnown = this.#isKnown
    this.#isKnown = true
    if (isPresent) {
      if (this.#openSinceMs === undefined) this.#openSinceMs = timeMs
      else if (this.#openSinceMs < timeMs) this.#repeatedAtMs = timeMs
      return undefined
    }
    // A history whose beginning was overwritten starts with an end.
    const startMs = !wasKnown && origin === 'change' ? this.#bounds.dataFromMs : this.#openSinceMs
    this.#openSinceMs = this.#repeatedAtMs === timeMs ? timeMs : undefined
    return startMs === undefined ? undefined : spanOf(startMs, timeMs)
  }

  /**
   * No more events.
   *
   * @returns the span that is still open: it grows while the device records, or when it began after the device described the track; otherwise the
   *   track's newest data ends it
   */
  finish(): Span | undefined {
    const startMs = this.#openSinceMs
    if (startMs === undefined) return undefined
    const { dataToMs, isRecording } = this.#bounds
    const grows = isRecording || dataToMs === undefined || startMs > dataToMs
    return spanOf(startMs, grows ? undefined : dataToMs)
  }

  #start(timeMs: number, isPresent: boolean): void {
    // Some devices repeat the start state later, where it says nothing new.
    if (this.#isKnown) return
    this.#isKnown = true
    if (!isPresent) return
    this.#isTold = true
    this.#openSinceMs = this.#bounds.dataFromMs ?? timeMs
  }
}

/** A span without length holds nothing. */
function spanOf(startMs: number, endMs: number | undefined): Span | undefined {
  return endMs !== undefined && endMs <= startMs ? undefined : { startMs, endMs }
}
