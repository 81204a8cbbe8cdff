import type { RecorderContents, SimulatedRecording } from '../contents.js'
import { topicOf, type EventResult } from '../event-search.js'
import { xml, type Xml } from '../soap/xml-writer.js'
import type { Timeline } from '../timeline.js'
import { writeMoment, type Dialect } from './dialect.js'

const CONCRETE_SET_DIALECT = 'http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet'

const TRACK_DESCRIPTION = {
  Video: 'H.264 video',
  Audio: 'AAC audio',
  Metadata: 'Metadata',
  Extended: 'Position',
} as const

/** What replies are written from. */
export interface ReplyContext {
  readonly contents: RecorderContents
  readonly dialect: Dialect
  /** The device's own clock, ms since 1970. */
  readonly deviceNowMs: () => number
}

/** A `tt:RecordingSummary`. A device that holds nothing still has to give two times; a client ignores them. */
export function writeSummary(context: ReplyContext): Xml {
  const { contents, dialect } = context
  const spans = contents.recordings.map((recording) => spanOf(recording, context))
  const known = spans.filter((span) => span !== undefined)
  // Not Math.min(...many): the number of channels is not bounded by the stack.
  const fromMs = known.reduce((oldest, span) => Math.min(oldest, span.fromMs), contents.newestMs)
  const toMs = known.reduce((newest, span) => Math.max(newest, span.toMs), fromMs)
  return xml`
    <tse:Summary>
      <tt:DataFrom>${writeMoment(dialect, fromMs)}</tt:DataFrom>
      <tt:DataUntil>${writeMoment(dialect, toMs)}</tt:DataUntil>
      <tt:NumberRecordings>${dialect.countsRecordings ? contents.recordings.length : 0}</tt:NumberRecordings>
    </tse:Summary>`
}

/** The fields of a `tt:RecordingInformation`. */
export function writeRecordingInformation(recording: SimulatedRecording, context: ReplyContext): Xml {
  const span = spanOf(recording, context)
  const told = span && writeSpan(span, context.dialect)
  const bounds =
    told &&
    xml`
    <tt:EarliestRecording>${told.from}</tt:EarliestRecording>
    <tt:LatestRecording>${told.to}</tt:LatestRecording>`
  const tracks = recording.tracks.map((track) => {
    const data = writeSpan(boundsOf(track.dataPresent, context) ?? NO_DATA, context.dialect)
    return xml`
      <tt:Track>
        <tt:TrackToken>${track.token}</tt:TrackToken>
        <tt:TrackType>${track.type}</tt:TrackType>
        <tt:Description>${TRACK_DESCRIPTION[track.type]}</tt:Description>
        <tt:DataFrom>${data.from}</tt:DataFrom>
        <tt:DataTo>${data.to}</tt:DataTo>
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
export function writeEvent(
  { property, atMs, value, isStartState, topic }: EventResult,
  { dialect }: ReplyContext,
): Xml {
  const { recording, track } = property
  const foundIn = track ?? recording.tracks.find((each) => each.type === 'Metadata')
  const trackItem = track && xml`<tt:SimpleItem Name="Track" Value="${track.token}"/>`
  const stateName = topic === undefined ? (track ? 'IsDataPresent' : 'IsRecording') : 'State'
  const utcTime = writeMoment(dialect, atMs + dialect.utcTimeAheadMs)
  return xml`
    <tt:Result>
      <tt:RecordingToken>${recording.token}</tt:RecordingToken>
      <tt:TrackToken>${dialect.namesResultTrack ? foundIn?.token : undefined}</tt:TrackToken>
      <tt:Time>${writeMoment(dialect, atMs)}</tt:Time>
      <tt:Event>
        <wsnt:Topic Dialect="${CONCRETE_SET_DIALECT}">tns1:${(topic ?? topicOf(property)).join('/')}</wsnt:Topic>
        <wsnt:Message>
          <tt:Message UtcTime="${utcTime}" PropertyOperation="${isStartState ? 'Initialized' : 'Changed'}">
            <tt:Source><tt:SimpleItem Name="RecordingToken" Value="${recording.token}"/>${trackItem}</tt:Source>
            <tt:Data><tt:SimpleItem Name="${stateName}" Value="${value}"/></tt:Data>
          </tt:Message>
        </wsnt:Message>
      </tt:Event>
      <tt:StartStateEvent>${isStartState}</tt:StartStateEvent>
    </tt:Result>`
}

function statusOf(recording: SimulatedRecording): 'Initiated' | 'Recording' | 'Stopped' {
  if (!recording.tracks.some((track) => track.dataPresent.wasEverTrue)) return 'Initiated'
  return recording.running.isOpen ? 'Recording' : 'Stopped'
}

interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** What a track that never held data tells, because the schema wants two times. */
const NO_DATA: Span = { fromMs: 0, toMs: 0 }

function writeSpan({ fromMs, toMs }: Span, dialect: Dialect): { readonly from: string; readonly to: string } {
  const [first, last] = dialect.swapsBounds ? [toMs, fromMs] : [fromMs, toMs]
  return { from: writeMoment(dialect, first), to: writeMoment(dialect, last) }
}

/** From the oldest to the newest data of any track; `undefined` for a recording without data. */
function spanOf(recording: SimulatedRecording, context: ReplyContext): Span | undefined {
  const spans = recording.tracks
    .map((track) => boundsOf(track.dataPresent, context))
    .filter((span) => span !== undefined)
  if (spans.length === 0) return undefined
  return {
    fromMs: spans.reduce((oldest, span) => Math.min(oldest, span.fromMs), Infinity),
    toMs: spans.reduce((newest, span) => Math.max(newest, span.toMs), -Infinity),
  }
}

/** While a track records, its newest data is as new as the device's clock, which may have been set before the contents were made up. */
function boundsOf(timeline: Timeline, { contents, deviceNowMs }: ReplyContext): Span | undefined {
  const fromMs = timeline.changeMs(0)
  const lastMs = timeline.changeMs(timeline.changeCount - 1)
  if (fromMs === undefined || lastMs === undefined) return undefined
  return { fromMs, toMs: timeline.isOpen ? Math.max(contents.newestMs, deviceNowMs()) : lastMs }
}
