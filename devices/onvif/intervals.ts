import type { EventHistory, Transition } from './event-history.js'
import { EventLog } from './event-log.js'
import type { StateEvent } from './state-event.js'
import { TrackTimeline, type Span, type StartState, type TrackBounds } from './track-timeline.js'
import { XmlError } from './xml-error.js'

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

/**
 * Builds the intervals of video tracks from the state events of their device, which may come in any order and more than once.
 *
 * A track's own events count (Track/State). Where a recording has none, for no track, those of the recording do (Recording/State). Where there are none
 * of either kind, one coarse interval covers the track's bounds.
 */
export class IntervalBuilder<Track extends VideoTrack> {
  /** Of all recordings, those of one next to each other; a track's place is its number in the log. */
  readonly #tracks: Track[] = []
  /** All of them, also those without video. */
  readonly #listed: ReadonlyMap<string, unknown>
  /** By token, in order; a recording's number in the log stands behind those of all tracks. */
  readonly #recordings = new Map<string, number>()
  /** By recording, and one more: where its tracks begin. */
  readonly #firstTracks: number[] = []
  /** By recording: 1 when some track of it, of whatever type, speaks for itself. */
  readonly #hasTrackEvents: Uint8Array
  readonly #range: SearchedRange | undefined
  readonly #log: EventLog
  /** By number in the log: the first state of each that was told for where the search began, twice its time and one more with data; NaN: none. */
  readonly #startCodes: Float64Array
  /** Events of one recording mostly follow each other. */
  #latestToken = ''
  #latestRecording: number | undefined
  /** The first recording that an event was of and that nobody listed. */
  #unlistedToken: string | undefined
  #history: EventHistory | undefined

  /**
   * @param recordings - the video tracks of each by its token; events of others are passed over
   * @param range - where to look; some devices also tell events of data that they have overwritten since, or that are not there yet
   */
  constructor(recordings: ReadonlyMap<string, readonly Track[]>, range?: SearchedRange) {
    this.#listed = recordings
    this.#range = range
    for (const [token, tracks] of recordings) {
      if (tracks.length === 0) continue
      this.#recordings.set(token, this.#firstTracks.length)
      this.#firstTracks.push(this.#tracks.length)
      for (const track of tracks) this.#tracks.push(track)
    }
    this.#firstTracks.push(this.#tracks.length)
    this.#hasTrackEvents = new Uint8Array(this.#recordings.size)
    const ownerCount = this.#tracks.length + this.#recordings.size
    this.#log = new EventLog(ownerCount)
    this.#startCodes = new Float64Array(ownerCount).fill(NaN)
  }

  /** Take an event. */
  receive(event: StateEvent): void {
    const recording = this.#recordingOf(event.recordingToken) ?? this.#recordingOf(event.foundInToken)
    if (this.#isOutOfRange(event)) return
    if (recording === undefined) {
      if (!this.#listed.has(event.recordingToken)) this.#unlistedToken ??= event.recordingToken
      return
    }
    if (event.subject === 'recording') {
      if (this.#hasTrackEvents[recording] === 0) this.#keep(this.#tracks.length + recording, event)
      return
    }
    // That an audio track held nothing at the start does not tell that the device tells more about its tracks than about its recordings.
    if (event.origin !== 'start-state' || event.isPresent) this.#hasTrackEvents[recording] = 1
    const track = this.#trackOf(recording, event.trackToken)
    if (track !== undefined) this.#keep(track, event)
  }

  /** No more events: put them in order, in steps of a few milliseconds. */
  *settle(): Generator<undefined> {
    this.#history ??= yield* this.#log.release()
  }

  /**
   * The intervals, track by track, each track's in order of time. Whoever minds how long that takes has the events settled first.
   *
   * @throws {@link XmlError} when the events contradict the list of recordings
   */
  *finish(): Generator<Interval<Track>> {
    for (const _ of this.settle());
    const history = this.#history! // settled
    for (const recording of this.#recordings.values()) {
      const end = this.#firstTracks[recording + 1]!
      for (let number = this.#firstTracks[recording]!; number < end; number++) {
        const track = this.#tracks[number]!
        const timeline = new TrackTimeline(track, this.#startStateOf(number))
        for (const transition of history.of(number)) {
          const span = timeline.receive(transition)
          if (span) yield intervalOf(track, span)
        }
        if (timeline.isTold) {
          const span = timeline.finish()
          if (span) yield intervalOf(track, span)
        } else {
          yield* this.#untold(track, recording, history)
        }
      }
    }
  }

  #recordingOf(token: string): number | undefined {
    if (this.#latestToken !== token) {
      this.#latestToken = token
      this.#latestRecording = this.#recordings.get(token)
    }
    return this.#latestRecording
  }

  #trackOf(recording: number, token: string): number | undefined {
    const first = this.#firstTracks[recording]!
    const end = this.#firstTracks[recording + 1]!
    for (let number = first; number < end; number++) {
      if (this.#tracks[number]!.trackToken === token) return number
    }
    // Where a device does not say which track it means, there has to be only one that it can mean.
    return token === '' && end - first === 1 ? first : undefined
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
  *#untold(track: Track, recording: number, history: EventHistory): Generator<Interval<Track>> {
    const isToldByRecording = this.#hasTrackEvents[recording] === 0
    const owner = this.#tracks.length + recording
    const timeline = new TrackTimeline(track, isToldByRecording ? this.#startStateOf(owner) : undefined)
    for (const transition of isToldByRecording ? history.of(owner) : []) {
      const span = timeline.receive(asRecordingState(transition))
      // These events speak of the recording job: what it wrote before the track's oldest data has been overwritten since.
      if (span && !isOver(span, track.dataFromMs)) yield intervalOf(track, span)
    }
    if (timeline.isTold) {
      const span = timeline.finish()
      if (span) yield intervalOf(track, span)
      return
    }
    const { dataFromMs, dataToMs, isRecording } = track
    if (dataFromMs === undefined || (!isRecording && (dataToMs === undefined || dataToMs <= dataFromMs))) return
    // Events of a recording that was deleted are told by honest devices, and so is a recording without events. Both at once are one recording by two names.
    if (this.#unlistedToken !== undefined) {
      throw new XmlError(
        `expected events of recording '${track.recordingToken}', got none, and some of '${this.#unlistedToken}', which is not listed`,
      )
    }
    yield { track, startMs: dataFromMs, endMs: isRecording ? undefined : dataToMs, isCoarse: true }
  }
}

/** Not by spreading the span: V8 then keeps every one of a list until the next full collection, 200 octets each. */
function intervalOf<Track extends VideoTrack>(track: Track, { startMs, endMs }: Span): Interval<Track> {
  return { track, startMs, endMs, isCoarse: false }
}

/** That a job was not running is no sign that there was data before, as it is for a track. */
function asRecordingState(transition: Transition): Transition {
  const { timeMs, isPresent, origin } = transition
  return origin === 'change' ? { timeMs, isPresent, origin: 'initial' } : transition
}

function isOver({ endMs }: Span, dataFromMs: number | undefined): boolean {
  return endMs !== undefined && dataFromMs !== undefined && endMs <= dataFromMs
}
