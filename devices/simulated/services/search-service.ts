import type { SearchEvents } from '../event-search.js'
import type { Search, SearchKind, SearchSessions } from '../search-sessions.js'
import { resourceProblem } from '../soap/fault.js'
import { NAMESPACE } from '../soap/namespaces.js'
import { xml, type Xml } from '../soap/xml-writer.js'
import { readTopicFilter } from '../topic-filter.js'
import { writeMoment, type Dialect } from './dialect.js'
import { unknownSearch, type Page, type PageRequest, type TakePage } from './result-pages.js'
import { writeEvent, writeRecordingInformation, writeSummary, type ReplyContext } from './search-replies.js'
import { findRecording, type ReadScope } from './search-scope.js'
import { operationTable, type OperationRequest, type Service } from './service.js'

/** What the search service has to know. */
export interface SearchServiceContext extends ReplyContext {
  readonly sessions: SearchSessions
  /** The clock of the sessions, in ms; it never runs backwards. */
  readonly sessionNowMs: () => number
  readonly takePage: TakePage
  readonly readScope: ReadScope
  readonly searchEvents: SearchEvents
}

const RESULT_INPUTS = ['SearchToken', 'MinResults', 'MaxResults', 'WaitTime']

/**
 * The recording search service.
 *
 * @see ONVIF Recording Search specification
 */
export function searchService(context: SearchServiceContext): Service {
  const { contents, dialect, sessions, deviceNowMs, sessionNowMs, takePage, readScope, searchEvents } = context
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
        <tse:GetRecordingSummaryResponse>${writeSummary(context)}</tse:GetRecordingSummaryResponse>`,
    },
    GetRecordingInformation: {
      access: 'READ_MEDIA',
      inputs: ['RecordingToken'],
      perform: ({ input }) => {
        const recording = findRecording(contents, input.token('RecordingToken'))
        return xml`
          <tse:GetRecordingInformationResponse>
            <tse:RecordingInformation>
              ${writeRecordingInformation(recording, context)}
            </tse:RecordingInformation>
          </tse:GetRecordingInformationResponse>`
      },
    },
    FindRecordings: {
      access: 'READ_MEDIA',
      inputs: ['Scope', 'MaxMatches', 'KeepAliveTime'],
      perform: ({ input }) => {
        const recordings = readScope(input.required('Scope'), contents)
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
        const page = await takePage(readPageRequest('recordings', request))
        return writePage('GetRecordingSearchResultsResponse', page, dialect, (recording) => {
          const information = writeRecordingInformation(recording, context)
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
          recordings: readScope(input.required('Scope'), contents),
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
      perform: async (request) => {
        const page = await takePage(readPageRequest('events', request))
        return writePage('GetEventSearchResultsResponse', page, dialect, (event) => writeEvent(event, context))
      },
    },
    EndSearch: {
      access: 'READ_MEDIA',
      inputs: ['SearchToken'],
      perform: ({ input }) => {
        const token = input.token('SearchToken')
        const reachedMs = sessions.end(token, sessionNowMs())
        if (reachedMs === undefined) throw unknownSearch(token)
        return xml`<tse:EndSearchResponse><tse:Endpoint>${writeMoment(dialect, reachedMs)}</tse:Endpoint></tse:EndSearchResponse>`
      },
    },
  })
  return {
    namespace: NAMESPACE.tse,
    path: '/onvif/search_service',
    category: {
      name: 'Search',
      isExtension: true,
      write: (address) => xml`
        <tt:Search><tt:XAddr>${address}</tt:XAddr><tt:MetadataSearch>false</tt:MetadataSearch></tt:Search>`,
    },
    version: { major: 26, minor: 6 },
    capabilities,
    operations,
  }
}

function readPageRequest<Kind extends SearchKind>(kind: Kind, { input, signal }: OperationRequest): PageRequest<Kind> {
  return {
    kind,
    token: input.token('SearchToken'),
    minResults: input.optionalCount('MinResults', 0),
    maxResults: input.optionalCount('MaxResults', 0),
    waitMs: input.optionalDurationMs('WaitTime'),
    signal,
  }
}

/** Results are written one by one while they are sent; only their compact form stands in memory. */
function* writePage<Result>(
  response: string,
  page: Page<Result>,
  { tellsStateLast }: Dialect,
  write: (result: Result) => Xml,
): Generator<Xml> {
  const state = xml`<tt:SearchState>${page.state}</tt:SearchState>`
  yield xml`<tse:${response}><tse:ResultList>${tellsStateLast ? undefined : state}`
  for (const result of page.results) yield write(result)
  yield xml`${tellsStateLast ? state : undefined}</tse:ResultList></tse:${response}>`
}
