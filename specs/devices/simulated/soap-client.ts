/** A client written by hand for these specs: it shares nothing with the recorder, so that a mistake in one does not hide in the other. */
import { createHash, randomBytes } from 'node:crypto'

const PASSWORD_DIGEST =
  'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest'

export interface Reply {
  readonly status: number
  readonly contentType: string
  readonly text: string
}

export interface Credentials {
  readonly user: string
  readonly password: string
  /** Default: now. */
  readonly created?: string
  /** Default: 16 random octets. */
  readonly nonce?: Uint8Array
}

/** A whole SOAP 1.2 request around the content of a body. */
export function envelope(body: string, credentials?: Credentials): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tt="http://www.onvif.org/ver10/schema"' +
    ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:tse="http://www.onvif.org/ver10/search/wsdl"' +
    ' xmlns:trp="http://www.onvif.org/ver10/replay/wsdl" xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2"' +
    ' xmlns:tns1="http://www.onvif.org/ver10/topics">' +
    `${credentials ? `<s:Header>${security(credentials)}</s:Header>` : ''}<s:Body>${body}</s:Body></s:Envelope>`
  )
}

/** The header of the UsernameToken Profile 1.0: Base64(SHA-1(nonce + created + password)). */
export function security({ user, password, created, nonce }: Credentials): string {
  const octets = nonce ?? randomBytes(16)
  const createdText = created ?? new Date().toISOString()
  const hash = createHash('sha1')
  hash.update(Buffer.concat([octets, Buffer.from(createdText + password)]))
  const wss = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss'
  return (
    `<wsse:Security xmlns:wsse="${wss}-wssecurity-secext-1.0.xsd" xmlns:wsu="${wss}-wssecurity-utility-1.0.xsd" s:mustUnderstand="1">` +
    `<wsse:UsernameToken><wsse:Username>${user}</wsse:Username>` +
    `<wsse:Password Type="${PASSWORD_DIGEST}">${hash.digest('base64')}</wsse:Password>` +
    `<wsse:Nonce>${Buffer.from(octets).toString('base64')}</wsse:Nonce>` +
    `<wsu:Created>${createdText}</wsu:Created></wsse:UsernameToken></wsse:Security>`
  )
}

/** POST to a service of the recorder whose device service has the given address. */
export async function post(url: string, service: string, message: string | Uint8Array): Promise<Reply> {
  const response = await fetch(url.replace('device_service', `${service}_service`), {
    method: 'POST',
    headers: { 'Content-Type': 'application/soap+xml; charset=utf-8' },
    body: typeof message === 'string' ? message : Buffer.from(message),
  })
  return {
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    text: await response.text(),
  }
}

/** Ask a service for an operation. */
export async function call(url: string, service: string, body: string, credentials?: Credentials): Promise<Reply> {
  return post(url, service, envelope(body, credentials))
}

/** The text of every element of that name, whatever its prefix. */
export function texts(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<(?:\\w+:)?${name}(?: [^>]*)?>([^<]*)</`, 'g'))].map((match) => match[1]!)
}

/** The text of the only element of that name. */
export function text(xml: string, name: string): string {
  const all = texts(xml, name)
  if (all.length !== 1) throw new Error(`expected one ${name}, got ${all.length} in ${xml.slice(0, 2000)}`)
  return all[0]!
}

/** Everything inside every element of that name. */
export function inside(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<((?:\\w+:)?${name})(?: [^>]*)?>(.*?)</\\1>`, 'gs'))].map((match) => match[2]!)
}

/** The codes of a fault from the outermost in: `env:Sender ter:InvalidArgVal ter:InvalidToken`. */
export function faultCodes(reply: Reply): string {
  return texts(reply.text, 'Value').join(' ')
}

/** One event of a search result. */
export interface FoundEvent {
  readonly recording: string
  readonly track: string
  readonly atMs: number
  readonly topic: string
  readonly value: boolean
  readonly isStartState: boolean
}

export function readEvents(xml: string): FoundEvent[] {
  return inside(xml, 'Result').map((result) => ({
    recording: text(result, 'RecordingToken'),
    track: /Name="Track" Value="([^"]*)"/.exec(result)?.[1] ?? '',
    atMs: Date.parse(text(result, 'Time')),
    topic: text(result, 'Topic'),
    value: /Name="Is(?:DataPresent|Recording)" Value="(\w+)"/.exec(result)?.[1] === 'true',
    isStartState: text(result, 'StartStateEvent') === 'true',
  }))
}

export const ALL_TOPICS = ''
export const TRACK_STATE = topicFilter('tns1:RecordingHistory/Track/State')

export function topicFilter(
  expression: string,
  dialect = 'http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet',
): string {
  return `<wsnt:TopicExpression Dialect="${dialect}">${expression}</wsnt:TopicExpression>`
}

export interface EventSearch {
  readonly start?: string
  readonly end?: string
  readonly scope?: string
  readonly filter?: string
  readonly startState?: boolean
  readonly maxMatches?: number
  readonly keepAlive?: string
}

/** A FindEvents message; by default everything that ever happened. */
export function findEvents(search: EventSearch = {}): string {
  return (
    `<tse:FindEvents><tse:StartPoint>${search.start ?? '1970-01-01T00:00:00Z'}</tse:StartPoint>` +
    (search.end === undefined ? '' : `<tse:EndPoint>${search.end}</tse:EndPoint>`) +
    `<tse:Scope>${search.scope ?? ''}</tse:Scope><tse:SearchFilter>${search.filter ?? ALL_TOPICS}</tse:SearchFilter>` +
    `<tse:IncludeStartState>${search.startState ?? false}</tse:IncludeStartState>` +
    (search.maxMatches === undefined ? '' : `<tse:MaxMatches>${search.maxMatches}</tse:MaxMatches>`) +
    `<tse:KeepAliveTime>${search.keepAlive ?? 'PT60S'}</tse:KeepAliveTime></tse:FindEvents>`
  )
}

/** Run an event search to its end and return what it found. */
export async function searchAllEvents(
  url: string,
  search: EventSearch = {},
  pageSize = 100,
): Promise<readonly FoundEvent[]> {
  const found = await call(url, 'search', findEvents(search))
  const token = text(found.text, 'SearchToken')
  const events: FoundEvent[] = []
  for (;;) {
    const reply = await call(url, 'search', eventResults(token, `<tse:MaxResults>${pageSize}</tse:MaxResults>`))
    const page = readEvents(reply.text)
    if (page.length > pageSize) throw new Error(`asked for ${pageSize}, got ${page.length}`)
    events.push(...page)
    if (text(reply.text, 'SearchState') === 'Completed') return events
  }
}

export function eventResults(token: string, limits = ''): string {
  return `<tse:GetEventSearchResults><tse:SearchToken>${token}</tse:SearchToken>${limits}</tse:GetEventSearchResults>`
}

export function recordingResults(token: string, limits = ''): string {
  return `<tse:GetRecordingSearchResults><tse:SearchToken>${token}</tse:SearchToken>${limits}</tse:GetRecordingSearchResults>`
}

export function findRecordings(scope = '', maxMatches?: number): string {
  const limit = maxMatches === undefined ? '' : `<tse:MaxMatches>${maxMatches}</tse:MaxMatches>`
  return `<tse:FindRecordings><tse:Scope>${scope}</tse:Scope>${limit}<tse:KeepAliveTime>PT60S</tse:KeepAliveTime></tse:FindRecordings>`
}

export function endSearch(token: string): string {
  return `<tse:EndSearch><tse:SearchToken>${token}</tse:SearchToken></tse:EndSearch>`
}
