import { formatDateTime, formatDuration } from './date-time.js'
import { Namespace } from './namespaces.js'

/** One question to one service of a device. */
export interface SoapRequest {
  /** The service's own word, such as `FindRecordings`; the answer is that word with `Response` behind it. */
  readonly operation: string
  /** The service's namespace. */
  readonly namespace: string
  /** What stands in the SOAP body; uses the prefixes that {@link writeEnvelope} declares. */
  readonly body: string
  /**
   * Whether it may be asked again when its answer was lost; left out: it may. A poll may not: the device goes on behind the results that nobody got,
   * and the list would be shorter than the truth.
   */
  readonly isRepeatable?: boolean
}

/** The questions of the device service that ONVIF lets anybody ask (access class PRE_AUTH), but for GetDeviceInformation. */
export const DeviceRequest = {
  getSystemDateAndTime: deviceRequest('GetSystemDateAndTime', ''),
  getServices: deviceRequest('GetServices', '<tds:IncludeCapability>false</tds:IncludeCapability>'),
  getCapabilities: deviceRequest('GetCapabilities', '<tds:Category>All</tds:Category>'),
  getDeviceInformation: deviceRequest('GetDeviceInformation', ''),
} as const

/** How long a device may forget a search session after: it is asked about every few seconds, and must support at least ten. */
const KEEP_ALIVE = formatDuration(60_000)

/** What makes the intervals of a track (Recording Search, Recording Event Descriptions). */
export const StateTopic = {
  track: 'RecordingHistory/Track/State',
  recording: 'RecordingHistory/Recording/State',
} as const

/** Begin to search for every recording of the device. */
export function findRecordings(): SoapRequest {
  return searchRequest('FindRecordings', `<tse:Scope/><tse:KeepAliveTime>${KEEP_ALIVE}</tse:KeepAliveTime>`)
}

/** Ask about one recording. */
export function getRecordingInformation(recordingToken: string): SoapRequest {
  return searchRequest(
    'GetRecordingInformation',
    `<tse:RecordingToken>${escapeXml(recordingToken)}</tse:RecordingToken>`,
  )
}

/** What {@link findEvents} looks for. */
export interface EventSearch {
  /** Search forward from here, ms since 1970. */
  readonly fromMs: number
  /** … to here. */
  /** … to here; `undefined`: to the end, because the device refuses to be told. */
  readonly toMs: number | undefined
  /** False: ask for events of every topic, because the device refuses to filter. */
  readonly filterTopics: boolean
}

/** Begin to search for the state events of every recording, forward in time, with the state that each had at the start. */
export function findEvents({ fromMs, toMs, filterTopics }: EventSearch): SoapRequest {
  const topics = Object.values(StateTopic).map((topic) => `tns1:${topic}`)
  const filter = filterTopics
    ? `<wsnt:TopicExpression Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">${topics.join('|')}</wsnt:TopicExpression>`
    : ''
  return searchRequest(
    'FindEvents',
    `<tse:StartPoint>${formatDateTime(fromMs)}</tse:StartPoint>` +
      (toMs === undefined ? '' : `<tse:EndPoint>${formatDateTime(toMs)}</tse:EndPoint>`) +
      `<tse:Scope/>` +
      `<tse:SearchFilter>${filter}</tse:SearchFilter><tse:IncludeStartState>true</tse:IncludeStartState>` +
      `<tse:KeepAliveTime>${KEEP_ALIVE}</tse:KeepAliveTime>`,
  )
}

/** How many results to wait for, and how long. */
export interface ResultPage {
  /** The search session. */
  readonly token: string
  /** Most results in the answer. */
  readonly maxResults: number
  /** Longest that the device may wait for more of them. */
  readonly waitTimeMs: number
}

/** Ask a search session for its next results. */
export function getSearchResults(
  operation: 'GetRecordingSearchResults' | 'GetEventSearchResults',
  { token, maxResults, waitTimeMs }: ResultPage,
): SoapRequest {
  const poll = searchRequest(
    operation,
    `<tse:SearchToken>${escapeXml(token)}</tse:SearchToken><tse:MaxResults>${maxResults}</tse:MaxResults>` +
      `<tse:WaitTime>${formatDuration(waitTimeMs)}</tse:WaitTime>`,
  )
  return { ...poll, isRepeatable: false }
}

/** Ask where a recording is played, by RTP within one TCP connection. */
export function getReplayUri(recordingToken: string): SoapRequest {
  const operation = 'GetReplayUri'
  return {
    operation,
    namespace: Namespace.replay,
    body:
      `<trp:${operation} xmlns:trp="${Namespace.replay}"><trp:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream>` +
      `<tt:Transport><tt:Protocol>RTSP</tt:Protocol></tt:Transport></trp:StreamSetup>` +
      `<trp:RecordingToken>${escapeXml(recordingToken)}</trp:RecordingToken></trp:${operation}>`,
  }
}

/** End a search session. */
export function endSearch(token: string): SoapRequest {
  return searchRequest('EndSearch', `<tse:SearchToken>${escapeXml(token)}</tse:SearchToken>`)
}

/**
 * Write the whole SOAP 1.2 message.
 *
 * @param header - what stands in the SOAP header, such as a security token; empty: nothing
 */
export function writeEnvelope(request: SoapRequest, header = ''): string {
  return (
    `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="${Namespace.soap}" xmlns:tds="${Namespace.device}"` +
    ` xmlns:tse="${Namespace.search}" xmlns:tt="${Namespace.schema}" xmlns:wsnt="${Namespace.notification}" xmlns:tns1="${Namespace.topics}">` +
    `<s:Header>${header}</s:Header><s:Body>${request.body}</s:Body></s:Envelope>`
  )
}

/** Write text so that it stands in an element as itself. */
export function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

function deviceRequest(operation: string, content: string): SoapRequest {
  return {
    operation,
    namespace: Namespace.device,
    body: `<tds:${operation}>${content}</tds:${operation}>`,
  }
}

function searchRequest(operation: string, content: string): SoapRequest {
  return {
    operation,
    namespace: Namespace.search,
    body: `<tse:${operation}>${content}</tse:${operation}>`,
  }
}
