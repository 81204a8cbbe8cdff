import { parseDateTime } from './date-time.js'
import { Namespace } from './namespaces.js'
import { childOf, childrenOf, textOf, type XmlElement } from './xml-element.js'
import { XmlError } from './xml-error.js'

/** What a device says of one of its recordings, as far as a listing needs it. */
export interface RecordingInformation {
  readonly token: string
  /** What names the recording's source; see {@link readRecordingInformation}. */
  readonly source: string
  /** The device is writing to it now. */
  readonly isRecording: boolean
  /** Ms since 1970; `undefined` when the device does not tell. */
  readonly earliestMs: number | undefined
  readonly latestMs: number | undefined
  readonly videoTracks: readonly TrackInformation[]
  /** Tokens of the tracks of other types. */
  readonly otherTracks: readonly string[]
}

/** One video track of a recording. */
export interface TrackInformation {
  readonly token: string
  /** Its oldest data, ms since 1970; `undefined` when the device does not tell. */
  readonly dataFromMs: number | undefined
  /** Where its newest data ends; not before the oldest. */
  readonly dataToMs: number | undefined
}

/**
 * Read a `tt:RecordingInformation`.
 *
 * The source is the first of these that is not empty: VideoSourceToken (an extension of some devices), SourceId, Name, and at last the recording's own
 * token.
 *
 * @throws {@link XmlError} when it has no token, so that nothing could be asked about it, a time that cannot be read, or a type of track that is none
 */
export function readRecordingInformation(element: XmlElement): RecordingInformation {
  const token = textOf(element, Namespace.schema, 'RecordingToken')
  if (token === '') throw new XmlError('expected a RecordingToken in every RecordingInformation, got one without')
  const source = childOf(element, Namespace.schema, 'Source')
  const sources = [
    findText(element, 'VideoSourceToken'),
    textOf(source, Namespace.schema, 'SourceId'),
    textOf(source, Namespace.schema, 'Name'),
  ]
  const [earliestMs, latestMs] = readBounds(element, 'EarliestRecording', 'LatestRecording')
  const videoTracks = new Map<string, TrackInformation>()
  const otherTracks: string[] = []
  for (const track of childrenOf(element, Namespace.schema, 'Track')) {
    const trackToken = textOf(track, Namespace.schema, 'TrackToken')
    if (readTrackType(track) !== 'video') {
      otherTracks.push(trackToken)
      continue
    }
    if (videoTracks.has(trackToken)) continue
    const [dataFromMs, dataToMs] = readBounds(track, 'DataFrom', 'DataTo')
    // A track can hold nothing that its recording does not: so the recording's bounds stand in for bounds that a device leaves out.
    videoTracks.set(trackToken, {
      token: trackToken,
      dataFromMs: dataFromMs ?? earliestMs,
      dataToMs: dataToMs ?? latestMs,
    })
  }
  return {
    token,
    source: sources.find((name) => name !== '') ?? token,
    isRecording: textOf(element, Namespace.schema, 'RecordingStatus').toLowerCase() === 'recording',
    earliestMs,
    latestMs,
    videoTracks: [...videoTracks.values()],
    otherTracks,
  }
}

const TRACK_TYPES = ['', 'video', 'audio', 'metadata', 'extended']

/** A type that is none could be anything's, and a video track that is passed over makes a count wrong in silence. */
function readTrackType(track: XmlElement): string {
  const told = textOf(track, Namespace.schema, 'TrackType')
  const type = told.toLowerCase()
  if (!TRACK_TYPES.includes(type)) {
    throw new XmlError(`expected TrackType Video, Audio, Metadata or Extended, got '${told}'`)
  }
  return type
}

/** Some devices tell the two the wrong way round: that there are data between them is sure, so they are put in order. */
function readBounds(element: XmlElement, first: string, last: string): [number | undefined, number | undefined] {
  const fromMs = readTime(element, first)
  const toMs = readTime(element, last)
  return fromMs !== undefined && toMs !== undefined && toMs < fromMs ? [toMs, fromMs] : [fromMs, toMs]
}

/** Left out or empty, devices mean that there is nothing to tell; anything else has to be a time, or the listing would be wrong in silence. */
function readTime(element: XmlElement, name: string): number | undefined {
  const text = textOf(element, Namespace.schema, name)
  const timeMs = parseDateTime(text)
  if (text !== '' && timeMs === undefined) throw new XmlError(`expected a time in ${name}, got '${text}'`)
  return timeMs
}

/** An extension may stand in any namespace, beside or inside the source. */
function findText(element: XmlElement, name: string): string {
  if (element.name === name) return element.text.trim()
  for (const child of element.children) {
    const text = findText(child, name)
    if (text !== '') return text
  }
  return ''
}
