import { EventLog, type EventHistory, type Transition } from './event-log.js'
import type { StateEvent } from './state-event.js'
import { TrackTimeline, type Span, type StartState, type TrackBounds } from './track-timeline.js'

/** A video track, and what is known of it before its events. */
export interface VideoTrack extends TrackBounds {
  readonly recordingToken: string
  readonly trackToken: string
}

/** One recording resource: a span in which a video track holds data. */
export interface Interval<Track extends VideoTrack> extends Span {
  readonly track: Track
  /** True when this is only where the track's data begin and end, because the device tells no events of it. */
  readonly isCoarse: boolean
}

/** The time that was searched for events; ms since 1970, both ends included. */
export interface SearchedRange {
  readonly fromMs: number
  readonly toMs: number
}

/** One recording, as far as its events go. */
interface RecordingEntry {
  /** Its number in the log, behind those of all tracks. */
  readonly owner: number
  /** The numbers of its video tracks. */
  readonly tracks: number[]
  /** Some track of it, of whatever type, speaks for itself. */
  hasTrackEvents: boolean
}

/**
 * Builds the intervals of video tracks from the state events of their device, which may come in any order and more than once.
 *
 * A track's own events count (Track/State). Where a recording has none, for no track, those of the recording do (Recording/State). Where there are none
 * of either kind, one coarse interval covers the track's bounds.
 */
export class IntervalBuilder<Track extends VideoTrack> {
  readonly #tracks: readonly Track[]
  readonly #range: SearchedRange | undefined
  readonly #recordings = new Map<string, RecordingEntry>()
  readonly #log: EventLog
  /** By number in the log: the first state of each that was told for where the search began, twice its time and one more with data; NaN: none. */
  readonly #startCodes: Float64Array
  /** Events of one recording mostly follow each other. */
  #latest: { readonly token: string; readonly entry: RecordingEntry | undefined } = { token: '', entry: undefined }

  /**
   * @param tracks - every video track to build intervals for, each once; events of others are passed over
   * @param range - where to look; some devices also tell events of data that they have overwritten since, or that are not there yet
   */
  constructor(tracks: readonly Track[], range?: SearchedRange) {
    this.#tracks = tracks
    this.#range = range
    tracks.forEach(({ recordingToken }, number) => {
      let entry = this.#recordings.get(recordingToken)
      if (!entry) {
        entry = { owner: tracks.length + this.#recordings.size, tracks: [], hasTrackEvents: false }
        this.#recordings.set(recordingToken, entry)
      }
      entry.tracks.push(number)
    })
    const ownerCount = tracks.length + this.#recordings.size
    this.#log = new EventLog(ownerCount)
    this.#startCodes = new Float64Array(ownerCount).fill(NaN)
  }

  /** Take an event. */
  receive(event: StateEvent): void {
    const entry = this.#entryOf(event.recordingToken)
    if (!entry || this.#isOutOfRange(event)) return
    if (event.subject === 'recording') {
      if (!entry.hasTrackEvents) this.#keep(entry.owner, event)
      return
    }
    // That an audio track held nothing at the start does not tell that the device tells more about its tracks than about its recordings.
    if (event.origin !== 'start-state' || event.isPresent) entry.hasTrackEvents = true
    const number = this.#trackOf(entry, event.trackToken)
    if (number !== undefined) this.#keep(number, event)
  }

  /** No more events: the intervals, track by track, each track's in order of time. */
  *finish(): Generator<Interval<Track>> {
    const history = this.#log.release()
    for (const entry of this.#recordings.values()) {
      for (const number of entry.tracks) {
        const track = this.#tracks[number]!
        const timeline = new TrackTimeline(track, this.#startStateOf(number))
        for (const transition of history.of(number)) {
          const span = timeline.receive(transition)
          if (span) yield { track, ...span, isCoarse: false }
        }
        if (timeline.isTold) {
          const span = timeline.finish()
          if (span) yield { track, ...span, isCoarse: false }
        } else {
          yield* this.#untold(track, entry, history)
        }
      }
    }
  }

  #entryOf(token: string): RecordingEntry | undefined {
    if (this.#latest.entry && this.#latest.token === token) return this.#latest.entry
    const entry = this.#recordings.get(token)
    this.#latest = { token, entry }
    return entry
  }

  #trackOf({ tracks }: RecordingEntry, token: string): number | undefined {
    const number = tracks.find((candidate) => this.#tracks[candidate]!.trackToken === token)
    // Where a device does not say which track it means, there has to be only one that it can mean.
    return number === undefined && token === '' && tracks.length === 1 ? tracks[0] : number
  }

  #isOutOfRange({ timeMs, origin }: StateEvent): boolean {
    const range = this.#range
    return range !== undefined && origin !== 'start-state' && (timeMs < range.fromMs || timeMs > range.toMs)
  }

  #keep(owner: number, { timeMs, isPresent, origin }: StateEvent): void {
    if (origin !== 'start-state') this.#log.add(owner, timeMs, isPresent, origin)
    // Some devices repeat the start state later, where it says nothing new.
    else if (Number.isNaN(this.#startCodes[owner])) this.#startCodes[owner] = timeMs * 2 + (isPresent ? 1 : 0)
  }

  #startStateOf(owner: number): StartState | undefined {
    const code = this.#startCodes[owner]!
    return Number.isNaN(code) ? undefined : { timeMs: Math.floor(code / 2), isPresent: (code & 1) === 1 }
  }

  /** The intervals of a track that has no events of its own. */
  *#untold(track: Track, entry: RecordingEntry, history: EventHistory): Generator<Interval<Track>> {
    const isToldByRecording = !entry.hasTrackEvents
    const timeline = new TrackTimeline(track, isToldByRecording ? this.#startStateOf(entry.owner) : undefined)
    for (const transition of isToldByRecording ? history.of(entry.owner) : []) {
      const span = timeline.receive(asRecordingState(transition))
      // These events speak of the recording job: what it wrote before the track's oldest data has been overwritten since.
      if (span && !isOver(span, track.dataFromMs)) yield { track, ...span, isCoarse: false }
    }
    if (timeline.isTold) {
      const span = timeline.finish()
      if (span) yield { track, ...span, isCoarse: false }
      return
    }
    const { dataFromMs, dataToMs, isRecording } = track
    if (dataFromMs === undefined || (!isRecording && (dataToMs === undefined || dataToMs <= dataFromMs))) return
    yield { track, startMs: dataFromMs, endMs: isRecording ? undefined : dataToMs, isCoarse: true }
  }
}

/** That a job was not running is no sign that there was data before, as it is for a track. */
function asRecordingState(transition: Transition): Transition {
  return transition.origin === 'change' ? { ...transition, origin: 'initial' } : transition
}

function isOver({ endMs }: Span, dataFromMs: number | undefined): boolean {
  return endMs !== undefined && dataFromMs !== undefined && endMs <= dataFromMs
}
