import { readRecordingInformation, type RecordingInformation } from './recording-information.js'
import type { ResultReader } from './search-session.js'
import { TreeBuilder } from './xml-element.js'

/** Reads the `tt:RecordingInformation` elements of a recording search, each recording once; one told again replaces what was told before. */
export class RecordingReader extends TreeBuilder implements ResultReader {
  readonly #recordings = new Map<string, RecordingInformation>()
  #fingerprint = 0

  constructor() {
    super((element) => {
      const recording = readRecordingInformation(element)
      this.#recordings.set(recording.token, recording)
      this.#fingerprint = (this.#fingerprint + hashOf(recording.token)) | 0
    })
  }

  /** What was read, in the order in which it came. */
  get recordings(): readonly RecordingInformation[] {
    return [...this.#recordings.values()]
  }

  takeFingerprint(): number {
    const fingerprint = this.#fingerprint
    this.#fingerprint = 0
    return fingerprint
  }
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c_9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193)
  return hash
}
