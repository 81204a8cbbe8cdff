import * as fc from 'fast-check'
import t from 'tap'
import type { SimulatedRecording } from '../../../devices/simulated/contents.js'
import { searchEvents, type EventQuery, type EventResult } from '../../../devices/simulated/event-search.js'
import { Timeline } from '../../../devices/simulated/timeline.js'

/** A recording whose job ran from 10 to 60, with video from 10 to 20 and from 30 to 40, and sound from 20 on. */
const RECORDING = recordingOf('R1', [10, 60], { VIDEO001: [10, 20, 30, 40], AUDIO001: [20] })

function recordingOf(token: string, running: number[], tracks: Record<string, number[]>): SimulatedRecording {
  return {
    token,
    channel: 1,
    sourceToken: 'VideoSource_1',
    sourceId: 'urn:source',
    sourceName: 'Camera',
    location: 'Bench',
    running: new Timeline(running),
    tracks: Object.entries(tracks).map(([name, changesMs]) => ({
      token: name,
      type: name.startsWith('V') ? 'Video' : 'Audio',
      dataPresent: new Timeline(changesMs),
    })),
  }
}

function find(query: Partial<EventQuery>): string[] {
  const search = searchEvents({
    recordings: [RECORDING],
    startMs: 0,
    endMs: undefined,
    topics: () => true,
    includeStartState: false,
    maxMatches: undefined,
    ...query,
  })
  const events: EventResult[] = []
  while (events.length < search.count) events.push(search.results.next().value as EventResult)
  if (query.maxMatches === undefined && search.results.next().done !== true) throw new Error('more results than told')
  return events.map(({ property, atMs, value, isStartState }) => {
    return `${atMs} ${property.track?.token ?? 'recording'} ${value ? 'on' : 'off'}${isStartState ? ' (state)' : ''}`
  })
}

t.test('finds everything from StartPoint on, ordered by time [Recording Search, FindEvents]', async (t) => {
  t.same(find({}), [
    '10 recording on',
    '10 VIDEO001 on',
    '20 VIDEO001 off',
    '20 AUDIO001 on',
    '30 VIDEO001 on',
    '40 VIDEO001 off',
    '60 recording off',
  ])
})

t.test(
  'searches backward when EndPoint is before StartPoint, telling values as they were [Recording Search, FindEvents]',
  async (t) => {
    t.same(find({ startMs: 100, endMs: 0 }), find({}).toReversed())
  },
)

t.test('counts both ends of the range in', async (t) => {
  const expected = ['20 VIDEO001 off', '20 AUDIO001 on', '30 VIDEO001 on']
  t.same(find({ startMs: 20, endMs: 30 }), expected)
  t.same(find({ startMs: 30, endMs: 20 }), expected.toReversed())
  t.same(find({ startMs: 20.5, endMs: 29.5 }), [])
})

t.test('tells the state at StartPoint in virtual events [Recording Search, FindEvents]', async (t) => {
  t.same(find({ startMs: 30, endMs: 35, includeStartState: true }), [
    '30 recording on (state)',
    '30 VIDEO001 off (state)',
    '30 AUDIO001 on (state)',
    '30 VIDEO001 on',
  ])
})

t.test('tells the state at both ends of a backward search [Recording Search, FindEvents]', async (t) => {
  t.same(find({ startMs: 35, endMs: 20, includeStartState: true }), [
    '35 recording on (state)',
    '35 VIDEO001 on (state)',
    '35 AUDIO001 on (state)',
    '30 VIDEO001 on',
    '20 AUDIO001 on',
    '20 VIDEO001 off',
    '20 recording on (state)',
    '20 VIDEO001 on (state)',
    '20 AUDIO001 off (state)',
  ])
})

t.test('tells only states whose topic is asked for', async (t) => {
  const topics = (topic: readonly string[]) => topic.includes('Recording')
  t.same(find({ startMs: 15, includeStartState: true, topics }), ['15 recording on (state)', '60 recording off'])
})

t.test('stops at MaxMatches, virtual events included', async (t) => {
  t.same(find({ maxMatches: 2 }), ['10 recording on', '10 VIDEO001 on'])
  t.equal(find({ maxMatches: 4, includeStartState: true }).length, 4)
  t.equal(find({ maxMatches: 1000 }).length, 7)
})

t.test('merges any number of histories as sorting all of them would', async (t) => {
  const seed = Date.now() % 0x7fffffff
  t.comment(`seed ${seed}`)
  const changes = fc.uniqueArray(fc.nat(60), { maxLength: 12 }).map((list) => list.toSorted((a, b) => a - b))
  const range = fc.record({ startMs: fc.nat(60), endMs: fc.nat(60) })
  fc.assert(
    fc.property(fc.array(changes, { maxLength: 20 }), range, (histories, { startMs, endMs }) => {
      const recordings = histories.map((history, index) => recordingOf(`R${index}`, history, {}))
      const [oldest, newest] = [Math.min(startMs, endMs), Math.max(startMs, endMs)]
      const all = histories.flatMap((history, rank) =>
        history.map((atMs, index) => ({ atMs, rank, on: index % 2 === 0 })),
      )
      const inside = all.filter(({ atMs }) => atMs >= oldest && atMs <= newest)
      const expected = inside.toSorted((a, b) => a.atMs - b.atMs || a.rank - b.rank)
      if (endMs < startMs) expected.reverse()
      const found = find({ recordings, startMs, endMs })
      return (
        JSON.stringify(found) ===
        JSON.stringify(expected.map(({ atMs, on }) => `${atMs} recording ${on ? 'on' : 'off'}`))
      )
    }),
    { seed, numRuns: 300 },
  )
})

t.test('finds moments in a timeline as a linear search would', async (t) => {
  const timeline = new Timeline([5, 6, 9])
  for (let moment = 0; moment < 12; moment += 0.5) {
    const atOrAfter = [5, 6, 9].findIndex((change) => change >= moment)
    const after = [5, 6, 9].findIndex((change) => change > moment)
    t.equal(timeline.indexAtOrAfter(moment), atOrAfter === -1 ? 3 : atOrAfter)
    t.equal(timeline.indexAfter(moment), after === -1 ? 3 : after)
  }
  t.equal(timeline.isOpen, true)
  t.equal(timeline.intervalCount, 2)
  t.equal(new Timeline([]).isOpen, false)
})
