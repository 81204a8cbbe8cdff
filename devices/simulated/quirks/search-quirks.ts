import type { RecorderContents } from '../contents.js'
import { searchEvents, topicOf, type EventQuery, type EventResult, type SearchEvents } from '../event-search.js'
import { propertiesOf } from '../property.js'
import type { Search } from '../search-sessions.js'
import { readSearchScope, type ReadScope } from '../services/search-scope.js'
import { NAMESPACE } from '../soap/namespaces.js'
import { chosenFrom, type QuirkSet } from './quirk-set.js'
import type { QuirkName } from './quirks.js'

/** Finds events in another way. */
type EventQuirk = (search: SearchEvents, contents: RecorderContents) => SearchEvents

const HOUR_MS = 3600 * 1000
const OLDEST_MS = Date.parse('0001-01-01T00:00:00Z')
const NEWEST_MS = Date.parse('9999-12-31T23:59:59.999Z')

/** Topics that have nothing to do with recorded data; the last one looks as if it had. */
const UNRELATED_TOPICS = [
  ['VideoSource', 'MotionAlarm'],
  ['Device', 'Trigger', 'DigitalInput'],
  ['RecordingHistory', 'Track', 'VideoParameters'],
] as const

/** The innermost first. */
const EVENT_QUIRKS: Readonly<Partial<Record<QuirkName, EventQuirk>>> = {
  'no-events': () => (query) => ({ ...searchEvents({ ...query, recordings: [] }), startMs: query.startMs }),
  'filters-ignored': (search, contents) => (query) =>
    search({ ...query, recordings: contents.recordings, startMs: 0, endMs: undefined, topics: () => true }),
  'results-shuffled': recordingByRecording,
  'events-outside-window': withOverwrittenEvents,
  'unrelated-topics': withUnrelatedEvents,
}

const SCOPE_QUIRKS: Readonly<Partial<Record<QuirkName, ReadScope>>> = {
  'filters-ignored': (_scope, contents) => contents.recordings,
  'source-filter-misused': (scope, contents) => {
    if (scope.child(NAMESPACE.tt, 'IncludedSources') !== undefined) return []
    return scope.child(NAMESPACE.tt, 'IncludedRecordings') === undefined
      ? readSearchScope(scope, contents)
      : contents.recordings
  },
}

/** How a recorder with these quirks searches its history. */
export function eventSearchOf(contents: RecorderContents, quirks: QuirkSet): SearchEvents {
  return chosenFrom(EVENT_QUIRKS, quirks).reduce<SearchEvents>((search, quirk) => quirk(search, contents), searchEvents)
}

/** How a recorder with these quirks reads search scopes. */
export function scopeReaderOf(quirks: QuirkSet): ReadScope {
  return chosenFrom(SCOPE_QUIRKS, quirks)[0] ?? readSearchScope
}

/** One search after the other: each track's events stay in order. */
function recordingByRecording(search: SearchEvents): SearchEvents {
  return (query) => {
    const searches = query.recordings.map((recording) =>
      search({ ...query, recordings: [recording], maxMatches: undefined }),
    )
    function* results(): Generator<EventResult> {
      for (const each of searches) yield* { [Symbol.iterator]: () => each.results }
    }
    const count = searches.reduce((sum, each) => sum + each.count, 0)
    return limited({ ...search({ ...query, recordings: [] }), count, results: results() }, query)
  }
}

/** A span of an hour for every property, an hour before and an hour after the window. */
function withOverwrittenEvents(search: SearchEvents): SearchEvents {
  return (query) => {
    const properties = query.recordings.flatMap(propertiesOf).filter((property) => query.topics(topicOf(property)))
    const spanFrom = (atMs: number): EventResult[] =>
      [true, false].flatMap((value) =>
        properties.map((property) => ({ property, atMs: value ? atMs : atMs + HOUR_MS, value, isStartState: false })),
      )
    const { startMs, endMs = Infinity } = query
    const isExpressible = ({ atMs }: EventResult): boolean => atMs >= OLDEST_MS && atMs <= NEWEST_MS
    const older = spanFrom(Math.min(startMs, endMs) - 2 * HOUR_MS).filter(isExpressible)
    const newer = spanFrom(Math.max(startMs, endMs) + HOUR_MS).filter(isExpressible)
    const [before, after] = endMs < startMs ? [newer.toReversed(), older.toReversed()] : [older, newer]
    const inner = search(query)
    function* results(): Generator<EventResult> {
      yield* before
      yield* { [Symbol.iterator]: () => inner.results }
      yield* after
    }
    return limited({ ...inner, count: inner.count + before.length + after.length, results: results() }, query)
  }
}

/** After every event one of another topic, at the same moment and about the same track. */
function withUnrelatedEvents(search: SearchEvents): SearchEvents {
  return (query) => {
    const inner = search(query)
    function* results(): Generator<EventResult> {
      let index = 0
      for (const event of { [Symbol.iterator]: () => inner.results }) {
        yield event
        const topic = UNRELATED_TOPICS[index % UNRELATED_TOPICS.length]!
        yield { ...event, value: index % 2 === 0, isStartState: false, topic }
        index += 1
      }
    }
    return limited({ ...inner, count: 2 * inner.count, results: results() }, query)
  }
}

function limited(search: Search<'events'>, { maxMatches }: EventQuery): Search<'events'> {
  return { ...search, count: Math.min(search.count, maxMatches ?? Infinity) }
}
