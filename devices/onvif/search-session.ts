import { DeviceError, DeviceErrorCode } from 'viewnet/device'
import { hasFaultCode, isHttpError, isSoapFault } from './blame.js'
import { Namespace } from './namespaces.js'
import { endSearch, getSearchResults, type SoapRequest } from './soap-request.js'
import { childOf, textOf, type XmlElement, type XmlHandler } from './xml-element.js'
import { XmlError } from './xml-error.js'
import type { XmlReaderOptions } from './xml-reader.js'

/** Asks the search service one question of a listing. */
export type AskSearch = (request: SoapRequest, handlerOf?: XmlReaderOptions['handlerOf']) => Promise<XmlElement>

/** Reads the results of a search, one element after the other. */
export interface ResultReader extends XmlHandler {
  /**
   * What tells one answer from another.
   *
   * @returns the same number for the same results in any order, of those read since it was taken last
   */
  takeFingerprint(): number
}

/** What to search for. */
export interface Search {
  /** Begins the session. */
  readonly start: SoapRequest
  readonly resultsOperation: 'GetRecordingSearchResults' | 'GetEventSearchResults'
  /** The element that is one result, in ONVIF's schema namespace. */
  readonly resultName: 'RecordingInformation' | 'Result'
  /** Reads every result that is told; the same one more than once where the device tells it again. */
  readonly reader: ResultReader
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
 * Polls in a row that may bring nothing at all. A device that searches a slow disk answers each after the wait time we ask for, 5 s: ten minutes, longer
 * than any listing may take by default. One that answers at once is asked again after a second: two minutes.
 */
const MAX_IDLE_POLLS = 120

/** Polls in a row that tell the same results again, or nothing beside the state Unknown, after which there is no more: over five seconds of pauses. */
const MAX_FRUITLESS_POLLS = 10

/** Times that a device may have no session to spare; with the pauses, over two minutes: sessions that others forgot live for their KeepAliveTime. */
const MAX_BUSY_ANSWERS = 30

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1000
const LONGEST_BUSY_PAUSE_MS = 5000

/** Once a device said Completed, nothing is worth waiting for. */
const LINGERING_WAIT_MS = 500

/**
 * Run one search session from its Find operation to EndSearch; what it finds goes to the reader.
 *
 * Ends without an error when a poll after Completed brings nothing new: some devices say Completed with the first of many answers, and where nothing
 * follows, a fault is how an honest device says so, because its session has ended (Recording Search, Search Session). Ends also when a device tells
 * all it has again at every poll and never says Completed. EndSearch is asked always; its answer does not matter.
 *
 * @throws `DeviceError`; {@link XmlError}; the reason of the listing's signal
 */
export async function search(wanted: Search, options: SearchOptions): Promise<void> {
  const token = textOf(await openSession(wanted, options), Namespace.search, 'SearchToken')
  if (token === '') throw new XmlError(`expected a SearchToken from ${wanted.start.operation}, got none`)
  try {
    await poll(wanted, token, options)
  } finally {
    await options.leave(endSearch(token))
  }
}

/** A device may have one session for all its clients. */
async function openSession({ start }: Search, { ask, pause }: SearchOptions): Promise<XmlElement> {
  for (let busyCount = 0; ; busyCount++) {
    try {
      return await ask(start)
    } catch (error) {
      if (!hasFaultCode(error, 'ResourceProblem') || busyCount === MAX_BUSY_ANSWERS) throw error
      await pause(Math.min(FIRST_PAUSE_MS * 2 ** busyCount, LONGEST_BUSY_PAUSE_MS))
    }
  }
}

async function poll(wanted: Search, token: string, options: SearchOptions): Promise<void> {
  const { pageSize, waitTimeMs, pause } = options
  let latest: Page | undefined
  /** What tells each answer that had results; a few thousand in the longest listing. */
  const told = new Set<number>()
  let wasCompleted = false
  // Polls in a row that told nothing, and that told nothing new.
  let idlePolls = 0
  let repeatedPolls = 0
  for (;;) {
    const request = getSearchResults(wanted.resultsOperation, {
      token,
      maxResults: pageSize,
      waitTimeMs: wasCompleted ? Math.min(waitTimeMs, LINGERING_WAIT_MS) : waitTimeMs,
    })
    const page = await askForPage(wanted, options, request)
    if (page instanceof NoPage) {
      if (latest && wasCompleted && page.isFarewell(latest, pageSize)) return
      throw page.error
    }

    const isEmpty = page.resultCount === 0
    const isRepeated = !isEmpty && told.has(page.fingerprint)
    if (wasCompleted && (isEmpty || isRepeated)) return
    wasCompleted ||= page.state === 'Completed'
    if (!isEmpty) told.add(page.fingerprint)
    idlePolls = isEmpty ? idlePolls + 1 : 0
    repeatedPolls = isRepeated ? repeatedPolls + 1 : 0
    if (!isEmpty || !latest) latest = page

    if (repeatedPolls === MAX_FRUITLESS_POLLS) {
      // As many as we asked for: what comes behind them would never be told.
      if (page.resultCount === pageSize) throw noEnd(wanted, `the same ${pageSize} results again and again`)
      return
    }
    if (idlePolls === MAX_FRUITLESS_POLLS && told.size > 0 && page.state === 'Unknown') return
    if (idlePolls === MAX_IDLE_POLLS) throw noEnd(wanted, `${MAX_IDLE_POLLS} answers in a row without anything`)
    if ((isEmpty || isRepeated) && !wasCompleted) {
      await pause(Math.min(FIRST_PAUSE_MS * 2 ** (idlePolls + repeatedPolls - 1), LONGEST_PAUSE_MS))
    }
  }
}

function noEnd({ resultsOperation }: Search, got: string): XmlError {
  return new XmlError(`expected ${resultsOperation} to come to Completed, got ${got}`)
}

/** A poll that failed. */
class NoPage {
  readonly error: unknown
  /** Some of an answer had come. */
  readonly #hasBegun: boolean

  constructor(error: unknown, hasBegun: boolean) {
    this.error = error
    this.#hasBegun = hasBegun
  }

  /**
   * Whether that is how a device says that its completed session is over. Where the last answer was not full, it may also hang up or say nothing: by the
   * specification, nothing was left to ask for. An answer that breaks off is none.
   */
  isFarewell({ resultCount }: Page, pageSize: number): boolean {
    if (this.error instanceof DeviceError && this.error.code === DeviceErrorCode.refused) return false
    if (isSoapFault(this.error) || isHttpError(this.error)) return true
    const isUnreachable = this.error instanceof DeviceError && this.error.code === DeviceErrorCode.unreachable
    return isUnreachable && !this.#hasBegun && resultCount < pageSize
  }
}

interface Page {
  readonly state: string
  /** Results told, those that are none of ours included. */
  readonly resultCount: number
  /** Tells it from other answers. */
  readonly fingerprint: number
}

async function askForPage(
  { resultName, reader }: Search,
  { ask }: SearchOptions,
  request: SoapRequest,
): Promise<Page | NoPage> {
  let hasBegun = false
  let resultCount = 0
  reader.takeFingerprint()
  let answer: XmlElement
  try {
    answer = await ask(request, ({ name, namespace }, parent) => {
      hasBegun = true
      if (name !== resultName || parent?.name !== 'ResultList') return undefined
      if (namespace !== Namespace.schema) {
        throw new XmlError(`expected <${name}> of '${Namespace.schema}', got it of '${namespace}'`)
      }
      resultCount++
      return reader
    })
  } catch (error) {
    return new NoPage(error, hasBegun)
  }
  const state = textOf(childOf(answer, Namespace.search, 'ResultList'), Namespace.schema, 'SearchState')
  if (state === '') throw new XmlError('expected a ResultList with a SearchState, got none')
  // 21 bits of how many there are, 32 of what they are.
  const fingerprint = (resultCount % 2 ** 21) * 2 ** 32 + (reader.takeFingerprint() >>> 0)
  return { state, resultCount, fingerprint }
}
