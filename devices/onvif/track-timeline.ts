import type { Transition } from './transition.js'

/** What is known of a track before its events. */
export interface TrackBounds {
  /** Its oldest data, ms since 1970; `undefined` when the device does not tell. */
  readonly dataFromMs: number | undefined
  /** Where its newest data ended when the device described it; never before the oldest. */
  readonly dataToMs: number | undefined
  /** The device was writing to its recording then. */
  readonly isRecording: boolean
}

/** A state that a device made up for where a search begins. */
export type StartState = Pick<Transition, 'timeMs' | 'isPresent'>

/** A stretch of time that holds data: from `startMs` to, not including, `endMs`; `undefined` while it grows. */
export interface Span {
  readonly startMs: number
  readonly endMs: number | undefined
}

/**
 * Turns the states of one track, in order of time, into the spans that hold data. Remembers one open span, however long the track's history.
 *
 * | state | data present | no data |
 * |---|---|---|
 * | unknown | a span opens | after a change: there was data up to here |
 * | absent | a span opens | nothing new |
 * | present | nothing new, but see below | the span is complete |
 *
 * Two segments that touch are told as 'no data' and 'data' at one moment, by some devices the other way round: 'data' while there is data, then 'no
 * data' at that same moment, also ends one span and opens the next. Where the end is told again after the start at its moment, the change after them
 * tells whether that start counts: before another end it does.
 */
export class TrackTimeline {
  readonly #bounds: TrackBounds
  #isKnown = false
  #isTold = false
  #openSinceMs: number | undefined
  #repeatedAtMs: number | undefined
  #endedAtMs: number | undefined
  /** A start at this moment stood between two ends. */
  #doubtedSinceMs: number | undefined

  /** @param startState - with data, a span is open since the oldest data */
  constructor(bounds: TrackBounds, startState?: StartState) {
    this.#bounds = bounds
    if (!startState) return
    this.#isKnown = true
    this.#isTold = startState.isPresent
    if (startState.isPresent) this.#openSinceMs = bounds.dataFromMs ?? startState.timeMs
  }

  /** Whether the events say anything about the track: more than that it held nothing where the search began. */
  get isTold(): boolean {
    return this.#isTold
  }

  /**
   * @param transition - not earlier than the last one
   * @returns the span that this completes
   */
  receive({ timeMs, isPresent, origin }: Transition): Span | undefined {
    this.#isTold = true
    const wasKnown = this.#isKnown
    this.#isKnown = true
    if (isPresent) {
      this.#doubtedSinceMs = undefined
      if (this.#openSinceMs === undefined) this.#openSinceMs = timeMs
      else if (this.#openSinceMs < timeMs) this.#repeatedAtMs = timeMs
      return undefined
    }
    const sinceMs = this.#openSinceMs ?? this.#doubtedSinceMs
    // A history whose beginning was overwritten starts with an end.
    const startMs = !wasKnown && origin === 'change' ? this.#bounds.dataFromMs : sinceMs
    this.#doubtedSinceMs = sinceMs === timeMs && this.#endedAtMs === timeMs ? timeMs : undefined
    this.#endedAtMs = timeMs
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
}

/** A span without length holds nothing. */
function spanOf(startMs: number, endMs: number | undefined): Span | undefined {
  return endMs !== undefined && endMs <= startMs ? undefined : { startMs, endMs }
}
