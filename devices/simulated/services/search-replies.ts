import type { RecorderContents, SimulatedRecording } from '../contents.js'
import { topicOf, type EventResult } from '../event-search.js'
import { writeDateTime } from '../soap/values.js'
import { xml, type Xml } from '../soap/xml-writer.js'
import type { Timeline } from '../timeline.js'

const CONCRETE_SET_DIALECT = 'http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet'

const TRACK_DESCRIPTION = { Video: 'H.264 video', Audio: 'AAC audio', Metadata: 'Metadata' } as const

/** A `tt:RecordingSummary`. A device that holds nothing still has to give two times; a client ignores them. */
export function writeSummary(contents: RecorderContents, deviceNowMs: number): Xml {
  const spans = contents.recordings.map((recording) => spanOf(recording, contents, deviceNowMs))
  const known = spans.filter((span) => span !== undefined)
  // Not Math.min(...many): the number of channels is not bounded by the stack.
  const fromMs = known.reduce((oldest, span) => Math.min(oldest, span.fromMs), contents.newestMs)
  const toMs = known.reduce((newest, span) => Math.max(newest, span.toMs), fromMs)
  return xml`
    <tse:Summary>
      <tt:DataFrom>${writeDateTime(fromMs)}</tt:DataFrom>
      <tt:DataUntil>${writeDateTime(toMs)}</tt:DataUntil>
      <tt:NumberRecordings>${contents.recordings.length}</tt:NumberRecordings>
    </tse:Summary>`
}

/** The fields of a `tt:RecordingInformation`. */
export function writeRecordingInformation(
  recording: SimulatedRecording,
  contents: RecorderContents,
  deviceNowMs: number,
): Xml {
  const span = spanOf(recording, contents, deviceNowMs)
  const bounds =
    span &&
    xml`
    <tt:EarliestRecording>${writeDateTime(span.fromMs)}</tt:EarliestRecording>
    <tt:LatestRecording>${writeDateTime(span.toMs)}</tt:LatestRecording>`
  const tracks = recording.tracks.map((track) => {
    const data = boundsOf(track.dataPresent, contents, deviceNowMs)
    return xml`
      <tt:Track>
        <tt:TrackToken>${track.token}</tt:TrackToken>
        <tt:TrackType>${track.type}</tt:TrackType>
        <tt:Description>${TRACK_DESCRIPTION[track.type]}</tt:Description>
        <tt:DataFrom>${writeDateTime(data.fromMs)}</tt:DataFrom>
        <tt:DataTo>${writeDateTime(data.toMs)}</tt:DataTo>
      </tt:Track>`
  })
  return xml`
    <tt:RecordingToken>${recording.token}</tt:RecordingToken>
    <tt:Source>
      <tt:SourceId>${recording.sourceId}</tt:SourceId>
      <tt:Name>${recording.sourceName}</tt:Name>
      <tt:Location>${recording.location}</tt:Location>
      <tt:Description>${`Simulated source ${recording.channel}`}</tt:Description>
      <tt:Address>http://www.onvif.org/ver10/schema/Profile</tt:Address>
      <tt:VideoSourceToken>${recording.sourceToken}</tt:VideoSourceToken>
    </tt:Source>
    ${bounds}
    <tt:Content>Simulated surveillance</tt:Content>
    ${tracks}
    <tt:RecordingStatus>${statusOf(recording)}</tt:RecordingStatus>`
}

/**
 * A `tt:FindEventResult`. The state of a recording belongs to no track; it is recorded with the metadata, so that is the track it is found in, or
 * none at all in an empty recording.
 */
export function writeEvent({ property, atMs, value, isStartState }: EventResult): Xml {
  const { recording, track } = property
  const foundIn = track ?? recording.tracks.find((each) => each.type === 'Metadata')
  const time = writeDateTime(atMs)
  const trackItem = track && xml`<tt:SimpleItem Name="Track" Value="${track.token}"/>`
  return xml`
    <tt:Result>
      <tt:RecordingToken>${recording.token}</tt:RecordingToken>
      <tt:TrackToken>${foundIn?.token}</tt:TrackToken>
      <tt:Time>${time}</tt:Time>
      <tt:Event>
        <wsnt:Topic Dialect="${CONCRETE_SET_DIALECT}">tns1:${topicOf(property).join('/')}</wsnt:Topic>
        <wsnt:Message>
          <tt:Message UtcTime="${time}" PropertyOperation="${isStartState ? 'Initialized' : 'Changed'}">
            <tt:Source><tt:SimpleItem Name="RecordingToken" Value="${recording.token}"/>${trackItem}</tt:Source>
            <tt:Data><tt:SimpleItem Name="${track ? 'IsDataPresent' : 'IsRecording'}" Value="${value}"/></tt:Data>
          </tt:Message>
        </wsnt:Message>
      </tt:Event>
      <tt:StartStateEvent>${isStartState}</tt:StartStateEvent>
    </tt:Result>`
}

function statusOf(recording: SimulatedRecording): 'Initiated' | 'Recording' | 'Stopped' {
  if (recording.tracks.length === 0) return 'Initiated'
  return recording.running.isOpen ? 'Recording' : 'Stopped'
}

interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** From the oldest to the newest data of any track; `undefined` for an empty recording. */
function spanOf(recording: SimulatedRecording, contents: RecorderContents, deviceNowMs: number): Span | undefined {
  if (recording.tracks.length === 0) return undefined
  const spans = recording.tracks.map((track) => boundsOf(track.dataPresent, contents, deviceNowMs))
  return {
    fromMs: Math.min(...spans.map((span) => span.fromMs)),
    toMs: Math.max(...spans.map((span) => span.toMs)),
  }
}

/** While a track records, its newest data is as new as the device's clock, which may have been set before the contents were made up. */
function boundsOf(timeline: Timeline, contents: RecorderContents, deviceNowMs: number): Span {
  // A track in a recording has at least one change (see SimulatedTrack).
  const fromMs = timeline.changeMs(0)!
  const lastMs = timeline.changeMs(timeline.changeCount - 1)!
  return { fromMs, toMs: timeline.isOpen ? Math.max(contents.newestMs, deviceNowMs) : lastMs }
}
