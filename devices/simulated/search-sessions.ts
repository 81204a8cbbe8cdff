import type { SimulatedRecording } from './contents.js'
import type { EventResult } from './event-search.js'

/** What each kind of search finds. */
export interface SearchResultOf {
  readonly recordings: SimulatedRecording
  readonly events: EventResult
}
export type SearchKind = keyof SearchResultOf

/** One search as it was asked for, before it has a session. */
export interface Search<Kind extends SearchKind = SearchKind> {
  readonly kind: Kind
  /** How many results there are in all. */
  readonly count: number
  /** Gives {@link count} results in their order, made as they are taken. */
  readonly results: Iterator<SearchResultOf[Kind]>
  /** How far the search has come before it has given any result, ms since 1970. */
  readonly startMs: number
  /** How far it has come with this result, ms since 1970. */
  reachedMs(result: SearchResultOf[Kind]): number
}

/** What bounds the sessions. */
export interface SearchSessionLimits {
  /** Searches open at a time; one more is refused. */
  readonly maxSessions: number
  /** Results in one answer, whatever the client allows: MinResults is adapted to it, as the specification permits. */
  readonly maxPageResults: number
  /** A longer KeepAliveTime is adapted to this. */
  readonly maxKeepAliveMs: number
  /** A longer WaitTime is adapted to this, and so is an absent one. */
  readonly maxWaitMs: number
  /** How long a search takes; its results become available steadily over this time. */
  readonly searchMs: number
}

/** How a client asks for results. */
export interface TakeRequest {
  readonly minResults: number | undefined
  readonly maxResults: number | undefined
  readonly waitMs: number | undefined
  /** When the client asked; waiting is measured from here. */
  readonly askedAtMs: number
}

/** What becomes of a request for results. */
export type TakeOutcome<Result> =
  /** Answer this. `completed`: nothing follows, and the session is over. */
  | { readonly type: 'results'; readonly results: readonly Result[]; readonly completed: boolean }
  /** Ask again at `untilMs`, or give up when `ended` fires: the client ended the session meanwhile. */
  | { readonly type: 'wait'; readonly untilMs: number; readonly ended: AbortSignal }
  /** There is no such session, or not of this kind. */
  | { readonly type: 'unknown' }

interface Session<Kind extends SearchKind = SearchKind> {
  readonly search: Search<Kind>
  readonly startedAtMs: number
  readonly keepAliveMs: number
  readonly ended: AbortController
  delivered: number
  reachedMs: number
  /** Nothing may ask for the session any more from this moment on. */
  expiresAtMs: number
}

/**
 * The search sessions of a recorder, without clock or timers: moments are arguments, in ms of any clock that never runs backwards. Sessions
 * that ran out of time are forgotten at the next call.
 *
 * @see ONVIF Recording Search specification, "Search Session", GetEventSearchResults, EndSearch
 */
export class SearchSessions {
  readonly #limits: SearchSessionLimits
  readonly #sessions = new Map<string, Session>()
  #opened = 0

  constructor(limits: SearchSessionLimits) {
    this.#limits = limits
  }

  /** How many sessions are open. */
  openCount(nowMs: number): number {
    this.#forgetExpired(nowMs)
    return this.#sessions.size
  }

  /**
   * Begin a search.
   *
   * @returns its token, never used before; `undefined` when as many sessions are open as may be
   */
  open(search: Search, keepAliveMs: number, nowMs: number): string | undefined {
    this.#forgetExpired(nowMs)
    if (this.#sessions.size >= this.#limits.maxSessions) return undefined
    const keptMs = Math.min(keepAliveMs, this.#limits.maxKeepAliveMs)
    this.#opened += 1
    const token = `SearchToken_${this.#opened}`
    this.#sessions.set(token, {
      search,
      startedAtMs: nowMs,
      keepAliveMs: keptMs,
      ended: new AbortController(),
      delivered: 0,
      reachedMs: search.startMs,
      expiresAtMs: nowMs + keptMs,
    })
    return token
  }

  /**
   * Take the next results. Blocks, by saying `wait`, until MinResults (else MaxResults, else all) are available, WaitTime is over or the search is
   * complete. A result is given once.
   */
  take<Kind extends SearchKind>(
    kind: Kind,
    token: string,
    request: TakeRequest,
    nowMs: number,
  ): TakeOutcome<SearchResultOf[Kind]> {
    this.#forgetExpired(nowMs)
    const session = this.#sessions.get(token)
    if (session === undefined || !isOfKind(session, kind)) return { type: 'unknown' }

    const { maxPageResults, maxWaitMs } = this.#limits
    const { count } = session.search
    const page = Math.min(request.maxResults ?? maxPageResults, maxPageResults, count - session.delivered)
    const wanted = Math.min(request.minResults ?? page, page)
    const deadlineMs = request.askedAtMs + Math.min(request.waitMs ?? maxWaitMs, maxWaitMs)
    const enoughAtMs = this.#foundAtMs(session, session.delivered + wanted)
    if (nowMs < enoughAtMs && nowMs < deadlineMs) {
      const untilMs = Math.min(enoughAtMs, deadlineMs)
      // KeepAliveTime runs from the answer, so a session outlives the request that waits for it.
      keepUntil(session, untilMs + session.keepAliveMs)
      return { type: 'wait', untilMs, ended: session.ended.signal }
    }

    // At that moment they are there, whatever rounding makes of the share of the time that has passed.
    const found = Math.max(this.#foundCount(session, nowMs) - session.delivered, nowMs >= enoughAtMs ? wanted : 0)
    const results = takeResults(session, Math.min(page, found))
    const completed = session.delivered === count && nowMs >= this.#foundAtMs(session, count)
    if (completed) this.#sessions.delete(token)
    keepUntil(session, nowMs + session.keepAliveMs)
    return { type: 'results', results, completed }
  }

  /**
   * End a search; whoever waits for its results is told.
   *
   * @returns how far it had come, ms since 1970; `undefined` when there is no such session, as after its completion
   */
  end(token: string, nowMs: number): number | undefined {
    this.#forgetExpired(nowMs)
    const session = this.#sessions.get(token)
    if (session === undefined) return undefined
    this.#sessions.delete(token)
    session.ended.abort()
    return session.reachedMs
  }

  /** Forget every session; whoever waits is told. */
  endAll(): void {
    for (const session of this.#sessions.values()) session.ended.abort()
    this.#sessions.clear()
  }

  /** When the search has found `count` results; an empty search, too, takes its time. */
  #foundAtMs(session: Session, count: number): number {
    const { searchMs } = this.#limits
    const share = session.search.count === 0 ? 1 : count / session.search.count
    return session.startedAtMs + Math.ceil(searchMs * share)
  }

  #foundCount(session: Session, nowMs: number): number {
    const { searchMs } = this.#limits
    const elapsedMs = nowMs - session.startedAtMs
    const { count } = session.search
    return elapsedMs >= searchMs ? count : Math.floor((count * elapsedMs) / searchMs)
  }

  /** Sessions are few, so looking at each is cheaper than any order kept among them. */
  #forgetExpired(nowMs: number): void {
    for (const [token, session] of this.#sessions) {
      if (nowMs >= session.expiresAtMs) this.#sessions.delete(token)
    }
  }
}

function isOfKind<Kind extends SearchKind>(session: Session, kind: Kind): session is Session<Kind> {
  return session.search.kind === kind
}

/** Never shortens: another request may be waiting for the same session longer. */
function keepUntil(session: Session, momentMs: number): void {
  session.expiresAtMs = Math.max(session.expiresAtMs, momentMs)
}

function takeResults<Kind extends SearchKind>(session: Session<Kind>, count: number): SearchResultOf[Kind][] {
  const results: SearchResultOf[Kind][] = []
  while (results.length < count) {
    const next = session.search.results.next()
    if (next.done === true) throw new RangeError(`search said ${session.search.count} results and gave fewer`)
    results.push(next.value)
    session.reachedMs = session.search.reachedMs(next.value)
  }
  session.delivered += results.length
  return results
}
