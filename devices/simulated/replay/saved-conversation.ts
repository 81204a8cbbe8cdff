import { answers, isRefusal, SEARCH_NAMESPACE, type SavedResponse } from './saved-response.js'

/** What is asked of a saved device. */
export interface Asked {
  readonly namespace: string
  readonly operation: string
  /** Of the search that the request is about. */
  readonly searchToken: string | undefined
}

/** The response to serve; `unsaved`: there is none of that operation; `no-search`: there is no search of that token. */
export type Served = SavedResponse | 'unsaved' | 'no-search'

/** What gives the results of each Find operation. */
const RESULTS_OF: Readonly<Record<string, string>> = {
  FindRecordings: 'GetRecordingSearchResults',
  FindEvents: 'GetEventSearchResults',
  FindPTZPosition: 'GetPTZPositionSearchResults',
  FindMetadata: 'GetMetadataSearchResults',
}

/** Searches that are begun and not ended; the oldest goes. */
const MAX_OPEN_RUNS = 256

/** One search as it was saved: how it began, and the results that followed. */
interface Run {
  readonly begun: SavedResponse
  readonly pages: SavedResponse[]
}

/** Which of a device's saved responses answers what, in their order: see docs/replay.md, "How it is served again". */
export class SavedConversation {
  readonly #responses: readonly SavedResponse[]
  readonly #sequences = new Map<string, Sequence>()
  readonly #runs = new Map<string, { readonly runs: readonly Run[]; nextIndex: number }>()
  /** By results operation and search token, the one that began last behind the others. */
  readonly #openRuns = new Map<string, { readonly pages: Sequence }>()

  /** @param responses - in the order in which they came */
  constructor(responses: readonly SavedResponse[]) {
    this.#responses = responses
  }

  /** Choose the response, and remember that it was given. */
  next({ namespace, operation, searchToken }: Asked): Served {
    if (namespace === SEARCH_NAMESPACE) {
      if (RESULTS_OF[operation] !== undefined) return this.#begin(operation, RESULTS_OF[operation])
      if (Object.values(RESULTS_OF).includes(operation)) return this.#nextPage(operation, searchToken ?? '')
    }
    const key = `${namespace} ${operation}`
    const sequence = this.#sequences.get(key) ?? new Sequence(this.#saved(namespace, operation))
    // Only what was saved is remembered, so nobody can make this grow.
    if (sequence.length > 0) this.#sequences.set(key, sequence)
    return sequence.next() ?? 'unsaved'
  }

  #begin(operation: string, resultsOperation: string): Served {
    let saved = this.#runs.get(operation)
    if (saved === undefined) {
      saved = { runs: this.#savedRuns(operation, resultsOperation), nextIndex: 0 }
      this.#runs.set(operation, saved)
    }
    const run = saved.runs[saved.nextIndex % saved.runs.length]
    if (run === undefined) return 'unsaved'
    saved.nextIndex += 1
    const token = run.begun.searchToken
    if (token !== undefined) {
      const key = `${resultsOperation} ${token}`
      this.#openRuns.delete(key)
      this.#openRuns.set(key, { pages: new Sequence(run.pages) })
      const [oldest] = this.#openRuns.keys()
      if (this.#openRuns.size > MAX_OPEN_RUNS && oldest !== undefined) this.#openRuns.delete(oldest)
    }
    return run.begun
  }

  #nextPage(operation: string, searchToken: string): Served {
    const run = this.#openRuns.get(`${operation} ${searchToken.trim()}`)
    return run === undefined ? 'no-search' : (run.pages.next() ?? 'unsaved')
  }

  #savedRuns(operation: string, resultsOperation: string): readonly Run[] {
    const begins = new Set(this.#saved(SEARCH_NAMESPACE, operation))
    const results = new Set(this.#saved(SEARCH_NAMESPACE, resultsOperation))
    const runs: Run[] = []
    for (const response of this.#responses) {
      if (begins.has(response)) runs.push({ begun: response, pages: [] })
      else if (results.has(response)) runs.at(-1)?.pages.push(response)
    }
    return runs
  }

  /** A replayed device asks nobody who they are, so a refusal is served only where nothing else is. */
  #saved(namespace: string, operation: string): readonly SavedResponse[] {
    const all = this.#responses.filter((response) => answers(response, namespace, operation))
    const granted = all.filter((response) => !isRefusal(response))
    return granted.length > 0 ? granted : all
  }
}

/** Responses one after the other, then the last again. */
class Sequence {
  readonly #responses: readonly SavedResponse[]
  #nextIndex = 0

  constructor(responses: readonly SavedResponse[]) {
    this.#responses = responses
  }

  get length(): number {
    return this.#responses.length
  }

  next(): SavedResponse | undefined {
    const response = this.#responses[Math.min(this.#nextIndex, this.length - 1)]
    this.#nextIndex = Math.min(this.#nextIndex + 1, this.length)
    return response
  }
}
