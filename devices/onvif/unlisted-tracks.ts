import { ownText } from './own-text.js'
import type { StateEvent } from './state-event.js'
import type { Transition } from './transition.js'

/** Recordings and, of each, events that are kept. Of more, no reply was damaged: these are tracks that were deleted. */
const MAX_RECORDINGS = 1000
const MAX_EVENTS = 16

/** The events of one recording that are of tracks which it does not list. */
interface UnlistedTrack {
  /** Of the first one. */
  readonly token: string
  readonly events: Transition[]
  /** There were too many events. */
  isHistory: boolean
}

/**
 * Events of tracks that their recordings do not list. Alone they say nothing: a device tells of tracks that it deleted. But they may be what a listed track
 * lacks: then that is one track by two names.
 */
export class UnlistedTracks {
  readonly #byRecording = new Map<number, UnlistedTrack>()

  /** Keep an event. */
  add(recording: number, { trackToken, timeMs, isPresent, origin }: StateEvent): void {
    let track = this.#byRecording.get(recording)
    if (!track) {
      if (this.#byRecording.size === MAX_RECORDINGS) return
      track = { token: ownText(trackToken), events: [], isHistory: false }
      this.#byRecording.set(recording, track)
    }
    if (origin === 'start-state') return
    track.isHistory ||= track.events.length === MAX_EVENTS
    if (!track.isHistory) track.events.push({ timeMs, isPresent, origin })
  }

  /** The first that an event of this recording was of; `undefined`: there was none. */
  tokenOf(recording: number): string | undefined {
    return this.#byRecording.get(recording)?.token
  }

  /**
   * The track that an event of this recording was of which a listed track lacks: between two of its states that are the same, the opposite.
   *
   * @param before - a state of the listed track
   * @param after - its next one
   * @returns its token; `undefined`: there is none
   */
  tokenOfLack(recording: number, before: Transition, after: Transition): string | undefined {
    const track = this.#byRecording.get(recording)
    if (!track || track.isHistory || after.isPresent !== before.isPresent) return undefined
    const isLacking = ({ timeMs, isPresent }: Transition): boolean =>
      isPresent !== before.isPresent && timeMs > before.timeMs && timeMs < after.timeMs
    return track.events.some(isLacking) ? track.token : undefined
  }
}
