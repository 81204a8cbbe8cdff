import { formatDateTime } from './date-time.js'
import { EventLog } from './event-log.js'
import { ownText } from './own-text.js'
import type { ListedTrack, RecordingTable } from './recording-table.js'
import type { StateEvent } from './state-event.js'
import { TrackTimeline, type Span } from './track-timeline.js'
import { transitionOf, type Transition } from './transition.js'
import { UnlistedTracks } from './unlisted-tracks.js'
import { XmlError } from './xml-error.js'

/** One recording resource: a span in which a video track holds data. */
export interface Interval extends Span {
  readonly track: ListedTrack
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
export class IntervalBuilder {
  readonly #recordings: RecordingTable
  readonly #range: SearchedRange | undefined
  /** By recording: 1 when some track of it, of whatever type, speaks for itself. */
  readonly #hasTrackEvents: Uint8Array
  readonly #trackLog: EventLog
  /** Few devices have events of recordings as well. */
  #recordingLog: EventLog | undefined
  /** Events of one recording mostly follow each other. */
  #latestToken = ''
  #latestRecording: number | undefined
  /** The first recording that an event was of and that nobody listed. */
  #unlistedToken: string | undefined
  readonly #unlistedTracks = new UnlistedTracks()
  /** Whether some event names a listed recording in its source as well as in its result, and the first name of one that does so in one of them alone. */
  #namesAgree = false
  #otherName: string | undefined

  /**
   * @param recordings - all of the device, complete; events of others are passed over
   * @param range - where to look; some devices also tell events of data that they have overwritten since, or that are not there yet
   */
  constructor(recordings: RecordingTable, range?: SearchedRange) {
    this.#recordings = recordings
    this.#range = range
    this.#hasTrackEvents = new Uint8Array(recordings.recordingCount)
    this.#trackLog = new EventLog(recordings.trackCount)
  }

  /** The first recording that an event was of and that is not listed; `undefined`: there was none. */
  get unlistedToken(): string | undefined {
    return this.#unlistedToken
  }

  /** Take an event. */
  receive(event: StateEvent): void {
    const recording = this.#recordingOfEvent(event)
    if (this.#isOutOfRange(event)) return
    if (recording === undefined) {
      this.#unlistedToken ??= ownText(event.recordingToken)
      return
    }
    if (event.subject === 'recording') {
      if (this.#hasTrackEvents[recording] === 1) return
      this.#recordingLog ??= new EventLog(this.#recordings.recordingCount)
      this.#recordingLog.add(recording, event.timeMs, event.isPresent, event.origin)
      return
    }
    // That an audio track held nothing at the start does not tell that the device tells more about its tracks than about its recordings.
    if (event.origin !== 'start-state' || event.isPresent) this.#hasTrackEvents[recording] = 1
    const track = this.#trackOf(recording, event.trackToken)
    if (track !== undefined) this.#trackLog.add(track, event.timeMs, event.isPresent, event.origin)
    else if (event.trackToken !== '' && !this.#recordings.hasOtherTrack(recording, event.trackToken)) {
      this.#unlistedTracks.add(recording, event)
    }
  }

  /**
   * No more events: the intervals, track by track, each track's in order of time.
   *
   * @returns intervals; `undefined` after a few milliseconds without any
   * @throws {@link XmlError} when the events contradict the list of recordings
   */
  *finish(): Generator<Interval | undefined> {
    for (let recording = 0; recording < this.#recordings.recordingCount; recording++) {
      const end = this.#recordings.endOfTracksOf(recording)
      for (let number = this.#recordings.firstTrackOf(recording); number < end; number++) {
        const track = this.#recordings.trackAt(recording, number)
        const timeline = new TrackTimeline(track, this.#trackLog.startStateOf(number))
        let latest: Transition | undefined
        for (const code of yield* this.#trackLog.changesOf(number)) {
          const transition = transitionOf(code)
          if (latest) this.#refuseLack(track, recording, latest, transition)
          latest = transition
          const span = timeline.receive(transition)
          if (span) yield intervalOf(track, span)
        }
        if (timeline.isTold) {
          const span = timeline.finish()
          if (span) yield intervalOf(track, span)
        } else {
          yield* this.#untold(track, recording)
        }
      }
    }
  }

  #recordingOf(token: string): number | undefined {
    if (this.#latestToken !== token) {
      this.#latestToken = token
      this.#latestRecording = this.#recordings.recordingOf(token)
    }
    return this.#latestRecording
  }

  #trackOf(recording: number, token: string): number | undefined {
    const track = this.#recordings.trackOf(recording, token)
    if (track !== undefined || token !== '') return track
    // Where a device does not say which track it means, there has to be only one that it can mean.
    const first = this.#recordings.firstTrackOf(recording)
    return this.#recordings.endOfTracksOf(recording) - first === 1 ? first : undefined
  }

  /**
   * By its source, or by its result where no source names one that is listed. A device may know its recordings by other names in one of the two, but then it does so always.
   *
   * @throws {@link XmlError} where it does not
   */
  #recordingOfEvent({ recordingToken, foundInToken }: StateEvent): number | undefined {
    const ofSource = this.#recordingOf(recordingToken)
    // A result that names none contradicts nobody.
    if (foundInToken === '') return this.#agreed(ofSource)
    if (recordingToken === foundInToken) {
      this.#namesAgree ||= ofSource !== undefined
    } else {
      const ofResult = this.#recordings.recordingOf(foundInToken)
      if (ofSource === undefined && ofResult !== undefined) this.#otherName ??= ownText(recordingToken)
      if (ofSource !== undefined && ofResult === undefined) this.#otherName ??= ownText(foundInToken)
      if (ofSource === undefined) return this.#agreed(ofResult)
    }
    return this.#agreed(ofSource)
  }

  #agreed(recording: number | undefined): number | undefined {
    if (!this.#namesAgree || this.#otherName === undefined) return recording
    throw new XmlError(
      `expected a listed recording in the source and the result of every event, as in others, got '${this.#otherName.slice(0, 80)}'`,
    )
  }

  /** An event of a track that is not listed, where a listed one lacks just that. */
  #refuseLack(track: ListedTrack, recording: number, before: Transition, after: Transition): void {
    const token = this.#unlistedTracks.tokenOfLack(recording, before, after)
    if (token === undefined) return
    throw new XmlError(
      `expected ${before.isPresent ? 'an end' : 'a start'} of data of track '${track.recordingToken}/${track.trackToken}' after ` +
        `${formatDateTime(before.timeMs)}, got none, and one of track '${token}', which is not listed`,
    )
  }

  #isOutOfRange({ timeMs, origin }: StateEvent): boolean {
    const range = this.#range
    return range !== undefined && origin !== 'start-state' && (timeMs < range.fromMs || timeMs > range.toMs)
  }

  /** The intervals of a track that has no events of its own. */
  *#untold(track: ListedTrack, recording: number): Generator<Interval | undefined> {
    const log = this.#hasTrackEvents[recording] === 0 ? this.#recordingLog : undefined
    const timeline = new TrackTimeline(track, log?.startStateOf(recording))
    for (const code of log ? yield* log.changesOf(recording) : []) {
      const span = timeline.receive(asRecordingState(transitionOf(code)))
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
    const unlistedTrack = this.#unlistedTracks.tokenOf(recording)
    if (unlistedTrack !== undefined) {
      throw new XmlError(
        `expected events of track '${track.recordingToken}/${track.trackToken}', got none, and some of track '${unlistedTrack}', which is not listed`,
      )
    }
    // Events of a recording that was deleted are told by honest devices, and so is a recording without events. Both at once are one recording by two names.
    if (this.#unlistedToken !== undefined) {
      throw new XmlError(
        `expected events of recording '${track.recordingToken}', got none, and some of '${this.#unlistedToken}', which is not listed`,
      )
    }
    yield { track, startMs: dataFromMs, endMs: isRecording ? undefined : dataToMs, isCoarse: true }
  }
}

function intervalOf(track: ListedTrack, { startMs, endMs }: Span): Interval {
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
