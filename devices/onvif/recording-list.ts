import { DeviceError, DeviceErrorCode, type Recording, type RecordingQuery } from 'viewnet/device'
import { hasFaultCode, isConnectionLoss, isSoapFault, toDeviceError } from './blame.js'
import { rankSources } from './channels.js'
import { LAST_MOMENT_MS } from './date-time.js'
import { IntervalBuilder, type Interval, type SearchedRange } from './intervals.js'
import { searchWithinBudget } from './listing-budget.js'
import type { Asker } from './onvif-client.js'
import type { ParsedOptions } from './options.js'
import { Namespace } from './namespaces.js'
import { readRecordingInformation } from './recording-information.js'
import { RecordingReader } from './recording-reader.js'
import { search, type SearchOptions } from './search-session.js'
import { findEvents, findRecordings, getRecordingInformation, type EventSearch } from './soap-request.js'
import { StateEventReader } from './state-event.js'
import { inTurns, Turns } from './turns.js'
import { childOf, type XmlElement } from './xml-element.js'
import { XmlError } from './xml-error.js'

/** Searched beyond what the recordings tell as their bounds, on both sides: it is not told whether a search includes its ends. */
const MARGIN_MS = 1000

/** The wire's channel has 16 bits (docs/protocol.md, RESOURCE). */
const MAX_CHANNEL = 65535

/** Times that a search whose session was lost half-way is begun again, in one listing each. */
const MAX_RESTARTS = 2

/**
 * List the recordings of a device through its search service: which recordings there are, then the events that say when each held data.
 *
 * The whole device is asked, whatever is wanted, and filtered here: a search within a window would cut the intervals that reach out of it, and give
 * them other identities. Nothing is told before the device told everything, so that its mistakes can be seen and no slow reader lets a session expire.
 *
 * @param address - of the search service
 * @returns pages of at most {@link ParsedOptions.pageSize} recordings, track by track
 * @throws `DeviceError`; the reason of the query's signal
 */
export async function* listRecordings(
  client: Asker,
  address: URL,
  options: ParsedOptions,
  query: RecordingQuery,
): AsyncGenerator<readonly Recording[]> {
  const searchOptions = searchWithinBudget(client, address, options, query.signal)
  try {
    const recordings = await readRecordings(searchOptions)
    const { sources } = recordings
    if (sources.size > MAX_CHANNEL) {
      throw new Error(`expected at most ${MAX_CHANNEL} sources of recordings, got ${sources.size}`)
    }
    const channels = await inTurns(rankSources(sources), query.signal)
    const builder = await findIntervals(recordings, client.deviceTimeMs, searchOptions)
    await refuseLostRecording(builder.unlistedToken, recordings.newestMs, searchOptions)
    let page: Recording[] = []
    const turns = new Turns()
    for (const interval of builder.finish()) {
      // A reader who needs no time itself would let nobody else have any, and neither would a long list of which little is wanted.
      if (turns.isOver) {
        await turns.next()
        query.signal?.throwIfAborted()
      }
      if (!interval) continue
      const channel = channels.get(interval.track.source)! // ranked above
      if (!isWanted(interval, channel, query)) continue
      page.push(toRecording(interval, channel))
      if (page.length < options.pageSize) continue
      yield page
      page = []
    }
    if (page.length > 0) yield page
  } catch (cause) {
    if (query.signal?.aborted && cause === query.signal.reason) throw cause
    throw toDeviceError(cause, { operation: 'ListRecordings', address: address.href })
  }
}

/** The recordings of a device, and the video tracks of each. */
export function readRecordings(options: SearchOptions): Promise<RecordingReader> {
  return startedAgain(async () => {
    const reader = new RecordingReader()
    await search(
      {
        start: findRecordings(),
        resultsOperation: 'GetRecordingSearchResults',
        resultName: 'RecordingInformation',
        reader,
      },
      options,
    )
    return reader
  })
}

async function findIntervals(
  recordings: RecordingReader,
  deviceTimeMs: number,
  options: SearchOptions,
): Promise<IntervalBuilder> {
  const { table } = recordings
  const bounds = recordings.rangeOf(deviceTimeMs)
  if (!bounds) return new IntervalBuilder(table)
  const range = {
    fromMs: Math.max(0, bounds.fromMs - MARGIN_MS),
    toMs: Math.min(bounds.toMs + MARGIN_MS, LAST_MOMENT_MS),
  }
  for (const [index, wanted] of asksFor(range).entries()) {
    try {
      return await startedAgain(async () => {
        const builder = new IntervalBuilder(table, range)
        await search(
          {
            start: findEvents(wanted),
            resultsOperation: 'GetEventSearchResults',
            resultName: 'Result',
            reader: new StateEventReader((event) => builder.receive(event)),
          },
          options,
        )
        return builder
      })
    } catch (error) {
      // A device without an event search still tells the bounds of its tracks.
      if (error instanceof DeviceError && error.code === DeviceErrorCode.unsupported) break
      if (!hasFaultCode(error, 'InvalidFilterFault') || index === LAST_ASK) throw error
    }
  }
  return new IntervalBuilder(table)
}

/**
 * Events of a recording that is not listed: it was deleted since, or is new, or was lost with a part of a reply. The device is asked which: one of which
 * it still tells data older than what the list knows was there when it was listed.
 *
 * @throws {@link XmlError} when it was lost
 */
async function refuseLostRecording(
  token: string | undefined,
  newestListedMs: number,
  { ask }: SearchOptions,
): Promise<void> {
  if (token === undefined || token === '') return
  let answer: XmlElement
  try {
    answer = await ask(getRecordingInformation(token))
  } catch (error) {
    const isUnknown = error instanceof DeviceError && UNKNOWN_CODES.has(error.code)
    if (isUnknown) return
    throw error
  }
  const information = childOf(answer, Namespace.search, 'RecordingInformation')
  if (!information) return
  const { videoTracks } = readRecordingInformation(information)
  if (videoTracks.some(({ dataFromMs = Infinity }) => dataFromMs < newestListedMs)) {
    throw new XmlError(
      `expected recording '${token}' in the list, got only its events, and all about it when asked for it by name`,
    )
  }
}

/** So a device says that it has no such recording, or cannot be asked for one. */
const UNKNOWN_CODES: ReadonlySet<string> = new Set([DeviceErrorCode.fault, DeviceErrorCode.unsupported])

/** What to ask for: what we want, and less and less of a filter for devices that refuse one. What comes beyond it is passed over here. */
function asksFor(range: SearchedRange): readonly EventSearch[] {
  return [
    { ...range, filterTopics: true },
    { ...range, filterTopics: false },
    { fromMs: range.fromMs, toMs: undefined, filterTopics: true },
    { fromMs: range.fromMs, toMs: undefined, filterTopics: false },
  ]
}

const LAST_ASK = 3

/**
 * Do a whole search again when its session was lost half-way: it had expired, or the answer to a poll was lost with its connection, and what that held
 * would be missing. Bounded, because a device may do so every time.
 *
 * @param work - begins from nothing each time
 */
async function startedAgain<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let restarts = 0; ; restarts++) {
    try {
      return await work()
    } catch (error) {
      if (restarts === MAX_RESTARTS || !isSessionLoss(error)) throw error
    }
  }
}

/** A fault of a poll, unless it says that the question itself is wrong or not allowed. */
function isSessionLoss(error: unknown): boolean {
  if (!(error instanceof DeviceError) || error.operation?.startsWith('Get') !== true) return false
  return (
    isConnectionLoss(error) ||
    (isSoapFault(error) && error.code === DeviceErrorCode.fault && !hasFaultCode(error, 'InvalidFilterFault'))
  )
}

function toRecording({ track, startMs, endMs, isCoarse }: Interval, channel: number): Recording {
  const token = `${track.recordingToken}/${track.trackToken}`
  // Before 1970 there was no recorder: a device without a clock wrote that.
  const fromMs = Math.max(0, startMs)
  const toMs = endMs === undefined ? undefined : Math.max(0, endMs)
  return isCoarse
    ? new CoarseResource(fromMs, toMs, channel, token)
    : new Resource(fromMs, toMs, channel, `${token}/${new Date(startMs).toISOString()}`)
}

/**
 * Not a literal: of those V8 watches whether the first ones of a list live on, as all of the page at hand do, and then makes all that follow, page by page, where only a
 * full collection frees them.
 */
class Resource implements Recording {
  readonly startMs: number
  readonly endMs: number | undefined
  readonly channel: number
  /** ONVIF does not tell why something was recorded. */
  readonly kinds = 0
  readonly identity: string

  constructor(startMs: number, endMs: number | undefined, channel: number, identity: string) {
    this.startMs = startMs
    this.endMs = endMs
    this.channel = channel
    this.identity = identity
  }
}

class CoarseResource extends Resource {
  readonly coarse = true
}

function isWanted({ startMs, endMs }: Interval, channel: number, query: RecordingQuery): boolean {
  if (query.channel !== undefined && channel !== query.channel) return false
  if (query.toMs !== undefined && startMs >= query.toMs) return false
  return query.fromMs === undefined || endMs === undefined || endMs > query.fromMs
}
