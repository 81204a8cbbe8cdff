import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import t from 'tap'
import { SimulatedRecorder, type TruthRecord } from '../../../devices/simulated/index.js'
import { makeContents, type ContentsPlan } from '../../../devices/simulated/contents.js'
import { searchEvents, type EventResult } from '../../../devices/simulated/event-search.js'
import { truthOf } from '../../../devices/simulated/truth.js'

const NEWEST_MS = Date.UTC(2026, 0)
const PLAN: ContentsPlan = {
  recordings: 200,
  channels: 4,
  seed: 1,
  newestMs: NEWEST_MS,
  stillRecording: false,
  videoOnly: false,
}

const anyPlan: fc.Arbitrary<ContentsPlan> = fc.record({
  recordings: fc.oneof(fc.nat(12), fc.nat(400)),
  channels: fc.integer({ min: 1, max: 40 }),
  seed: fc.nat(0xffffffff),
  newestMs: fc.constant(NEWEST_MS),
  stillRecording: fc.boolean(),
  videoOnly: fc.boolean(),
})

function allEvents(plan: ContentsPlan): EventResult[] {
  const { recordings } = makeContents(plan)
  const search = searchEvents({
    recordings,
    startMs: 0,
    endMs: undefined,
    topics: () => true,
    includeStartState: false,
    maxMatches: undefined,
  })
  const events: EventResult[] = []
  for (let next = search.results.next(); next.done !== true; next = search.results.next()) events.push(next.value)
  return events
}

/** What a correct client makes of the events: a state machine for each video track. */
function intervalsOf(events: readonly EventResult[]): { identity: string; end: string | null }[] {
  const open = new Map<string, string>()
  const intervals: { identity: string; end: string | null }[] = []
  for (const { property, atMs, value } of events) {
    if (property.track?.type !== 'Video') continue
    const track = `${property.recording.token}/${property.track.token}`
    const at = new Date(atMs).toISOString()
    if (value) open.set(track, at)
    else {
      intervals.push({ identity: `${track}/${open.get(track)}`, end: at })
      open.delete(track)
    }
  }
  for (const [track, start] of open) intervals.push({ identity: `${track}/${start}`, end: null })
  return intervals.toSorted(byIdentity)
}

t.test('holds exactly as many video intervals as asked, and the truth is what the events say', async (t) => {
  const seed = Date.now() % 0x7fffffff
  t.comment(`seed ${seed}`)
  fc.assert(
    fc.property(anyPlan, (plan) => {
      const truth = [...truthOf(makeContents(plan))]
      if (truth.length !== plan.recordings) return false
      const told = truth.map(({ identity, end }) => ({ identity, end })).toSorted(byIdentity)
      return JSON.stringify(told) === JSON.stringify(intervalsOf(allEvents(plan)))
    }),
    { seed, numRuns: 150 },
  )
})

t.test('holds 100,000 intervals as its events say', async (t) => {
  const plan = { ...PLAN, recordings: 100_000, channels: 8 }
  const ends = new Map(intervalsOf(allEvents(plan)).map(({ identity, end }) => [identity, end]))
  t.equal(ends.size, 100_000)
  let wrong = 0
  for (const record of truthOf(makeContents(plan))) wrong += ends.get(record.identity) === record.end ? 0 : 1
  t.equal(wrong, 0)
})

t.test('keeps the promises of its contents for any plan', async (t) => {
  const seed = Date.now() % 0x7fffffff
  t.comment(`seed ${seed}`)
  fc.assert(
    fc.property(anyPlan, (plan) => {
      const { recordings } = makeContents(plan)
      const counts = recordings.map(
        (each) => each.tracks.find((track) => track.type === 'Video')?.dataPresent.intervalCount ?? 0,
      )
      const timelines = recordings.flatMap((each) => [each.running, ...each.tracks.map((track) => track.dataPresent)])
      return (
        recordings.length === plan.channels &&
        new Set(recordings.map((each) => each.token)).size === plan.channels &&
        counts.filter((count) => count > 0).length === Math.min(plan.recordings, plan.channels) &&
        recordings.every(({ tracks }) => tracks.length === 0 || tracks.length === (plan.videoOnly ? 1 : 3)) &&
        timelines.every((timeline) => {
          const changesMs = Array.from({ length: timeline.changeCount }, (_, index) => timeline.changeMs(index)!)
          return (
            changesMs.every((atMs, index) => Number.isInteger(atMs) && (index === 0 || atMs > changesMs[index - 1]!)) &&
            changesMs.every((atMs) => atMs > 0 && atMs < NEWEST_MS) &&
            timeline.isOpen === (plan.stillRecording && changesMs.length > 0)
          )
        })
      )
    }),
    { seed, numRuns: 150 },
  )
})

t.test('spreads the resources unevenly over the channels, and lists these in another order', async (t) => {
  const { recordings } = makeContents({ ...PLAN, channels: 12 })
  const counts = recordings.map((recording) => recording.tracks[0]!.dataPresent.intervalCount)
  t.ok(new Set(counts).size > 1, `counts ${counts.join(' ')}`)
  t.not(recordings.map((recording) => recording.channel).join(), '1,2,3,4,5,6,7,8,9,10,11,12')
})

t.test('has sound and metadata that a naive client would count wrong', async (t) => {
  const events = allEvents(PLAN)
  const beginnings = (type: string | undefined) =>
    events.filter((event) => event.value && event.property.track?.type === type).length
  t.equal(beginnings('Video'), 200)
  for (const type of ['Audio', 'Metadata', undefined]) t.not(beginnings(type), 200, type ?? 'recording state')
})

t.test('gives the same contents for the same seed on any day, and others for another', async (t) => {
  const keys = (plan: ContentsPlan) => [...truthOf(makeContents(plan))].map((record) => record.key).join()
  t.equal(keys(PLAN), keys({ ...PLAN }))
  t.not(keys(PLAN), keys({ ...PLAN, seed: 2 }))
  t.equal(keys(PLAN), keys({ ...PLAN, videoOnly: true }), 'whatever stands beside the video')
  const digest = createHash('sha256').update(keys(PLAN)).digest('hex').slice(0, 16)
  t.equal(digest, 'c43f6dc1a3922ba5', 'pinned: contents never change from release to release')
})

t.test('tells the truth in the order of the protocol, each key from its identity [protocol 2, 3]', async (t) => {
  const records = [...new SimulatedRecorder({ recordings: 300, channels: 7, seed: 5 }).truth()]
  const sorted = records.toSorted((a, b) => compare(a.start, b.start) || a.channel - b.channel || compare(a.key, b.key))
  t.same(records, sorted)
  for (const record of records) {
    const octets = createHash('sha256').update(Buffer.from(record.identity)).digest().subarray(0, 8)
    const isWhole =
      record.identity === `${record.recording}/${record.track}/${record.start}` &&
      record.key === octets.toString('hex') &&
      record.end !== null &&
      record.end > record.start
    if (!isWhole) t.fail('a record contradicts itself', { record })
  }
  t.match(records[0]?.start, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})

t.test('leaves the last resource of every channel without an end while it records', async (t) => {
  const records = [...new SimulatedRecorder({ recordings: 20, channels: 3, stillRecording: true }).truth()]
  const open = records.filter((record) => record.end === null)
  t.same(
    open.map((record) => record.channel).toSorted((a, b) => a - b),
    [1, 2, 3],
  )
  for (const { channel, start } of open) {
    t.ok(records.every((record) => record.channel !== channel || record.start <= start))
  }
})

t.test('writes the truth as JSON lines', async (t) => {
  const file = join(t.testdir(), 'truth.ndjson')
  const recorder = new SimulatedRecorder({ recordings: 321, seed: 3 })
  await recorder.writeTruth(file)
  const lines = readFileSync(file, 'utf8').split('\n')
  t.equal(lines.pop(), '')
  t.same(
    lines.map((line) => JSON.parse(line) as TruthRecord),
    [...recorder.truth()],
  )
  await recorder.writeTruth(file)
  t.equal(readFileSync(file, 'utf8').split('\n').length, 322, 'a second writing replaces the first')

  const nothing = new SimulatedRecorder({ recordings: 0 })
  await nothing.writeTruth(file)
  t.equal(readFileSync(file, 'utf8'), '')
  await t.rejects(recorder.writeTruth(join(file, 'below-a-file')), { code: 'ENOTDIR' })
})

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function byIdentity(a: { readonly identity: string }, b: { readonly identity: string }): number {
  return compare(a.identity, b.identity)
}
