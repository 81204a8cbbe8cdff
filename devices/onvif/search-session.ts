import { isSoapFault } from './blame.js'
import { Namespace } from './namespaces.js'
import { endSearch, getSearchResults, type SoapRequest } from './soap-request.js'
import { childOf, textOf, XmlError, type XmlElement, type XmlReaderOptions } from './xml-reader.js'

/** Asks the search service one question of a listing. */
export type AskSearch = (request: SoapRequest, take?: XmlReaderOptions['take']) => Promise<XmlElement>

/** What to search for. */
export interface Search<Result> {
  /** Begins the session. */
  readonly start: SoapRequest
  readonly resultsOperation: 'GetRecordingSearchResults' | 'GetEventSearchResults'
  /** The element that is one result, in ONVIF's schema namespace. */
  readonly resultName: 'RecordingInformation' | 'Result'
  /** @returns `undefined` for a result that is none of ours */
  readonly read: (element: XmlElement) => Result | undefined
  /** The same for the same result told twice. */
  readonly keyOf: (result: Result) => string
}

/** How to go about a {@link search}. */
export interface SearchOptions {
  readonly ask: AskSearch
  /** Asks to end a session, also when the listing itself was ended. Never rejects: nothing depends on the answer. */
  readonly leave: (request: SoapRequest) => Promise<void>
  /** Most results to ask for at once. */
  readonly pageSize: number
  /** Longest that the device may wait for more results before it answers. */
  readonly waitTimeMs: number
  /** Waits between two polls that brought nothing. */
  readonly pause: (spanMs: number) => Promise<void>
}

/**
 * Polls in a row that may bring nothing new. A device that searches a slow disk answers each after the wait time we ask for, 5 s: ten minutes, longer
 * than any listing may take by default. One that answers at once is asked again after a second: two minutes.
 */
const MAX_IDLE_POLLS = 120

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1000

/**
 * Run one search session from its Find operation to EndSearch, and yield what it finds, page by page.
 *
 * Ends without an error only when the device says Completed, and, where it says so with a page as full as we asked for, when it has nothing more to
 * add: some devices say Completed with the first page of many. Results that come again on the next poll are told once. EndSearch is asked always, also
 * when the reader leaves early; its answer does not matter, for a session that is Completed has ended already (Recording Search, Search Session).
 *
 * @throws `DeviceError`; the reason of the listing's signal
 */
export async function* search<Result>(
  wanted: Search<Result>,
  options: SearchOptions,
): AsyncGenerator<readonly Result[]> {
  const found = await options.ask(wanted.start)
  const token = textOf(found, Namespace.search, 'SearchToken')
  try {
    yield* poll(wanted, token, options)
  } finally {
    await options.leave(endSearch(token))
  }
}

async function* poll<Result>(
  wanted: Search<Result>,
  token: string,
  { ask, pageSize, waitTimeMs, pause }: SearchOptions,
): AsyncGenerator<readonly Result[]> {
  const request = getSearchResults(wanted.resultsOperation, { token, maxResults: pageSize, waitTimeMs })
  let previousKeys: ReadonlySet<string> = new Set()
  let isLingering = false
  for (let idlePolls = 0; idlePolls < MAX_IDLE_POLLS;) {
    let page: Page<Result>
    try {
      page = await askForPage(wanted, request, ask)
    } catch (error) {
      // After Completed, a fault is how a device that tells the truth says so.
      if (isLingering && isSoapFault(error)) return
      throw error
    }
    const keys = new Set(page.results.map(wanted.keyOf))
    const fresh = page.results.filter((result) => !previousKeys.has(wanted.keyOf(result)))
    if (page.resultCount > 0) previousKeys = keys
    if (fresh.length > 0) yield fresh

    isLingering = page.isCompleted
    // A page of other topics is progress too, but one that repeats is not.
    const isIdle = page.resultCount === 0 || (fresh.length === 0 && page.results.length > 0)
    if (page.isCompleted && (isIdle || page.resultCount < pageSize)) return
    idlePolls = isIdle ? idlePolls + 1 : 0
    if (isIdle) await pause(Math.min(FIRST_PAUSE_MS * 2 ** (idlePolls - 1), LONGEST_PAUSE_MS))
  }
  throw new XmlError(
    `expected ${wanted.resultsOperation} to come to Completed, got ${MAX_IDLE_POLLS} answers in a row without anything new`,
  )
}

interface Page<Result> {
  readonly isCompleted: boolean
  /** Results told, those that are none of ours included. */
  readonly resultCount: number
  readonly results: readonly Result[]
}

async function askForPage<Result>(wanted: Search<Result>, request: SoapRequest, ask: AskSearch): Promise<Page<Result>> {
  const results: Result[] = []
  let resultCount = 0
  const take = (element: XmlElement, parentName: string): boolean => {
    if (element.name !== wanted.resultName || parentName !== 'ResultList') return false
    if (element.namespace !== Namespace.schema) {
      throw new XmlError(`expected <${element.name}> of '${Namespace.schema}', got it of '${element.namespace}'`)
    }
    resultCount++
    const result = wanted.read(element)
    if (result !== undefined) results.push(result)
    return true
  }
  const answer = await ask(request, take)
  const state = textOf(childOf(answer, Namespace.search, 'ResultList'), Namespace.schema, 'SearchState')
  if (state === '') throw new XmlError('expected a ResultList with a SearchState, got none')
  return { isCompleted: state === 'Completed', resultCount, results }
}
