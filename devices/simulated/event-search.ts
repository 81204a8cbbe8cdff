import type { SimulatedRecording } from './contents.js'
import { mergeChanges, propertiesOf, type Property, type PropertyRange } from './property.js'
import type { Search } from './search-sessions.js'
import type { TopicFilter } from './topic-filter.js'

/** One event as FindEvents finds it. */
export interface EventResult {
  readonly property: Property
  /** When, in ms since 1970. */
  readonly atMs: number
  /** What the property became: recording or not, data present or not. */
  readonly value: boolean
  /** True: a virtual event that tells the state at an end of the search, where nothing happened. */
  readonly isStartState: boolean
  /** Below `tns1:`, where the event is of another topic than the property's own. */
  readonly topic?: readonly string[]
}

/** What FindEvents asks for. */
export interface EventQuery {
  readonly recordings: readonly SimulatedRecording[]
  /** Where the search starts, ms since 1970; may have a fraction. */
  readonly startMs: number
  /** Where it stops; before `startMs`: the search runs backward. `undefined`: forward without end. */
  readonly endMs: number | undefined
  readonly topics: TopicFilter
  readonly includeStartState: boolean
  /** The search is complete after this many results, virtual ones included. */
  readonly maxMatches: number | undefined
}

/** Begins a search of the recording history. */
export type SearchEvents = (query: EventQuery) => Search<'events'>

/** The topics of a recorder's events below `tns1:`. */
export const RECORDING_STATE_TOPIC = ['RecordingHistory', 'Recording', 'State'] as const
export const TRACK_STATE_TOPIC = ['RecordingHistory', 'Track', 'State'] as const

/** The topic of a property's events. */
export function topicOf(property: Property): readonly string[] {
  return property.track === undefined ? RECORDING_STATE_TOPIC : TRACK_STATE_TOPIC
}

/**
 * Search the recording history. Both ends belong to the range. The state at an end that is searched from is what stood just before it in the
 * direction of time, so that a change at that very moment follows as an event of its own.
 *
 * @see ONVIF Recording Search specification, FindEvents: forward searches tell the state at StartPoint, backward ones at both ends
 */
export function searchEvents(query: EventQuery): Search<'events'> {
  const properties = query.recordings.flatMap(propertiesOf).filter((property) => query.topics(topicOf(property)))
  const endMs = query.endMs ?? Infinity
  const isBackward = endMs < query.startMs
  const oldestMs = isBackward ? endMs : query.startMs
  const newestMs = isBackward ? query.startMs : endMs
  const ranges = properties.map((property): PropertyRange => ({
    property,
    from: property.timeline.indexAtOrAfter(oldestMs),
    to: property.timeline.indexAfter(newestMs),
  }))
  const changeCount = ranges.reduce((sum, range) => sum + (range.to - range.from), 0)
  const stateCount = query.includeStartState ? properties.length * (isBackward ? 2 : 1) : 0

  function* results(): Generator<EventResult> {
    if (query.includeStartState) {
      yield* ranges.map((range) => stateAt(range, query.startMs, isBackward ? range.to : range.from))
    }
    for (const { property, index, atMs } of mergeChanges(ranges, isBackward ? 'backward' : 'forward')) {
      yield { property, atMs, value: property.timeline.valueAfter(index), isStartState: false }
    }
    if (query.includeStartState && isBackward) yield* ranges.map((range) => stateAt(range, endMs, range.from))
  }

  return {
    kind: 'events',
    count: Math.min(changeCount + stateCount, query.maxMatches ?? Infinity),
    results: results(),
    startMs: query.startMs,
    reachedMs: (event) => event.atMs,
  }
}

/** The virtual event that tells a property's state before its change at `index`. */
function stateAt({ property }: PropertyRange, atMs: number, index: number): EventResult {
  return { property, atMs, value: property.timeline.valueAfter(index - 1), isStartState: true }
}
