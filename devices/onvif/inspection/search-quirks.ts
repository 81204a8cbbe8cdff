import type { OnvifExchange } from '../onvif-exchange.js'
import { Namespace } from '../namespaces.js'
import { childOf, textOf } from '../xml-element.js'
import { faultCodesOf, requestText, type ReadAnswer } from './read-answer.js'
import type { QuirkLog } from './quirk-log.js'

interface Session {
  readonly isCompleted: boolean
  /** What the page before held, to see it come again. */
  readonly content: string
}

/** Sessions that are followed at a time; a listing has two. */
const MAX_SESSIONS = 64

/** Notes what is unusual about how a device runs its search sessions. */
export class SearchQuirks {
  readonly #log: QuirkLog
  readonly #sessions = new Map<string, Session>()

  constructor(log: QuirkLog) {
    this.#log = log
  }

  /**
   * Take in an exchange with the search service.
   *
   * @param content - the same for two pages that hold the same results
   */
  receive(exchange: OnvifExchange, answer: ReadAnswer, content: string): void {
    const { operation } = exchange
    const codes = faultCodesOf(answer.body)
    const said = `${operation} was answered with the fault ${codes.join('/')}`
    if (codes.includes('InvalidFilterFault')) this.#log.note('filters-refused', said)
    // A search that is Completed has ended by itself, and then no token is right.
    if (operation === 'EndSearch' && codes.length > 0 && !codes.includes('InvalidToken'))
      this.#log.note('end-search-refused', said)
    if (!/^Get\w+SearchResults$/.test(operation)) return
    const token = requestText(exchange, 'SearchToken')
    const session = this.#sessions.get(token)
    if (codes.includes('InvalidToken') && session?.isCompleted !== true) this.#log.note('token-expires', said)
    if (codes.length === 0) this.#followSession(exchange, answer, content, token, session)
  }

  #followSession(
    exchange: OnvifExchange,
    { body, resultCount, isStateLast }: ReadAnswer,
    content: string,
    token: string,
    session: Session | undefined,
  ): void {
    const { operation } = exchange
    const state = textOf(childOf(body, Namespace.search, 'ResultList'), Namespace.schema, 'SearchState')
    const maxResults = Number(requestText(exchange, 'MaxResults') || Infinity)
    const came = `${operation} brought ${resultCount} ${resultCount === 1 ? 'result' : 'results'}`
    if (resultCount > maxResults) this.#log.note('max-results-ignored', `${came} where MaxResults was ${maxResults}`)
    if (isStateLast) this.#log.note('state-last', `${operation} has SearchState behind its results`)
    if (state === 'Queued' && resultCount > 0) this.#log.note('state-queued', `${came} with SearchState Queued`)
    else if (state === 'Unknown') this.#log.note('state-unknown', `${came} with SearchState Unknown`)
    else if (!['Queued', 'Searching', 'Completed'].includes(state))
      this.#log.note('state-foreign', `${came} with SearchState '${state}'`)
    if (session && resultCount > 0) {
      if (session.content === content) this.#log.note('same-results-again', `${came}, the same as the time before`)
      else if (session.isCompleted) this.#log.note('completed-early', `${came} after SearchState Completed`)
    }
    this.#sessions.set(token, {
      isCompleted: state === 'Completed',
      content: resultCount > 0 ? content : (session?.content ?? ''),
    })
    if (this.#sessions.size > MAX_SESSIONS) this.#sessions.delete(this.#sessions.keys().next().value!) // the oldest of several
  }
}
