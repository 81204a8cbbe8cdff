import * as fc from 'fast-check'
import t from 'tap'
import type { EventResult } from '../../../devices/simulated/event-search.js'
import {
  SearchSessions,
  type Search,
  type SearchSessionLimits,
  type TakeOutcome,
  type TakeRequest,
} from '../../../devices/simulated/search-sessions.js'

const LIMITS: SearchSessionLimits = {
  maxSessions: 3,
  maxPageResults: 50,
  maxKeepAliveMs: 60_000,
  maxWaitMs: 30_000,
  searchMs: 0,
}
const KEEP_ALIVE_MS = 10_000

/** A search whose results are told apart by their time alone. */
function searchOf(count: number): Search<'events'> {
  function* results(): Generator<EventResult> {
    for (let number = 1; number <= count; number++) yield { atMs: number } as EventResult
  }
  return { kind: 'events', count, results: results(), startMs: 0, reachedMs: (event) => event.atMs }
}

function open(sessions: SearchSessions, count: number, nowMs = 0): string {
  const token = sessions.open(searchOf(count), KEEP_ALIVE_MS, nowMs)
  if (token === undefined) throw new Error('no session left')
  return token
}

function take(sessions: SearchSessions, token: string, nowMs: number, request: Partial<TakeRequest> = {}) {
  const whole: TakeRequest = {
    minResults: undefined,
    maxResults: undefined,
    waitMs: undefined,
    askedAtMs: nowMs,
    ...request,
  }
  return sessions.take('events', token, whole, nowMs)
}

function told(outcome: TakeOutcome<EventResult>): string {
  if (outcome.type === 'wait') return `wait until ${outcome.untilMs}`
  if (outcome.type === 'unknown') return 'unknown'
  const numbers = outcome.results.map((event) => event.atMs)
  return `${numbers[0] ?? ''}-${numbers.at(-1) ?? ''}${outcome.completed ? ' completed' : ''}`
}

t.test(
  'gives every result once, in order, whatever the page sizes [Recording Search, GetEventSearchResults]',
  async (t) => {
    const seed = Date.now() % 0x7fffffff
    t.comment(`seed ${seed}`)
    const scenario = fc.record({ count: fc.nat(200), pages: fc.infiniteStream(fc.integer({ min: 1, max: 70 })) })
    fc.assert(
      fc.property(scenario, ({ count, pages }) => {
        const sessions = new SearchSessions(LIMITS)
        const token = open(sessions, count)
        const seen: number[] = []
        for (const maxResults of pages) {
          const outcome = take(sessions, token, 0, { maxResults })
          if (outcome.type !== 'results' || outcome.results.length > Math.min(maxResults, 50)) return false
          seen.push(...outcome.results.map((event) => event.atMs))
          if (outcome.completed) break
          if (outcome.results.length === 0) return false
        }
        return seen.length === count && seen.every((atMs, index) => atMs === index + 1)
      }),
      { seed },
    )
  },
)

t.test('ends the session with the last result [Recording Search, "Search Session"]', async (t) => {
  const sessions = new SearchSessions(LIMITS)
  const token = open(sessions, 3)
  t.equal(told(take(sessions, token, 0, { maxResults: 2 })), '1-2')
  t.equal(told(take(sessions, token, 0, { maxResults: 2 })), '3-3 completed')
  t.equal(told(take(sessions, token, 0)), 'unknown')
  t.equal(sessions.end(token, 0), undefined, 'EndSearch after completion is an error')
  t.equal(sessions.openCount(0), 0)
})

t.test('completes an empty search at once', async (t) => {
  const sessions = new SearchSessions(LIMITS)
  t.equal(told(take(sessions, open(sessions, 0), 0)), '- completed')
})

t.test('adapts a page to what it can send [Recording Search, GetEventSearchResults]', async (t) => {
  const sessions = new SearchSessions(LIMITS)
  const token = open(sessions, 120)
  t.equal(told(take(sessions, token, 0, { minResults: 1000 })), '1-50')
  t.equal(told(take(sessions, token, 0, { maxResults: 1000 })), '51-100')
  t.equal(told(take(sessions, token, 0, { maxResults: 0 })), '-')
  t.equal(told(take(sessions, token, 0)), '101-120 completed')
})

t.test('blocks until MinResults are there, WaitTime is over or the search is complete', async (t) => {
  const sessions = new SearchSessions({ ...LIMITS, searchMs: 1000 })
  const token = open(sessions, 10)
  t.equal(told(take(sessions, token, 0, { minResults: 3 })), 'wait until 300')
  t.equal(told(take(sessions, token, 299, { minResults: 3, askedAtMs: 0 })), 'wait until 300')
  t.equal(told(take(sessions, token, 300, { minResults: 3, askedAtMs: 0 })), '1-3')
  t.equal(told(take(sessions, token, 300, { minResults: 5, waitMs: 100 })), 'wait until 400')
  t.equal(told(take(sessions, token, 400, { minResults: 5, waitMs: 100, askedAtMs: 300 })), '4-4')
  t.equal(
    told(take(sessions, token, 400, { maxResults: 2 })),
    'wait until 600',
    'MaxResults when nothing else is asked',
  )
  t.equal(told(take(sessions, token, 450, { waitMs: 0 })), '-', 'nothing new, and no time to wait')
  t.equal(told(take(sessions, token, 700)), 'wait until 1000')
  t.equal(told(take(sessions, token, 1000, { askedAtMs: 700 })), '5-10 completed')
})

t.test('keeps an empty search going for its time', async (t) => {
  const sessions = new SearchSessions({ ...LIMITS, searchMs: 1000 })
  const token = open(sessions, 0)
  t.equal(told(take(sessions, token, 0)), 'wait until 1000')
  t.equal(told(take(sessions, token, 500, { waitMs: 0 })), '-')
  t.equal(told(take(sessions, token, 1000)), '- completed')
})

t.test('adapts a WaitTime that is too long', async (t) => {
  const sessions = new SearchSessions({ ...LIMITS, searchMs: 100_000 })
  t.equal(told(take(sessions, open(sessions, 10), 0, { minResults: 10, waitMs: 90_000 })), 'wait until 30000')
})

t.test(
  'forgets a session when KeepAliveTime passed without a request [Recording Search, "Search Session"]',
  async (t) => {
    const sessions = new SearchSessions(LIMITS)
    const token = open(sessions, 10)
    t.equal(told(take(sessions, token, 9999, { maxResults: 1 })), '1-1')
    t.equal(told(take(sessions, token, 19_998, { maxResults: 1 })), '2-2', 'each request starts the time anew')
    t.equal(told(take(sessions, token, 29_998)), 'unknown')
    t.equal(sessions.openCount(29_998), 0)
  },
)

t.test('keeps a session alive while a request waits for it, and KeepAliveTime after the answer', async (t) => {
  const sessions = new SearchSessions({ ...LIMITS, searchMs: 25_000 })
  const token = open(sessions, 10)
  t.equal(told(take(sessions, token, 0)), 'wait until 25000')
  t.equal(told(take(sessions, token, 25_000, { askedAtMs: 0 })), '1-10 completed')
})

t.test('never shortens the life of a session for a request that waits longer', async (t) => {
  const sessions = new SearchSessions({ ...LIMITS, searchMs: 25_000 })
  const token = open(sessions, 10)
  t.equal(told(take(sessions, token, 0)), 'wait until 25000')
  t.equal(told(take(sessions, token, 0, { waitMs: 0 })), '-', 'another request, which does not wait')
  t.equal(told(take(sessions, token, 25_000, { askedAtMs: 0 })), '1-10 completed')
})

t.test('adapts a KeepAliveTime that is too long', async (t) => {
  const sessions = new SearchSessions(LIMITS)
  const token = sessions.open(searchOf(5), 1e9, 0)
  t.ok(token)
  t.equal(sessions.openCount(59_999), 1)
  t.equal(sessions.openCount(60_000), 0)
})

t.test('refuses one session more than it can hold, until one has gone', async (t) => {
  const sessions = new SearchSessions(LIMITS)
  const tokens = [open(sessions, 1), open(sessions, 1), open(sessions, 1)]
  t.equal(sessions.open(searchOf(1), KEEP_ALIVE_MS, 0), undefined)
  sessions.end(tokens[0]!, 0)
  t.ok(sessions.open(searchOf(1), KEEP_ALIVE_MS, 0))
  t.equal(sessions.open(searchOf(1), KEEP_ALIVE_MS, 0), undefined)
  t.ok(sessions.open(searchOf(1), KEEP_ALIVE_MS, KEEP_ALIVE_MS), 'expired sessions make room')
})

t.test('never uses a token again [Recording Search, "Search Session"]', async (t) => {
  const sessions = new SearchSessions(LIMITS)
  const tokens = new Set<string>()
  for (let times = 0; times < 1000; times++) {
    const token = open(sessions, 1)
    tokens.add(token)
    sessions.end(token, 0)
  }
  t.equal(tokens.size, 1000)
})

t.test('tells at EndSearch how far it had come, and frees whoever waits [Recording Search, EndSearch]', async (t) => {
  const sessions = new SearchSessions(LIMITS)
  t.equal(sessions.end(open(sessions, 10), 0), 0, 'not begun: StartPoint')
  const token = open(sessions, 10)
  take(sessions, token, 0, { maxResults: 4 })
  t.equal(sessions.end(token, 0), 4)
  t.equal(sessions.end(token, 0), undefined)

  const slow = new SearchSessions({ ...LIMITS, searchMs: 1000 })
  const blocked = open(slow, 10)
  const outcome = take(slow, blocked, 0)
  slow.end(blocked, 10)
  t.equal(outcome.type === 'wait' && outcome.ended.aborted, true)
})

t.test('refuses to give results of one kind to a request for the other', async (t) => {
  const sessions = new SearchSessions(LIMITS)
  const token = open(sessions, 1)
  const request = { minResults: undefined, maxResults: undefined, waitMs: undefined, askedAtMs: 0 }
  t.equal(sessions.take('recordings', token, request, 0).type, 'unknown')
  t.equal(told(take(sessions, token, 0)), '1-1 completed', 'and leaves the session as it was')
})
