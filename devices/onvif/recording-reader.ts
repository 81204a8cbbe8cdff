import type { SearchedRange } from './intervals.js'
import { readRecordingInformation, type RecordingInformation } from './recording-information.js'
import { ownText } from './own-text.js'
import { RecordingTable } from './recording-table.js'
import type { ResultReader } from './search-session.js'
import { hashOf } from './token-table.js'
import { TreeBuilder } from './xml-element.js'

/**
 * Reads the `tt:RecordingInformation` elements of a recording search, each recording once; one told again replaces what was told before.
 */
export class RecordingReader extends TreeBuilder implements ResultReader {
  readonly #table = new RecordingTable()
  readonly #sources = new Set<string>()
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

  /** All recordings, and their video tracks. */
  get table(): RecordingTable {
    return this.#table
  }

  /** The end of the newest data of any video that is told; −Infinity: none is. */
  get newestMs(): number {
    return this.#toMs
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

  #receive(recording: RecordingInformation): void {
    const { token, source, isRecording, earliestMs, latestMs, videoTracks } = recording
    this.#fingerprint = (this.#fingerprint + hashOf(token)) | 0
    if (!this.#sources.has(source)) this.#sources.add(ownText(source))
    this.#table.set(recording)
    if (videoTracks.length === 0) return
    this.#hasVideo = true
    this.#isRecording ||= isRecording
    this.#include(earliestMs, latestMs)
    for (const { dataFromMs, dataToMs } of videoTracks) this.#include(dataFromMs, dataToMs)
  }

  #include(fromMs = Infinity, toMs = -Infinity): void {
    this.#fromMs = Math.min(this.#fromMs, fromMs)
    this.#toMs = Math.max(this.#toMs, toMs)
  }
}
