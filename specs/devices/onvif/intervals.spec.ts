import * as fc from 'fast-check'
import t from 'tap'
import { IntervalBuilder } from '../../../devices/onvif/intervals.js'
import type { StateEvent } from '../../../devices/onvif/state-event.js'

const NO_BOUNDS = { dataFromMs: undefined, dataToMs: undefined }

interface Case {
  readonly name: string
  /** `recording/track`, and what is known of it: recording `r`, track `v` when left out. */
  readonly bounds?: { readonly dataFromMs?: number; readonly dataToMs?: number; readonly isRecording?: boolean }
  /** Events as `TIME±`, `+` data and `-` no data; `@` before it: start state; `i`: initialized; `R`: of the recording; `a`: of an audio track. */
  readonly events: string
  /** Intervals as `START-END`; `START-` still records; `~` before it: coarse. */
  readonly intervals: string
}

const CASES: readonly Case[] = [
  { name: 'one interval', events: '@0- 10+ 20-', intervals: '10-20' },
  { name: 'two intervals and the gap between', events: '@0- 10+ 20- 30+ 40-', intervals: '10-20 30-40' },
  { name: 'two segments that touch', events: '@0- 10+ 20- 20+ 30-', intervals: '10-20 20-30' },
  {
    name: 'two segments that touch, told the wrong way round',
    events: '@0- 10+ 20+ 20- 30-',
    intervals: '10-20 20-30',
  },
  { name: 'a start told twice', events: '@0- 10+ 12+ 20-', intervals: '10-20' },
  { name: 'an end told twice', events: '@0- 10+ 20- 25-', intervals: '10-20' },
  { name: 'an interval without length', events: '@0- 10+ 10- 20+ 30-', intervals: '20-30' },
  {
    name: 'data at the start of the search: since the oldest data',
    bounds: { dataFromMs: 5 },
    events: '@0+ 20-',
    intervals: '5-20',
  },
  { name: 'data at the start, oldest data unknown', events: '@3+ 20-', intervals: '3-20' },
  { name: 'a start state repeated later says nothing', events: '@0- 10+ @15- 20-', intervals: '10-20' },
  { name: 'a start state told last counts first', events: '10+ 20- @0-', intervals: '10-20' },
  {
    name: 'a history that begins with an end',
    bounds: { dataFromMs: 5 },
    events: '20- 30+ 40-',
    intervals: '5-20 30-40',
  },
  {
    name: 'a device that was started without data',
    bounds: { dataFromMs: 5 },
    events: 'i20- 30+ 40-',
    intervals: '30-40',
  },
  { name: 'no start state', events: '10+ 20-', intervals: '10-20' },
  { name: 'events of one page out of order', events: '30+ 20- 40- 10+', intervals: '10-20 30-40' },
  {
    name: 'still open while the device records',
    bounds: { dataToMs: 90, isRecording: true },
    events: '10+',
    intervals: '10-',
  },
  {
    name: 'still open, but the device records no more: ends with the data',
    bounds: { dataToMs: 90 },
    events: '10+',
    intervals: '10-90',
  },
  { name: 'opened after the device described the track', bounds: { dataToMs: 90 }, events: '95+', intervals: '95-' },
  { name: 'opened at the end of the data', bounds: { dataToMs: 90 }, events: '90+', intervals: '' },
  { name: 'no events at all: the bounds', bounds: { dataFromMs: 5, dataToMs: 90 }, events: '', intervals: '~5-90' },
  {
    name: 'no events while it records',
    bounds: { dataFromMs: 5, dataToMs: 90, isRecording: true },
    events: '',
    intervals: '~5-',
  },
  { name: 'no events, no data', bounds: { dataFromMs: 5, dataToMs: 5 }, events: '', intervals: '' },
  { name: 'no events, bounds untold', events: '', intervals: '' },
  {
    name: 'a start state without data tells less than the bounds',
    bounds: { dataFromMs: 5, dataToMs: 90 },
    events: '@0-',
    intervals: '~5-90',
  },
  {
    name: 'only the audio track has events: the bounds',
    bounds: { dataFromMs: 5, dataToMs: 90 },
    events: 'a10+ a20-',
    intervals: '~5-90',
  },
  { name: 'audio beside video', events: 'a1+ 10+ a12- 20- a25+', intervals: '10-20' },
  { name: 'only the recording has events', events: '@R0- R10+ R20- R30+ R40-', intervals: '10-20 30-40' },
  { name: 'events of the recording and of the track: the track’s', events: 'R1+ 10+ 20- R50-', intervals: '10-20' },
  { name: 'events of the recording first, of the track later', events: 'R1+ R2- R3+ R4- 10+ 20-', intervals: '10-20' },
  { name: 'a start state of audio without data: the recording’s', events: '@a0- R10+ R20-', intervals: '10-20' },
  {
    name: 'what a recording job wrote has been overwritten',
    bounds: { dataFromMs: 25 },
    events: 'R10+ R20- R30+ R40-',
    intervals: '30-40',
  },
  {
    name: 'a stopped recording job is no sign of data',
    bounds: { dataFromMs: 5 },
    events: 'R20- R30+ R40-',
    intervals: '30-40',
  },
]

function parseEvents(text: string): StateEvent[] {
  return text.split(' ').flatMap((word) => {
    const match = /^(@|i)?(R|a)?(\d+)([+-])$/.exec(word)
    if (!match) return []
    const [, origin, subject, time, state] = match
    return [
      {
        subject: subject === 'R' ? 'recording' : 'track',
        recordingToken: 'r',
        trackToken: subject === 'R' ? '' : subject === 'a' ? 'a' : 'v',
        timeMs: Number(time),
        isPresent: state === '+',
        origin: origin === '@' ? 'start-state' : origin === 'i' ? 'initial' : 'change',
      },
    ]
  })
}

for (const { name, bounds, events, intervals } of CASES) {
  t.test(`${name} [search Recording Event Descriptions]`, (t) => {
    const track = { recordingToken: 'r', trackToken: 'v', isRecording: false, ...NO_BOUNDS, ...bounds }
    const builder = new IntervalBuilder([track])
    const built = [...builder.receive(parseEvents(events)), ...builder.finish()]
    const told = built.map(({ startMs, endMs, isCoarse }) => `${isCoarse ? '~' : ''}${startMs}-${endMs ?? ''}`)
    t.equal(told.join(' '), intervals)
    t.end()
  })
}

t.test('refuses events of a track that go back in time from page to page', (t) => {
  const builder = new IntervalBuilder([{ recordingToken: 'r', trackToken: 'v', isRecording: false, ...NO_BOUNDS }])
  builder.receive(parseEvents('10+ 20-'))
  t.throws(() => builder.receive(parseEvents('15+')), {
    name: 'EventOrderError',
    message: /1970-01-01T00:00:00.015Z after .*020Z/,
  })
  t.end()
})

t.test('tells an interval as soon as it is complete', (t) => {
  const builder = new IntervalBuilder([{ recordingToken: 'r', trackToken: 'v', isRecording: false, ...NO_BOUNDS }])
  t.same(builder.receive(parseEvents('10+')), [])
  t.match(builder.receive(parseEvents('20-')), [{ startMs: 10, endMs: 20 }])
  t.same([...builder.finish()], [])
  t.end()
})

t.test('passes over recordings and tracks that it was not told of', (t) => {
  const builder = new IntervalBuilder([])
  t.same(builder.receive(parseEvents('10+ 20- R30+')), [])
  t.same([...builder.finish()], [])
  t.end()
})

t.test('returns the intervals of any histories, however their events are interleaved, paged and repeated', (t) => {
  // Whole histories are made first, so what must come out is known without building anything.
  const history = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 50 })), { maxLength: 12 })
    .map((steps) => {
      let timeMs = 0
      return steps.map(([gapMs, lengthMs]) => {
        const startMs = timeMs + gapMs
        timeMs = startMs + lengthMs
        return { startMs, endMs: timeMs }
      })
    })
  const seed = Number(process.env['VIEWNET_SEED'] ?? 20_261_122)
  t.comment(`seed ${seed}`)
  fc.assert(
    fc.property(
      fc.array(history, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 9 }),
      (histories, pageSize) => {
        const tracks = histories.map((_, index) => ({
          recordingToken: `r${index % 2}`,
          trackToken: `v${index}`,
          isRecording: false,
          ...NO_BOUNDS,
        }))
        const events = histories
          .flatMap((spans, index): StateEvent[] => {
            const of = {
              subject: 'track',
              recordingToken: `r${index % 2}`,
              trackToken: `v${index}`,
              origin: 'change',
            } as const
            return spans.flatMap(({ startMs, endMs }) => [
              { ...of, timeMs: startMs, isPresent: true },
              { ...of, timeMs: endMs, isPresent: false },
            ])
          })
          .sort((a, b) => a.timeMs - b.timeMs)
        const builder = new IntervalBuilder(tracks)
        const built = []
        for (let index = 0; index < events.length; index += pageSize)
          built.push(...builder.receive(events.slice(index, index + pageSize)))
        built.push(...builder.finish())
        const told = built.map(({ track, startMs, endMs }) => `${track.trackToken} ${startMs} ${endMs}`)
        const expected = histories.flatMap((spans, index) =>
          spans.map(({ startMs, endMs }) => `v${index} ${startMs} ${endMs}`),
        )
        return told.sort().join('\n') === expected.sort().join('\n')
      },
    ),
    { seed, numRuns: 500 },
  )
  t.end()
})
