import { Column } from './column.js'
import { TokenTable } from './token-table.js'
import type { TrackBounds } from './track-timeline.js'

/** A video track, and what is known of it before its events. */
export interface ListedTrack extends TrackBounds {
  readonly recordingToken: string
  readonly trackToken: string
  /** What names the source that was recorded in it. */
  readonly source: string
}

/** A recording as its device tells it. */
export interface ListedRecording {
  readonly token: string
  readonly source: string
  readonly isRecording: boolean
  readonly videoTracks: readonly {
    readonly token: string
    readonly dataFromMs: number | undefined
    readonly dataToMs: number | undefined
  }[]
  /** Tokens of the tracks of other types. */
  readonly otherTracks: readonly string[]
}

/** Stands in no token. */
const SEPARATOR = '\0'

/**
 * The recordings of a device and their video tracks, each by its number from 0, as columns: some 60 octets each, because some devices have a recording for
 * each of a hundred thousand clips.
 */
export class RecordingTable {
  readonly #tokens = new TokenTable()
  /** Texts that most recordings share. */
  readonly #texts = new TokenTable()
  /** By recording. */
  readonly #firstTracks = new Column(Uint32Array)
  /** Texts of the tokens of tracks that are no video, joined. */
  readonly #otherTexts = new Column(Uint32Array)
  /** A reply has no room for more. */
  readonly #trackCounts = new Column(Uint16Array)
  /** By track. NaN where the device does not tell. */
  readonly #dataFromMs = new Column(Float64Array)
  readonly #dataToMs = new Column(Float64Array)
  readonly #trackTexts = new Column(Uint32Array)
  readonly #sourceTexts = new Column(Uint32Array)
  readonly #isRecording = new Column(Uint8Array)
  #trackCount = 0
  #latestOtherText: number | undefined
  #latestOthers: ReadonlySet<string> = new Set()

  get recordingCount(): number {
    return this.#tokens.count
  }

  /** Tracks have numbers below. */
  get trackCount(): number {
    return this.#trackCount
  }

  /** Take a recording; one that is told again replaces what was told before. */
  set({ token, source, isRecording, videoTracks, otherTracks }: ListedRecording): void {
    const isNew = this.#tokens.find(token) === undefined
    const recording = this.#tokens.add(token)
    // Told again, most are as they were: those of a device that tells all again at every poll must not pile up.
    if (isNew || this.#trackCounts.at(recording) !== videoTracks.length) {
      this.#firstTracks.set(recording, this.#trackCount)
      this.#trackCounts.set(recording, videoTracks.length)
      this.#trackCount += videoTracks.length
    }
    const first = this.#firstTracks.at(recording)
    this.#otherTexts.set(recording, this.#texts.add(otherTracks.join(SEPARATOR)))
    const sourceText = this.#texts.add(source)
    for (const [index, track] of videoTracks.entries()) {
      this.#dataFromMs.set(first + index, track.dataFromMs ?? NaN)
      this.#dataToMs.set(first + index, track.dataToMs ?? NaN)
      this.#trackTexts.set(first + index, this.#texts.add(track.token))
      this.#sourceTexts.set(first + index, sourceText)
      this.#isRecording.set(first + index, isRecording ? 1 : 0)
    }
  }

  /** @returns its number; `undefined` when it is not listed */
  recordingOf(token: string): number | undefined {
    return this.#tokens.find(token)
  }

  /** @returns the tokens of those that hold video, in the order in which the device told them first */
  *withVideo(): Generator<string> {
    for (let recording = 0; recording < this.recordingCount; recording++) {
      if (this.#trackCounts.at(recording) > 0) yield this.#tokens.at(recording)
    }
  }

  firstTrackOf(recording: number): number {
    return this.#firstTracks.at(recording)
  }

  /** The track after its last. */
  endOfTracksOf(recording: number): number {
    return this.#firstTracks.at(recording) + this.#trackCounts.at(recording)
  }

  /** @returns its number; `undefined` when that recording has no such video track */
  trackOf(recording: number, token: string): number | undefined {
    const end = this.endOfTracksOf(recording)
    const text = this.#texts.find(token)
    if (text === undefined) return undefined
    for (let track = this.firstTrackOf(recording); track < end; track++) {
      if (this.#trackTexts.at(track) === text) return track
    }
    return undefined
  }

  /** Whether a recording has a track of that token that is no video. */
  hasOtherTrack(recording: number, token: string): boolean {
    const text = this.#otherTexts.at(recording)
    // The same two or three tokens come again and again, in almost every recording.
    if (text !== this.#latestOtherText) {
      this.#latestOtherText = text
      this.#latestOthers = new Set(this.#texts.at(text).split(SEPARATOR))
    }
    return this.#latestOthers.has(token)
  }

  /** One of a recording's tracks, put together. */
  trackAt(recording: number, track: number): ListedTrack {
    return {
      recordingToken: this.#tokens.at(recording),
      trackToken: this.#texts.at(this.#trackTexts.at(track)),
      source: this.#texts.at(this.#sourceTexts.at(track)),
      dataFromMs: known(this.#dataFromMs.at(track)),
      dataToMs: known(this.#dataToMs.at(track)),
      isRecording: this.#isRecording.at(track) === 1,
    }
  }
}

function known(timeMs: number): number | undefined {
  return Number.isNaN(timeMs) ? undefined : timeMs
}
