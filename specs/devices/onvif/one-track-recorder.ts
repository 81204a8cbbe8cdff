import type { Recording, RecordingQuery } from 'viewnet/device'
import { OnvifDevice, type OnvifDeviceOptions } from 'viewnet/devices/onvif'
import { envelope, fault, services, SoapServer, type Answer } from './soap-server.js'

/** A device with one recording of one video track, whose events the cases vary. */
export const RECORDER: Readonly<Record<string, Answer>> = {
  GetServices: services('http://192.168.1.5:8000/onvif/search?x=1'),
  FindRecordings: envelope('<q:FindRecordingsResponse><q:SearchToken>r1</q:SearchToken></q:FindRecordingsResponse>'),
  GetRecordingSearchResults: envelope(
    `<q:GetRecordingSearchResultsResponse><q:ResultList><o:SearchState>Completed</o:SearchState><o:RecordingInformation>
    <o:RecordingToken>R</o:RecordingToken><o:Source><o:SourceId>s</o:SourceId></o:Source>
    <o:Track><o:TrackToken>V</o:TrackToken><o:TrackType>Video</o:TrackType><o:DataFrom>2026-01-01T00:00:00Z</o:DataFrom><o:DataTo>2026-01-02T00:00:00Z</o:DataTo></o:Track>
    <o:RecordingStatus>Stopped</o:RecordingStatus></o:RecordingInformation></q:ResultList></q:GetRecordingSearchResultsResponse>`,
  ),
  FindEvents: envelope('<q:FindEventsResponse><q:SearchToken>e1</q:SearchToken></q:FindEventsResponse>'),
  GetEventSearchResults: events('Completed', event('01:00:00', true), event('02:00:00', false)),
  EndSearch: fault('InvalidArgVal', 'InvalidToken'),
}

export function events(state: string, ...results: string[]): string {
  return envelope(
    `<q:GetEventSearchResultsResponse><q:ResultList>${results.join('')}<o:SearchState>${state}</o:SearchState></q:ResultList></q:GetEventSearchResultsResponse>`,
  )
}

interface EventOptions {
  readonly topic?: string
  readonly dialect?: string
  readonly item?: string
  readonly time?: string
  readonly utcTime?: string
  readonly track?: string
}

export function event(time: string, isPresent: boolean, options: EventOptions = {}): string {
  const { topic = 'weird:RecordingHistory/Track/State', track = 'V' } = options
  return (
    `<o:Result><o:RecordingToken>R</o:RecordingToken><o:TrackToken>META</o:TrackToken><o:Time>${options.time ?? `2026-01-01T${time}Z`}</o:Time>` +
    `<o:Event><n:Topic Dialect="${options.dialect ?? 'x'}">${topic}</n:Topic><n:Message><o:Message UtcTime="${options.utcTime ?? '2026-01-01T09:09:09Z'}">` +
    `<o:Source><o:SimpleItem Name="RecordingToken" Value="R"/><o:SimpleItem Name="Track" Value="${track}"/></o:Source>` +
    `<o:Data><o:SimpleItem Name="${options.item ?? 'IsDataPresent'}" Value="${isPresent}"/></o:Data></o:Message></n:Message></o:Event>` +
    `<o:StartStateEvent>false</o:StartStateEvent></o:Result>`
  )
}

/** The same event, of another recording. */
export function ofRecording(token: string, text: string): string {
  return text
    .replace('<o:RecordingToken>R<', `<o:RecordingToken>${token}<`)
    .replace('Name="RecordingToken" Value="R"', `Name="RecordingToken" Value="${token}"`)
}

/** What a device says of one recording that holds video from then on. */
export function informationOf(token: string, fromTime: string): string {
  return envelope(
    `<q:GetRecordingInformationResponse><q:RecordingInformation><o:RecordingToken>${token}</o:RecordingToken>` +
      `<o:Track><o:TrackToken>V</o:TrackToken><o:TrackType>Video</o:TrackType><o:DataFrom>${fromTime}</o:DataFrom></o:Track>` +
      `</q:RecordingInformation></q:GetRecordingInformationResponse>`,
  )
}

export interface Setup extends Partial<OnvifDeviceOptions> {
  readonly answers?: Readonly<Record<string, Answer>>
  readonly query?: RecordingQuery
}

/** A listing that is refused, and how. */
export interface Refusal {
  readonly name: string
  readonly setup: Setup
  readonly code: string
  readonly says: RegExp
}

/** List what such a device holds: `START/END` by the hour, `~` before it when coarse. */
export async function list({ answers, query = {}, ...options }: Setup) {
  await using server = new SoapServer({ ...RECORDER, ...answers })
  await server.start()
  await using device = new OnvifDevice({ url: server.url, callTimeoutMs: 5000, ...options })
  const recordings: Recording[] = []
  let error: { code?: string; message?: string } | undefined
  try {
    for await (const page of device.listRecordings(query)) recordings.push(...page)
  } catch (reason) {
    error = reason as Error
  }
  const iso = (timeMs: number | undefined) => (timeMs === undefined ? '' : new Date(timeMs).toISOString().slice(8, 19))
  const told = recordings.map(({ startMs, endMs, coarse }) => `${coarse ? '~' : ''}${iso(startMs)}/${iso(endMs)}`)
  return { recordings, told: told.join(' '), error, asked: server.asked, messages: server.messages }
}
