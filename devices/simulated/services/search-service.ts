import { setTimeout as sleep } from 'node:timers/promises'
import type { RecorderContents } from '../contents.js'
import { searchEvents } from '../event-search.js'
import type { Search, SearchKind, SearchResultOf, SearchSessions } from '../search-sessions.js'
import { invalidValue, resourceProblem } from '../soap/fault.js'
import { NAMESPACE } from '../soap/namespaces.js'
import { writeDateTime } from '../soap/values.js'
import { xml, type Xml } from '../soap/xml-writer.js'
import { readTopicFilter } from '../topic-filter.js'
import { writeEvent, writeRecordingInformation, writeSummary } from './search-replies.js'
import { findRecording, readSearchScope } from './search-scope.js'
import { operationTable, type OperationRequest, type Service } from './service.js'

/** What the search service has to know. */
export interface SearchServiceContext {
  readonly contents: RecorderContents
  readonly sessions: SearchSessions
  /** The device's own clock, ms since 1970; it may jump. */
  readonly deviceNowMs: () => number
  /** The clock of the sessions, in ms; it never runs backwards. */
  readonly sessionNowMs: () => number
}

/** A page of results as it was taken from a session. */
interface Page<Result> {
  readonly results: readonly Result[]
  readonly completed: boolean
}

const RESULT_INPUTS = ['SearchToken', 'MinResults', 'MaxResults', 'WaitTime']

/**
 * The recording search service.
 *
 * @see ONVIF Recording Search specification
 */
export function searchService(context: SearchServiceContext): Service {
  const { contents, sessions, deviceNowMs, sessionNowMs } = context
  // GeneralStartEvents is false: beyond the recording events, whose start state is mandatory, this recorder has no events.
  const capabilities = xml`<tse:Capabilities MetadataSearch="false" GeneralStartEvents="false"/>`

  const open = (search: Search, keepAliveMs: number): string => {
    const token = sessions.open(search, keepAliveMs, sessionNowMs())
    if (token === undefined) throw resourceProblem('as many searches are open as this device can hold')
    return token
  }

  const operations = operationTable({
    GetServiceCapabilities: {
      access: 'PRE_AUTH',
      perform: () => xml`<tse:GetServiceCapabilitiesResponse>${capabilities}</tse:GetServiceCapabilitiesResponse>`,
    },
    GetRecordingSummary: {
      access: 'READ_MEDIA',
      perform: () => xml`
        <tse:GetRecordingSummaryResponse>${writeSummary(contents, deviceNowMs())}</tse:GetRecordingSummaryResponse>`,
    },
    GetRecordingInformation: {
      access: 'READ_MEDIA',
      inputs: ['RecordingToken'],
      perform: ({ input }) => {
        const recording = findRecording(contents, input.token('RecordingToken'))
        return xml`
          <tse:GetRecordingInformationResponse>
            <tse:RecordingInformation>
              ${writeRecordingInformation(recording, contents, deviceNowMs())}
            </tse:RecordingInformation>
          </tse:GetRecordingInformationResponse>`
      },
    },
    FindRecordings: {
      access: 'READ_MEDIA',
      inputs: ['Scope', 'MaxMatches', 'KeepAliveTime'],
      perform: ({ input }) => {
        const recordings = readSearchScope(input.required('Scope'), contents)
        const count = Math.min(recordings.length, input.optionalCount('MaxMatches', 1) ?? Infinity)
        // This search has no points in time; EndSearch has to give one all the same, which the specification calls undefined.
        const startMs = deviceNowMs()
        const search: Search<'recordings'> = {
          kind: 'recordings',
          count,
          results: recordings.values(),
          startMs,
          reachedMs: () => startMs,
        }
        const token = open(search, input.durationMs('KeepAliveTime'))
        return xml`
          <tse:FindRecordingsResponse><tse:SearchToken>${token}</tse:SearchToken></tse:FindRecordingsResponse>`
      },
    },
    GetRecordingSearchResults: {
      access: 'READ_MEDIA',
      inputs: RESULT_INPUTS,
      perform: async (request) => {
        const page = await takePage(context, 'recordings', request)
        return writePage('GetRecordingSearchResultsResponse', page, (recording) => {
          const information = writeRecordingInformation(recording, contents, deviceNowMs())
          return xml`<tt:RecordingInformation>${information}</tt:RecordingInformation>`
        })
      },
    },
    FindEvents: {
      access: 'READ_MEDIA',
      inputs: ['StartPoint', 'EndPoint', 'Scope', 'SearchFilter', 'IncludeStartState', 'MaxMatches', 'KeepAliveTime'],
      perform: ({ input }) => {
        const search = searchEvents({
          startMs: input.momentMs('StartPoint'),
          endMs: input.optionalMomentMs('EndPoint'),
          recordings: readSearchScope(input.required('Scope'), contents),
          topics: readTopicFilter(input.required('SearchFilter')),
          includeStartState: input.boolean('IncludeStartState'),
          maxMatches: input.optionalCount('MaxMatches', 1),
        })
        const token = open(search, input.durationMs('KeepAliveTime'))
        return xml`<tse:FindEventsResponse><tse:SearchToken>${token}</tse:SearchToken></tse:FindEventsResponse>`
      },
    },
    GetEventSearchResults: {
      access: 'READ_MEDIA',
      inputs: RESULT_INPUTS,
      perform: async (request) =>
        writePage('GetEventSearchResultsResponse', await takePage(context, 'events', request), writeEvent),
    },
    EndSearch: {
      access: 'READ_MEDIA',
      inputs: ['SearchToken'],
      perform: ({ input }) => {
        const token = input.token('SearchToken')
        const reachedMs = sessions.end(token, sessionNowMs())
        if (reachedMs === undefined) throw unknownSearch(token)
        return xml`<tse:EndSearchResponse><tse:Endpoint>${writeDateTime(reachedMs)}</tse:Endpoint></tse:EndSearchResponse>`
      },
    },
  })
  return {
    namespace: NAMESPACE.tse,
    path: '/onvif/search_service',
    version: { major: 26, minor: 6 },
    capabilities,
    operations,
  }
}

/** Take results, waiting as the session says. A session that is ended meanwhile gives no more results, and the request returns at once. */
async function takePage<Kind extends SearchKind>(
  { sessions, sessionNowMs }: SearchServiceContext,
  kind: Kind,
  { input, signal }: OperationRequest,
): Promise<Page<SearchResultOf[Kind]>> {
  const token = input.token('SearchToken')
  const request = {
    minResults: input.optionalCount('MinResults', 0),
    maxResults: input.optionalCount('MaxResults', 0),
    waitMs: input.optionalDurationMs('WaitTime'),
    askedAtMs: sessionNowMs(),
  }
  for (;;) {
    const outcome = sessions.take(kind, token, request, sessionNowMs())
    if (outcome.type === 'results') return outcome
    if (outcome.type === 'unknown') throw unknownSearch(token)
    const stop = AbortSignal.any([outcome.ended, signal])
    try {
      await sleep(outcome.untilMs - sessionNowMs(), undefined, { signal: stop, ref: false })
    } catch (error) {
      if (!stop.aborted) throw error
      return { results: [], completed: true }
    }
  }
}

/** Results are written one by one while they are sent; only their compact form stands in memory. */
function* writePage<Result>(response: string, page: Page<Result>, write: (result: Result) => Xml): Generator<Xml> {
  const state = page.completed ? 'Completed' : 'Searching'
  yield xml`<tse:${response}><tse:ResultList><tt:SearchState>${state}</tt:SearchState>`
  for (const result of page.results) yield write(result)
  yield xml`</tse:ResultList></tse:${response}>`
}

function unknownSearch(token: string): Error {
  return invalidValue(
    `there is no search '${token.slice(0, 64)}'; it may be completed, ended or expired`,
    'ter:InvalidToken',
  )
}
