/** What a plain client sees of a recorder with a quirk: written by hand, from the wire alone. */
import type { Test } from 'tap'
import { SimulatedRecorder, type SimulatedRecorderOptions } from '../../../../devices/simulated/index.js'
import {
  call,
  eventResults,
  findEvents,
  findRecordings,
  inside,
  recordingResults,
  text,
  texts,
  type EventSearch,
  type Reply,
} from '../soap-client.js'

/** A recorder that runs until the test is over. */
export async function started(t: Test, options: SimulatedRecorderOptions): Promise<SimulatedRecorder> {
  const recorder = new SimulatedRecorder(options)
  await recorder.start()
  t.teardown(() => recorder.close())
  return recorder
}

/** One event as it stands in a reply. */
export interface WireEvent {
  readonly resultTrack: string
  readonly time: string
  readonly utcTime: string
  readonly topic: string
  readonly recording: string
  /** As the message names it. */
  readonly track: string
  readonly value: string
  readonly isStartState: boolean
}

export function readWireEvents(reply: Reply): WireEvent[] {
  return inside(reply.text, 'Result').map((result) => ({
    resultTrack: text(result, 'TrackToken'),
    time: text(result, 'Time'),
    utcTime: /UtcTime="([^"]*)"/.exec(result)![1]!,
    topic: text(result, 'Topic'),
    recording: text(result, 'RecordingToken'),
    track: /Name="Track" Value="([^"]*)"/.exec(result)?.[1] ?? '',
    value: /<tt:Data><tt:SimpleItem Name="\w+" Value="(\w+)"/.exec(result)![1]!,
    isStartState: text(result, 'StartStateEvent') === 'true',
  }))
}

export interface Poll {
  readonly state: string
  readonly count: number
  readonly reply: Reply
}

/** Poll a search until a fault, `polls` at most. */
export async function poll(
  url: string,
  token: string,
  results: 'recordings' | 'events',
  { polls = 50, maxResults = 1000 } = {},
): Promise<readonly Poll[]> {
  const taken: Poll[] = []
  const request = results === 'events' ? eventResults : recordingResults
  for (let index = 0; index < polls; index++) {
    const reply = await call(url, 'search', request(token, `<tse:MaxResults>${maxResults}</tse:MaxResults>`))
    if (reply.status !== 200) break
    const name = results === 'events' ? 'Result' : 'RecordingInformation'
    taken.push({ state: text(reply.text, 'SearchState'), count: inside(reply.text, name).length, reply })
  }
  return taken
}

export async function begin(url: string, search: EventSearch | 'recordings'): Promise<string> {
  const request = search === 'recordings' ? findRecordings() : findEvents(search)
  const reply = await call(url, 'search', request)
  return text(reply.text, 'SearchToken')
}

/** All events of a search whose recorder ends it with Completed. */
export async function allEvents(url: string, search: EventSearch = {}): Promise<readonly WireEvent[]> {
  const token = await begin(url, search)
  const events: WireEvent[] = []
  for (;;) {
    const reply = await call(url, 'search', eventResults(token, '<tse:MaxResults>10000</tse:MaxResults>'))
    events.push(...readWireEvents(reply))
    if (text(reply.text, 'SearchState') === 'Completed') return events
  }
}

/** Everything told about each recording. */
export async function allRecordings(url: string): Promise<readonly string[]> {
  const token = await begin(url, 'recordings')
  const [first] = await poll(url, token, 'recordings', { polls: 1, maxResults: 20_000 })
  return inside(first!.reply.text, 'RecordingInformation')
}

/** Track tokens of a recording by their type. */
export function tracksOf(recording: string, type: string): string[] {
  return inside(recording, 'Track')
    .filter((track) => text(track, 'TrackType') === type)
    .map((track) => text(track, 'TrackToken'))
}

/** The intervals of video that the events tell, as `recording/track start end`, sorted. */
export async function videoIntervals(url: string): Promise<readonly string[]> {
  const recordings = await allRecordings(url)
  const videoTracks = new Set(
    recordings.flatMap((each) => tracksOf(each, 'Video').map((track) => `${text(each, 'RecordingToken')}/${track}`)),
  )
  const open = new Map<string, string>()
  const intervals: string[] = []
  for (const event of await allEvents(url)) {
    const track = `${event.recording}/${event.track}`
    if (!videoTracks.has(track) || !event.topic.endsWith('/Track/State')) continue
    if (event.value === 'true') open.set(track, event.time)
    else {
      intervals.push(`${track} ${open.get(track)} ${event.time}`)
      open.delete(track)
    }
  }
  for (const [track, start] of open) intervals.push(`${track} ${start} null`)
  return intervals.sort()
}

/** The same from the recorder's own truth. */
export function trueIntervals(recorder: SimulatedRecorder): readonly string[] {
  return [...recorder.truth()].map(({ recording, track, start, end }) => `${recording}/${track} ${start} ${end}`).sort()
}

/** The sources of recordings, in the order in which they are told. */
export function sourcesOf(recordings: readonly string[]): string[] {
  return recordings.map((recording) => texts(recording, 'VideoSourceToken')[0]!)
}
