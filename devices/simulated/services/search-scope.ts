import type { RecorderContents, SimulatedRecording } from '../contents.js'
import { Arguments } from '../soap/arguments.js'
import { invalidFilter, invalidValue } from '../soap/fault.js'
import { NAMESPACE } from '../soap/namespaces.js'
import type { XmlElement } from '../soap/xml-reader.js'

/** Reads a SearchScope: the recordings that it includes, in the device's order. */
export type ReadScope = (scope: XmlElement, contents: RecorderContents) => readonly SimulatedRecording[]

/** The one filter this device supports, which is the specification's own example; it writes it with typographic quotation marks. */
const TRACK_TYPE_FILTER = /^\s*boolean\s*\(\s*\/\/Track\s*\[\s*TrackType\s*=\s*["'“](\w+)["'”]\s*\]\s*\)\s*$/

/**
 * The recordings that a SearchScope includes, in the device's order: the union of the sources and recordings it names, all when it names none,
 * and of these the ones that its filter lets pass.
 *
 * @throws {@link SoapFault} `ter:InvalidToken` for an unknown recording, `ter:InvalidSource` for an unknown source, `ter:InvalidFilterFault` for a
 *   filter other than `boolean(//Track[TrackType = "…"])`
 * @see ONVIF Recording Search specification, "Search Scope"
 */
export function readSearchScope(scope: XmlElement, contents: RecorderContents): readonly SimulatedRecording[] {
  const fields = new Arguments(scope, NAMESPACE.tt, [
    'IncludedSources',
    'IncludedRecordings',
    'RecordingInformationFilter',
    'Extension',
  ])
  const sources = fields.all('IncludedSources').map((source) => source.child(NAMESPACE.tt, 'Token')?.text ?? '')
  const recordings = fields.all('IncludedRecordings').map((recording) => recording.text)
  const isOfSource = (recording: SimulatedRecording, source: string): boolean =>
    source === recording.sourceToken || source === recording.sourceId

  for (const token of recordings) findRecording(contents, token)
  for (const source of sources) {
    if (!contents.recordings.some((recording) => isOfSource(recording, source))) {
      throw invalidValue(`this device has no recording source '${source}'`, 'ter:InvalidSource')
    }
  }
  const includesAll = sources.length === 0 && recordings.length === 0
  const passes = readFilter(fields.optional('RecordingInformationFilter')?.text)
  return contents.recordings.filter(
    (recording) =>
      passes(recording) &&
      (includesAll || recordings.includes(recording.token) || sources.some((source) => isOfSource(recording, source))),
  )
}

/**
 * The recording of that token.
 *
 * @throws {@link SoapFault} `ter:InvalidToken`, or the given subcode, when there is none
 */
export function findRecording(
  contents: RecorderContents,
  token: string,
  subcode = 'ter:InvalidToken',
): SimulatedRecording {
  const recording = contents.recordings.find((each) => each.token === token)
  if (recording === undefined) throw invalidValue(`this device has no recording '${token}'`, subcode)
  return recording
}

function readFilter(filter: string | undefined): (recording: SimulatedRecording) => boolean {
  if (filter === undefined) return () => true
  const type = TRACK_TYPE_FILTER.exec(filter)?.[1]
  if (type === undefined) {
    throw invalidFilter(`expected boolean(//Track[TrackType = "Video"]), got '${filter.slice(0, 128)}'`)
  }
  return (recording) => recording.tracks.some((track) => track.type === type)
}
