import * as fc from 'fast-check'
import t from 'tap'
import { IntervalBuilder, type Interval, type SearchedRange } from '../../../devices/onvif/intervals.js'
import { RecordingTable, type ListedRecording } from '../../../devices/onvif/recording-table.js'
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
  {
    name: 'an end told again after the start at its moment, before an end',
    events: '10+ 20- 20+ 20- 30-',
    intervals: '10-20 20-30',
  },
  {
    name: 'an end told again after the start at its moment, before a start',
    events: '10+ 20- 20+ 20- 30+ 40-',
    intervals: '10-20 30-40',
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

/** Without the pauses between them. */
function intervalsOf(builder: IntervalBuilder): readonly Interval[] {
  return [...builder.finish()].filter((interval) => interval !== undefined)
}

/** A device with one recording. */
function listed(token: string, videoTracks: ListedRecording['videoTracks'], isRecording = false): RecordingTable {
  const table = new RecordingTable()
  table.set({ token, source: '', isRecording, videoTracks, otherTracks: ['a'] })
  return table
}

function parseEvents(text: string): StateEvent[] {
  return text.split(' ').flatMap((word) => {
    const match = /^(@|i)?(R|a)?(\d+)([+-])$/.exec(word)
    if (!match) return []
    const [, origin, subject, time, state] = match
    return [
      {
        subject: subject === 'R' ? 'recording' : 'track',
        recordingToken: 'r',
        foundInToken: 'r',
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
    const { isRecording = false, ...known } = bounds ?? {}
    const builder = new IntervalBuilder(listed('r', [{ token: 'v', ...NO_BOUNDS, ...known }], isRecording))
    parseEvents(events).forEach((event) => builder.receive(event))
    const built = intervalsOf(builder)
    const told = built.map(({ startMs, endMs, isCoarse }) => `${isCoarse ? '~' : ''}${startMs}-${endMs ?? ''}`)
    t.equal(told.join(' '), intervals)
    t.end()
  })
}

interface Setup {
  readonly tracks?: readonly string[]
  readonly range?: SearchedRange
}

/** Build the intervals of video tracks of recording `r`; `v` alone when left out. */
function build(events: string | readonly StateEvent[], { tracks = ['v'], range }: Setup = {}): string {
  const table = listed(
    'r',
    tracks.map((token) => ({ token, ...NO_BOUNDS })),
  )
  const builder = new IntervalBuilder(table, range)
  for (const event of typeof events === 'string' ? parseEvents(events) : events) builder.receive(event)
  return intervalsOf(builder)
    .map(({ startMs, endMs }) => `${startMs}-${endMs ?? ''}`)
    .join(' ')
}

t.test('tells two segments that touch by what comes next, when nothing came in order', (t) => {
  for (const events of ['10+ 20- 20+ 30-', '30- 20+ 20- 10+', '20- 10+ 30- 20+', '30- 10+ 20+ 20- 20- 20+ 30-']) {
    t.equal(build(events), '10-20 20-30', events)
  }
  t.equal(build('30+ 40- 10+ 10-'), '30-40', 'an interval without length holds nothing')
  t.end()
})

t.test('passes over events outside of the range that was searched [search FindEvents]', (t) => {
  const range = { fromMs: 10, toMs: 50 }
  t.equal(build('1+ 5- 10+ 20- 60+ 70-', { range }), '10-20')
  t.equal(build('1+ 10+ 20- 50+', { range }), '10-20 50-')
  t.end()
})

t.test('takes an event that names no track for the only track that it can mean', (t) => {
  const unnamed = parseEvents('10+ 20-').map((event) => ({ ...event, trackToken: '' }))
  t.equal(build(unnamed), '10-20')
  t.equal(build(unnamed, { tracks: ['', 'w'] }), '10-20', 'a track without a name is the one')
  t.equal(build(unnamed, { tracks: ['v', 'w'] }), '', 'it cannot be told which of two')
  t.end()
})

t.test('passes over recordings and tracks that it was not told of', (t) => {
  t.equal(build('10+ 20- R30+', { tracks: [] }), '')
  t.end()
})

t.test('returns the intervals of any histories, however their events are interleaved, shuffled and repeated', (t) => {
  // Whole histories are made first, so what must come out is known without building anything.
  const history = fc
    // In no order, a segment of no length beside another could be told either way.
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
      fc.infiniteStream(fc.nat()),
      (histories, numbers) => {
        const table = new RecordingTable()
        for (const recording of [0, 1]) {
          const videoTracks = histories
            .map((_, index) => ({ token: `v${index}`, ...NO_BOUNDS }))
            .filter((_, index) => index % 2 === recording)
          table.set({ token: `r${recording}`, source: '', isRecording: false, videoTracks, otherTracks: [] })
        }
        const events = histories
          .flatMap((spans, index): StateEvent[] => {
            const of = {
              subject: 'track',
              recordingToken: `r${index % 2}`,
              foundInToken: '',
              trackToken: `v${index}`,
              origin: 'change',
            } as const
            return spans.flatMap(({ startMs, endMs }) => [
              { ...of, timeMs: startMs, isPresent: true },
              { ...of, timeMs: endMs, isPresent: false },
            ])
          })
          // Any order, and every third event twice.
          .flatMap((event, index) => (index % 3 === 0 ? [event, event] : [event]))
          .map((event) => ({ event, rank: numbers.next().value }))
          .sort((a, b) => a.rank - b.rank)
        const builder = new IntervalBuilder(table)
        for (const { event } of events) builder.receive(event)
        const built = intervalsOf(builder)
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
