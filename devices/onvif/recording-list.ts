import { DeviceError, DeviceErrorCode, type Recording, type RecordingQuery } from 'viewnet/device'
import { hasFaultCode, toDeviceError } from './blame.js'
import { rankSources } from './channels.js'
import { IntervalBuilder, type Interval, type VideoTrack } from './intervals.js'
import { searchWithinBudget } from './listing-budget.js'
import type { OnvifClient } from './onvif-client.js'
import type { ParsedOptions } from './options.js'
import { readRecordingInformation, type RecordingInformation } from './recording-information.js'
import { search, type SearchOptions } from './search-session.js'
import { findEvents, findRecordings } from './soap-request.js'
import { readStateEvent, type StateEvent } from './state-event.js'

/** Searched beyond what the recordings tell as their bounds, on both sides: it is not told whether a search includes its ends. */
const MARGIN_MS = 1000

/** The end of the year 9999, which is as far as an xs:dateTime of four digits reaches. */
const LAST_MOMENT_MS = 253_402_300_799_999

/** The wire's channel has 16 bits (docs/protocol.md, RESOURCE). */
const MAX_CHANNEL = 65535

interface ChannelTrack extends VideoTrack {
  readonly channel: number
}

/**
 * List the recordings of a device through its search service: which recordings there are, then the events that say when each held data.
 *
 * The whole device is asked, whatever is wanted, and filtered here: a search within a window would cut the intervals that reach out of it, and give
 * them other identities.
 *
 * @param address - of the search service
 * @returns pages of at most {@link ParsedOptions.pageSize} recordings, each as soon as it is known to be complete
 * @throws `DeviceError`; the reason of the query's signal
 */
export async function* listRecordings(
  client: OnvifClient,
  address: URL,
  options: ParsedOptions,
  query: RecordingQuery,
): AsyncGenerator<readonly Recording[]> {
  const searchOptions = searchWithinBudget(client, address, options, query.signal)
  try {
    const recordings = new Map<string, RecordingInformation>()
    for await (const page of search(
      {
        start: findRecordings(),
        resultsOperation: 'GetRecordingSearchResults',
        resultName: 'RecordingInformation',
        read: readRecordingInformation,
        keyOf: ({ token }) => token,
      },
      searchOptions,
    )) {
      for (const recording of page) recordings.set(recording.token, recording)
    }
    yield* inPages(wantedIntervals(client, [...recordings.values()], searchOptions, query), options.pageSize)
  } catch (cause) {
    if (query.signal?.aborted && cause === query.signal.reason) throw cause
    throw toDeviceError(cause, { operation: 'ListRecordings', address: address.href })
  }
}

async function* wantedIntervals(
  client: OnvifClient,
  recordings: readonly RecordingInformation[],
  options: SearchOptions,
  query: RecordingQuery,
): AsyncGenerator<Recording[]> {
  const builder = new IntervalBuilder(videoTracks(recordings))
  const bounds = boundsOf(recordings, client.deviceTimeMs)
  if (bounds) {
    for await (const events of stateEvents(bounds, options)) {
      yield toRecordings(builder.receive(events), query)
    }
  }
  for (const interval of builder.finish()) yield toRecordings([interval], query)
}

function videoTracks(recordings: readonly RecordingInformation[]): ChannelTrack[] {
  const channels = rankSources(recordings.map(({ source }) => source))
  if (channels.size > MAX_CHANNEL)
    throw new Error(`expected at most ${MAX_CHANNEL} sources of recordings, got ${channels.size}`)
  return recordings.flatMap(({ token, source, isRecording, videoTracks: tracks }) =>
    tracks.map((track) => ({
      recordingToken: token,
      trackToken: track.token,
      dataFromMs: track.dataFromMs,
      dataToMs: track.dataToMs,
      isRecording,
      channel: channels.get(source)!, // ranked just above
    })),
  )
}

/** From the oldest to the newest data, as the device tells it; to now where it is still recording. `undefined` when there is no video at all. */
function boundsOf(
  recordings: readonly RecordingInformation[],
  nowMs: number,
): { readonly fromMs: number; readonly toMs: number } | undefined {
  let fromMs = Infinity
  let toMs = -Infinity
  for (const { videoTracks: tracks, earliestMs, latestMs, isRecording } of recordings) {
    if (tracks.length === 0) continue
    for (const timeMs of [earliestMs, ...tracks.map((track) => track.dataFromMs)])
      fromMs = Math.min(fromMs, timeMs ?? Infinity)
    for (const timeMs of [latestMs, ...tracks.map((track) => track.dataToMs)])
      toMs = Math.max(toMs, timeMs ?? -Infinity)
    if (isRecording) toMs = Math.max(toMs, nowMs)
  }
  if (!recordings.some(({ videoTracks: tracks }) => tracks.length > 0)) return undefined
  if (fromMs === Infinity) fromMs = 0
  if (toMs === -Infinity) toMs = nowMs
  return { fromMs: Math.max(0, fromMs - MARGIN_MS), toMs: Math.min(Math.max(fromMs, toMs) + MARGIN_MS, LAST_MOMENT_MS) }
}

async function* stateEvents(
  bounds: { readonly fromMs: number; readonly toMs: number },
  options: SearchOptions,
): AsyncGenerator<readonly StateEvent[]> {
  for (const filterTopics of [true, false]) {
    try {
      yield* search(
        {
          start: findEvents({ ...bounds, filterTopics }),
          resultsOperation: 'GetEventSearchResults',
          resultName: 'Result',
          read: readStateEvent,
          keyOf: (event) =>
            [event.recordingToken, event.trackToken, event.timeMs, event.isPresent, event.origin].join('\n'),
        },
        options,
      )
      return
    } catch (error) {
      if (filterTopics && hasFaultCode(error, 'InvalidFilterFault')) continue
      // A device without an event search still tells the bounds of its tracks.
      if (error instanceof DeviceError && error.code === DeviceErrorCode.unsupported) return
      throw error
    }
  }
}

function toRecordings(intervals: readonly Interval<ChannelTrack>[], query: RecordingQuery): Recording[] {
  return intervals.filter((interval) => isWanted(interval, query)).map(toRecording)
}

function toRecording({ track, startMs, endMs, isCoarse }: Interval<ChannelTrack>): Recording {
  const token = `${track.recordingToken}/${track.trackToken}`
  const recording = {
    // Before 1970 there was no recorder: a device without a clock wrote that.
    startMs: Math.max(0, startMs),
    endMs: endMs === undefined ? undefined : Math.max(0, endMs),
    channel: track.channel,
    // ONVIF does not tell why something was recorded.
    kinds: 0,
  }
  return isCoarse
    ? { ...recording, identity: token, coarse: true }
    : { ...recording, identity: `${token}/${new Date(startMs).toISOString()}` }
}

function isWanted(
  { track, startMs, endMs }: Interval<ChannelTrack>,
  { fromMs, toMs, channel }: RecordingQuery,
): boolean {
  if (channel !== undefined && track.channel !== channel) return false
  if (toMs !== undefined && startMs >= toMs) return false
  return fromMs === undefined || endMs === undefined || endMs > fromMs
}

async function* inPages(
  chunks: AsyncIterable<readonly Recording[]>,
  pageSize: number,
): AsyncGenerator<readonly Recording[]> {
  let page: Recording[] = []
  for await (const chunk of chunks) {
    for (const recording of chunk) {
      page.push(recording)
      if (page.length === pageSize) {
        yield page
        page = []
      }
    }
  }
  if (page.length > 0) yield page
}
