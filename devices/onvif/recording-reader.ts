import type { SearchedRange, VideoTrack } from './intervals.js'
import { readRecordingInformation, type RecordingInformation } from './recording-information.js'
import type { ResultReader } from './search-session.js'
import { TreeBuilder } from './xml-element.js'

/** A video track, and the source that was recorded in it. */
export interface ListedTrack extends VideoTrack {
  readonly source: string
}

const NO_TRACKS: readonly ListedTrack[] = []

/**
 * Reads the `tt:RecordingInformation` elements of a recording search, each recording once; one told again replaces what was told before. Keeps of each
 * what its intervals need, because some devices have a recording for each of a hundred thousand clips.
 */
export class RecordingReader extends TreeBuilder implements ResultReader {
  readonly #tracks = new Map<string, readonly ListedTrack[]>()
  readonly #sources = new Set<string>()
  /** Texts that most recordings share, each kept once. */
  readonly #texts = new Map<string, string>()
  #fromMs = Infinity
  #toMs = -Infinity
  #hasVideo = false
  #isRecording = false
  #fingerprint = 0

  constructor() {
    super((element) => this.#receive(readRecordingInformation(element)))
  }

  /** The names of all sources, also of those that hold nothing. */
  get sources(): ReadonlySet<string> {
    return this.#sources
  }

  /** The video tracks of every recording by its token. */
  get tracks(): ReadonlyMap<string, readonly ListedTrack[]> {
    return this.#tracks
  }

  /**
   * From the oldest to the newest data of any video, as the device tells it; to now where it is still recording.
   *
   * @param nowMs - the device's time, ms since 1970
   * @returns `undefined` when there is no video at all
   */
  rangeOf(nowMs: number): SearchedRange | undefined {
    if (!this.#hasVideo) return undefined
    const fromMs = this.#fromMs === Infinity ? 0 : this.#fromMs
    const toMs = this.#isRecording || this.#toMs === -Infinity ? Math.max(this.#toMs, nowMs) : this.#toMs
    return { fromMs, toMs: Math.max(fromMs, toMs) }
  }

  takeFingerprint(): number {
    const fingerprint = this.#fingerprint
    this.#fingerprint = 0
    return fingerprint
  }

  #receive({ token, source, isRecording, earliestMs, latestMs, videoTracks }: RecordingInformation): void {
    this.#fingerprint = (this.#fingerprint + hashOf(token)) | 0
    const sharedSource = this.#share(source)
    this.#sources.add(sharedSource)
    const recordingToken = ownText(token)
    const tracks = videoTracks.map((track) => ({
      recordingToken,
      trackToken: this.#share(track.token),
      source: sharedSource,
      dataFromMs: track.dataFromMs,
      dataToMs: track.dataToMs,
      isRecording,
    }))
    this.#tracks.set(recordingToken, tracks.length === 0 ? NO_TRACKS : tracks)
    if (tracks.length === 0) return
    this.#hasVideo = true
    this.#isRecording ||= isRecording
    this.#include(earliestMs, latestMs)
    for (const { dataFromMs, dataToMs } of tracks) this.#include(dataFromMs, dataToMs)
  }

  #include(fromMs = Infinity, toMs = -Infinity): void {
    this.#fromMs = Math.min(this.#fromMs, fromMs)
    this.#toMs = Math.max(this.#toMs, toMs)
  }

  #share(text: string): string {
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    const own = ownText(text)
    this.#texts.set(own, own)
    return own
  }
}

/** Part of a text keeps all of it in memory, here 64 KiB of the reply for a token: so what is to stay is copied. */
function ownText(text: string): string {
  return Buffer.from(text).toString()
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c_9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193)
  return hash
}
