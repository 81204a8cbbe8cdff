import t from 'tap'
import { historyListing, historyPage } from '../../../harness/cli/history-page.js'
import type { DeviceHistory } from '../../../harness/history/index.js'

const NUMBER = '00001-00020-00300-00007'
const NIGHT_MS = 24 * 3600_000

const attempt = (at: number, verdict: 'pass' | 'fail', why = ''): DeviceHistory['attempts'][number] => ({
  run: `r${at}`,
  night: `n${at}`,
  startedAtMs: Date.UTC(2026, 0, 1, 22) + at * NIGHT_MS,
  verdict,
  why,
  report: `${NUMBER}/attempt-1`,
})

const trend = (
  measurement: string,
  unit: string,
  values: readonly number[],
  heldTo: string | null = null,
): DeviceHistory['trends'][number] => ({
  measurement,
  unit,
  points: values.map((value, at) => ({ atMs: at * NIGHT_MS, value })),
  median: values[Math.floor(values.length / 2)] ?? 0,
  latest: values.at(-1) ?? 0,
  heldTo,
})

const told: DeviceHistory = {
  device: NUMBER,
  model: 'NVR-16',
  firmware: '5.2.1',
  attempts: [attempt(0, 'pass'), attempt(1, 'fail', 'list: no answer'), attempt(2, 'fail', 'list: no answer')],
  flake: { score: 0.25, low: 0.046, high: 0.5, runs: 4 },
  trends: [
    trend('list/listing time', 'ms', [100, 100, 250], '≤ 300'),
    trend('list/resources', 'resources', [60, 60, 60]),
    trend('clean/duration', 'ms', [1, 2, 3]),
    trend('loss-30/resent', 'packets', [1, 2, 3]),
  ],
  lastPassAtMs: attempt(0, 'pass').startedAtMs,
  changedSinceLastPass: [{ what: 'firmware', before: '5.1.0', now: '5.2.1\u001b[2J' }],
}
const page = (change: Partial<DeviceHistory> = {}, all = false): string =>
  historyPage({ ...told, ...change }, { all, report: 'n2/attempt-1/report.html' })

t.test('tells attempts, how sure the flake score is, and what changed since the last pass [issue 6, Nights]', (t) => {
  const text = page()
  t.match(text, /^00001-00020-00300-00007 {2}NVR-16 5\.2\.1\n/)
  t.match(text, /3 attempts, the latest last: ✓✗✗\n/)
  t.match(text, /2026-01-02 22:00 UTC {2}✗ fail {2}list: no answer\n.*2026-01-03 22:00 UTC {2}✗ fail {2}the same\n/)
  t.match(text, /page of the latest: n2\/attempt-1\/report\.html/)
  t.match(text, /Flake score: 25 % \(.*a coin\), 95 % sure between 5 % and 50 %, from 4 attempts/)
  t.match(text, /It last passed 2026-01-01 22:00 UTC\. Since then changed:\n {2}firmware: 5\.1\.0 → 5\.2\.1 \[2J\n/)
  t.notMatch(text.replaceAll('\n', ''), /\p{Cc}/u, 'no terminal obeys a device')
  t.end()
})

t.test('nothing changed, never passed, and passed just now are three things', (t) => {
  t.match(page({ changedSinceLastPass: [] }), /Since then nothing changed that is recorded: model, firmware, /)
  t.match(page({ lastPassAtMs: undefined, changedSinceLastPass: [] }), /It never passed, as far as/)
  const passed = { attempts: [attempt(0, 'fail'), attempt(1, 'pass')], changedSinceLastPass: [] }
  t.match(page(passed), /The latest attempt passed\./)
  t.match(page({ flake: undefined }), /Flake score: unknown/)
  t.end()
})

t.test('shows how the device itself moved; exchanges, and what never moved, are asked for', (t) => {
  t.match(page(), /list\/listing time .*▁▁█ .*100 .*250 .*ms .*\+150 % .*≤ 300/)
  t.notMatch(page(), /list\/resources|clean\/duration|loss-30/)
  t.match(page(), /3 measurements of exchanges, or that never moved, are left out; --all shows them/)
  t.match(page({}, true), /list\/resources[^]*clean\/duration[^]*loss-30\/resent/)
  t.notMatch(page({}, true), /left out/)
  t.end()
})

t.test('lists every device in a line, the longest history too', (t) => {
  const long = {
    ...told,
    attempts: Array.from({ length: 300 }, (_, at) => attempt(at, at % 2 === 0 ? 'pass' : 'fail')),
  }
  const text = historyListing([
    { told, attempts: 3 },
    { told: { ...long, device: '00001-00020-00300-00008', flake: undefined }, attempts: 500 },
  ])
  t.match(text, /00007 .*NVR-16 5\.2\.1 .*fail .*2026-01-03 22:00 UTC .*3 .*✓✗✗ .*25 %/)
  t.match(text, /00008 .*500 .*…(✓✗){10} .*\?/)
  t.end()
})
