import type { SearchKind, SearchResultOf, SearchSessionLimits } from '../search-sessions.js'
import type { Page, TakePage } from '../services/result-pages.js'
import { chosenFrom, type QuirkSet } from './quirk-set.js'
import type { QuirkName } from './quirks.js'

/** Gives the results of searches in another way. */
type PagingQuirk = (take: TakePage) => TakePage

/** Polls without results before a slow search begins to give any. */
const EMPTY_POLLS = 2
const SLOW_PAGE_RESULTS = 50
/** Searches about which something is remembered, so that those that nobody ends cannot add up. */
const MAX_REMEMBERED = 1000
/** … and of those whose results are, which may be a million each. */
const MAX_REMEMBERED_RESULTS = 8

/** The innermost first. */
const PAGING_QUIRKS: Readonly<Partial<Record<QuirkName, PagingQuirk>>> = {
  'max-results-ignored': withoutLimit,
  'one-big-reply': withoutLimit,
  'same-results-again': allOverAgain,
  'state-queued': slowly('Queued'),
  'state-unknown': slowly('Unknown'),
  'completed-early': alwaysCompleted,
  'results-shuffled': shuffledPages,
}

const LIMIT_QUIRKS: Readonly<Partial<Record<QuirkName, Partial<SearchSessionLimits>>>> = {
  'one-big-reply': { maxPageResults: Infinity },
  'one-search-session': { maxSessions: 1 },
  // The shortest that the specification allows a device.
  'token-expires': { maxKeepAliveMs: 10_000 },
}

/** How a recorder with these quirks gives results, given how one without any does. */
export function withPagingQuirks(take: TakePage, quirks: QuirkSet): TakePage {
  return chosenFrom(PAGING_QUIRKS, quirks).reduce((quirky, quirk) => quirk(quirky), take)
}

/** What bounds the sessions of a recorder with these quirks. */
export function withLimitQuirks(limits: SearchSessionLimits, quirks: QuirkSet): SearchSessionLimits {
  return Object.assign({ ...limits }, ...chosenFrom(LIMIT_QUIRKS, quirks)) as SearchSessionLimits
}

function withoutLimit(take: TakePage): TakePage {
  return (request) => take({ ...request, maxResults: undefined })
}

function allOverAgain(take: TakePage): TakePage {
  const finished: { readonly [Kind in SearchKind]: Map<string, readonly SearchResultOf[Kind][]> } = {
    recordings: new Map(),
    events: new Map(),
  }
  const growing: typeof finished = { recordings: new Map(), events: new Map() }
  return async (request) => {
    const { kind, token } = request
    const all = finished[kind].get(token)
    if (all !== undefined) return { results: all, state: 'Completed' }
    const next = await take(request)
    const results = [...(growing[kind].get(token) ?? []), ...next.results]
    growing[kind].delete(token)
    remember(next.state === 'Completed' ? finished[kind] : growing[kind], token, results, MAX_REMEMBERED_RESULTS)
    return { results, state: 'Searching' }
  }
}

function slowly(state: 'Queued' | 'Unknown'): PagingQuirk {
  return (take) => {
    const polls = new Map<string, number>()
    return async (request) => {
      const { token, maxResults } = request
      const poll = (polls.get(token) ?? 0) + 1
      remember(polls, token, poll)
      // Asking for nothing keeps the session alive, and finds out whether there is one.
      const limit = poll <= EMPTY_POLLS ? 0 : Math.min(maxResults ?? Infinity, SLOW_PAGE_RESULTS)
      const page = await take({ ...request, maxResults: limit, ...(limit === 0 && { waitMs: 0 }) })
      if (page.state !== 'Completed') return { ...page, state }
      // A search without any results is over before it seems to begin; so is the session.
      polls.delete(token)
      return page
    }
  }
}

function alwaysCompleted(take: TakePage): TakePage {
  const pageResults = new Map<string, number>()
  return async (request) => {
    const { token, maxResults } = request
    const limit = pageResults.get(token) ?? 1
    remember(pageResults, token, 2 * limit)
    const page = await take({ ...request, maxResults: Math.min(maxResults ?? Infinity, limit) })
    return { ...page, state: 'Completed' }
  }
}

function shuffledPages(take: TakePage): TakePage {
  return async (request) => {
    const page = await take(request)
    return { ...page, results: shuffled(page) }
  }
}

/** Every second result, backwards, then the others: the same for the same page, and never in order when there are three. */
function shuffled<Result>({ results }: Page<Result>): readonly Result[] {
  const odd = results.filter((_, index) => index % 2 === 1)
  const even = results.filter((_, index) => index % 2 === 0)
  return [...odd.toReversed(), ...even]
}

function remember<Value>(map: Map<string, Value>, token: string, value: Value, most = MAX_REMEMBERED): void {
  map.delete(token)
  map.set(token, value)
  for (const oldest of map.keys()) {
    if (map.size <= most) return
    map.delete(oldest)
  }
}
