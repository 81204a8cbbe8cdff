import t from 'tap'
import type { Recording } from 'viewnet/device'
import { parseBench } from '../../../harness/bench/index.js'
import { benchDevice } from '../../../harness/certification/index.js'
import { judgeGrowth } from '../../../harness/certification/cases/recording-grows.js'
import { certified } from './certified.js'

const LISTED_AT_MS = 1_700_000_100_000

/** From and to, in seconds before the first listing; without an end it is open. */
const recording = (name: string, from: number, to?: number, more: Partial<Recording> = {}): Recording => ({
  startMs: LISTED_AT_MS - from * 1000,
  endMs: to === undefined ? undefined : LISTED_AT_MS - to * 1000,
  channel: 1,
  kinds: 0,
  identity: name,
  ...more,
})

const OLD = recording('old', 3600, 3000)
const DONE = recording('done', 600, 300)
const OPEN = recording('open', 100)
const COARSE = recording('coarse', 900, 1, { channel: 2, coarse: true })

const TABLE: readonly {
  readonly name: string
  readonly before: readonly Recording[]
  readonly after: readonly Recording[]
  readonly outcome: string
  readonly why?: RegExp
}[] = [
  { name: 'stays open', before: [OLD, DONE, OPEN], after: [OLD, DONE, OPEN], outcome: 'pass' },
  { name: 'bounds that grow', before: [COARSE], after: [{ ...COARSE, endMs: LISTED_AT_MS + 2000 }], outcome: 'pass' },
  {
    name: 'another begins',
    before: [OLD, OPEN],
    after: [OLD, OPEN, recording('new', -1, undefined, { channel: 2 })],
    outcome: 'pass',
  },
  { name: 'a full disk overwrites the oldest', before: [OLD, DONE, OPEN], after: [DONE, OPEN], outcome: 'pass' },
  {
    name: 'nothing is open',
    before: [OLD, DONE],
    after: [OLD, DONE],
    outcome: 'not-applicable',
    why: /nothing is being/,
  },
  {
    name: 'it ended meanwhile',
    before: [OLD, OPEN],
    after: [OLD, { ...OPEN, endMs: LISTED_AT_MS + 500 }],
    outcome: 'could-not-test',
    why: /ended meanwhile/,
  },
  { name: 'one is gone', before: [OLD, DONE, OPEN], after: [OLD, OPEN], outcome: 'fail', why: /'done' is gone/ },
  { name: 'the open one is gone', before: [OLD, OPEN], after: [OLD], outcome: 'fail', why: /'open' is gone/ },
  {
    name: 'one shrank',
    before: [OLD, DONE, OPEN],
    after: [OLD, { ...DONE, endMs: DONE.startMs + 1 }, OPEN],
    outcome: 'fail',
    why: /'done' shrank/,
  },
  {
    name: 'the open one had ended long ago',
    before: [OLD, OPEN],
    after: [OLD, { ...OPEN, endMs: LISTED_AT_MS - 50_000 }],
    outcome: 'fail',
    why: /was open, and had ended before/,
  },
  {
    name: 'one was left out at first',
    before: [OLD, OPEN],
    after: [OLD, OPEN, DONE],
    outcome: 'fail',
    why: /'done' was not listed at first/,
  },
]

for (const { name, before, after, outcome, why = /^$/ } of TABLE) {
  t.test(`${name}: ${outcome} [issue 6, Cases: recording grows while on]`, (t) => {
    t.match(judgeGrowth(before, after, LISTED_AT_MS), { outcome, why })
    t.end()
  })
}

t.test('a recorder that records passes; one that does not is not asked twice [issue 6, Cases]', async (t) => {
  const number = '00001-00020-00300-00007'
  const file = { devices: [{ number, driver: 'simulated', recordings: 30, quirks: ['still-recording'] }] }
  const device = await benchDevice(parseBench(JSON.stringify(file), 'bench.yaml').devices[0]!, 7)
  t.teardown(() => device.close())
  const recording = await certified(t.testdir({}), ['reach', 'list', 'recording-grows'], { device })
  t.match(recording.cases.at(-1), { id: 'recording-grows', outcome: 'pass', why: '' })
  t.match(recording.cases.at(-1)?.measurements[1], { name: 'open or growing', value: 4, unit: 'resources' })
  const idle = await certified(t.testdir({}), ['reach', 'list', 'recording-grows'])
  t.match(idle.cases.at(-1), { outcome: 'not-applicable', why: 'nothing is being recorded' })
})
