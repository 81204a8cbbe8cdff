import fc from 'fast-check'
import t from 'tap'
import { makeContents } from '../../../../devices/simulated/contents.js'
import type { QuirkName, SimulatedRecorder } from '../../../../devices/simulated/index.js'
import { layOut } from '../../../../devices/simulated/quirks/contents-quirks.js'
import { truthCount, truthOf } from '../../../../devices/simulated/truth.js'
import { call, recordingResults, text, texts } from '../soap-client.js'
import { allEvents, allRecordings, begin, sourcesOf, started, tracksOf, trueIntervals, videoIntervals } from './wire.js'

interface Case {
  readonly quirk: QuirkName
  readonly shows: string
  /** What the wire says beyond the intervals being those of the truth. */
  readonly check: (told: {
    readonly recordings: readonly string[]
    readonly intervals: readonly string[]
    readonly summary: string
    readonly recorder: SimulatedRecorder
  }) => boolean
}

const startsOf = (intervals: readonly string[]) => intervals.map((interval) => interval.split(' ')[1]!)
const spansOf = (intervals: readonly string[]) => intervals.map((interval) => interval.split(' ').slice(1).join(' '))

const CASES: readonly Case[] = [
  {
    quirk: 'one-recording',
    shows: 'one recording, a video track for each channel, all on channel 1',
    check: ({ recordings, recorder }) =>
      recordings.length === 1 &&
      tracksOf(recordings[0]!, 'Video').length === 4 &&
      recorder.channels === 1 &&
      [...recorder.truth()].every(({ channel }) => channel === 1),
  },
  {
    quirk: 'recording-per-clip',
    shows: 'as many recordings as intervals',
    check: ({ recordings, intervals }) =>
      recordings.length === intervals.length && new Set(sourcesOf(recordings)).size === 4,
  },
  {
    quirk: 'starts-1970',
    shows: 'on each of 4 channels an interval that began in 1970',
    check: ({ intervals, summary }) =>
      startsOf(intervals).filter((start) => start.startsWith('1970-01-01T00:')).length === 4 &&
      startsOf(intervals).includes('1970-01-01T00:00:00.000Z') &&
      text(summary, 'DataFrom') === '1970-01-01T00:00:00.000Z',
  },
  {
    quirk: 'empty-recordings',
    shows: 'recordings without tracks, and some with bounds of 1970',
    check: ({ recordings, summary }) =>
      recordings.length === 12 &&
      recordings.filter((each) => !each.includes('<tt:Track>')).length === 4 &&
      recordings.filter((each) => texts(each, 'DataTo')[0] === '1970-01-01T00:00:00.000Z').length === 4 &&
      recordings.filter((each) => text(each, 'RecordingStatus') === 'Initiated').length === 8 &&
      !summary.includes('1970'),
  },
  {
    quirk: 'zero-recordings-with-data',
    shows: 'a summary of 0 recordings from some time on',
    check: ({ summary }) =>
      text(summary, 'NumberRecordings') === '0' && text(summary, 'DataFrom') < text(summary, 'DataUntil'),
  },
  {
    quirk: 'overlapping-spans',
    shows: 'every source twice, and next intervals that begin before the last is over',
    check: ({ recordings, recorder }) => {
      const channel = [...recorder.truth()].filter((record) => record.channel === 1)
      return (
        recordings.length === 8 &&
        channel.slice(1).every(({ start }, index) => start < channel[index]!.end!) &&
        new Set(channel.map(({ recording }) => recording)).size === 2
      )
    },
  },
  {
    quirk: 'identical-spans',
    shows: 'spans that are there twice, with identities of their own',
    check: ({ intervals, recorder }) => {
      const spans = spansOf(intervals)
      const pairs = spans.length - new Set(spans).size
      return pairs >= 28 && new Set([...recorder.truth()].map(({ key }) => key)).size === 60
    },
  },
  {
    quirk: 'still-recording',
    shows: 'one interval without end on every channel',
    check: ({ recordings, intervals }) =>
      intervals.filter((interval) => interval.endsWith(' null')).length === 4 &&
      recordings.every((each) => text(each, 'RecordingStatus') === 'Recording'),
  },
  {
    quirk: 'extra-tracks',
    shows: 'one video track among five others',
    check: ({ recordings }) =>
      recordings.every(
        (each) =>
          tracksOf(each, 'Video').length === 1 &&
          tracksOf(each, 'Audio').length === 2 &&
          tracksOf(each, 'Metadata').length === 2 &&
          tracksOf(each, 'Extended').length === 1,
      ),
  },
]

for (const { quirk, shows, check } of CASES) {
  t.test(`${quirk}: ${shows}`, async (t) => {
    const recorder = await started(t, { quirks: [quirk], recordings: 60, seed: 5 })
    const { url } = recorder
    const intervals = await videoIntervals(url)
    t.equal(recorder.recordingCount, 60)
    t.same(intervals, trueIntervals(recorder), 'the truth is what the events of the video tracks say')
    const summary = (await call(url, 'search', '<tse:GetRecordingSummary/>')).text
    t.ok(check({ recordings: await allRecordings(url), intervals, summary, recorder }))
    t.equal(recorder.expectedFailure, undefined)
  })
}

t.test('no-events: the truth is one coarse record for each video track', async (t) => {
  const recorder = await started(t, { quirks: ['no-events'], recordings: 60, seed: 5 })
  t.same(await allEvents(recorder.url, { startState: true }), [])
  const told = (await allRecordings(recorder.url)).map((recording) => {
    const [track] = tracksOf(recording, 'Video')
    const bounds = recording.split(`<tt:TrackToken>${track}<`)[1]!
    const identity = `${text(recording, 'RecordingToken')}/${track}`
    return `${identity} ${texts(bounds, 'DataFrom')[0]} ${texts(bounds, 'DataTo')[0]}`
  })
  t.same([...recorder.truth()].map(({ identity, start, end }) => `${identity} ${start} ${end}`).sort(), told.toSorted())
  t.equal(recorder.recordingCount, 4)
  t.ok([...recorder.truth()].every(({ coarse }) => coarse === true))

  const running = await started(t, { quirks: ['no-events', 'still-recording'], recordings: 60 })
  t.ok([...running.truth()].every(({ end }) => end === null))
})

t.test(
  'one-big-reply: over 7 MB and 10,000 recordings at once, of which only the real ones hold anything',
  async (t) => {
    const recorder = await started(t, { quirks: ['one-big-reply'], recordings: 60, seed: 5 })
    const token = await begin(recorder.url, 'recordings')
    const { text: reply } = await call(
      recorder.url,
      'search',
      recordingResults(token, '<tse:MaxResults>9</tse:MaxResults>'),
    )
    const recordings = reply.split('</tt:RecordingInformation>').slice(0, -1)
    t.ok(recordings.length > 10_000 && reply.length > 7_000_000, `${recordings.length}, ${reply.length} octets`)
    t.match(reply, '<tt:SearchState>Completed<')
    t.equal(recordings.filter((recording) => recording.includes('<tt:Track>')).length, 4)
    t.equal([...recorder.truth()].length, 60)
  },
)

t.test(
  'whatever the quirks, there are exactly as many intervals as asked for, in order, each with its own key',
  async (t) => {
    const layouts: readonly QuirkName[] = [
      'starts-1970',
      'overlapping-spans',
      'identical-spans',
      'extra-tracks',
      'empty-recordings',
      'recording-per-clip',
    ]
    const seed = Number(process.env['SEED'] ?? 20_260_101)
    t.comment(`seed ${seed}`)
    fc.assert(
      fc.property(
        fc.subarray([...layouts]),
        fc.boolean(),
        fc.record({
          recordings: fc.integer({ min: 0, max: 40 }),
          channels: fc.integer({ min: 1, max: 7 }),
          seed: fc.integer({ min: 0, max: 0xffffffff }),
          stillRecording: fc.boolean(),
          videoOnly: fc.boolean(),
        }),
        (chosen, isOne, plan) => {
          const quirks = new Set<QuirkName>([
            ...chosen.filter((name) => !(isOne && name === 'recording-per-clip')),
            ...(isOne ? (['one-recording'] as const) : []),
          ])
          const contents = layOut(makeContents({ ...plan, newestMs: Date.UTC(2026, 0) }), quirks)
          const truth = [...truthOf(contents)]
          const places = truth.map(({ start, channel, key }) => [start, String(channel).padStart(5), key].join(' '))
          const tokens = contents.recordings.map(({ token }) => token)
          return (
            truth.length === plan.recordings &&
            truthCount(contents, 'intervals') === plan.recordings &&
            new Set(truth.map(({ key }) => key)).size === truth.length &&
            new Set(tokens).size === tokens.length &&
            truth.every(({ start, end }) => end === null || start < end) &&
            places.every((place, index) => index === 0 || places[index - 1]! < place)
          )
        },
      ),
      { seed, numRuns: 300 },
    )
  },
)
