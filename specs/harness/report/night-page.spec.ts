import t from 'tap'
import { nightPage, type NightAttempt, type NightDevice, type NightRecord } from '../../../harness/report/index.js'
import { HOSTILE } from './hostile-record.js'
import { reachesOut, readPage } from './read-page.js'

const attempt = (verdict: NightAttempt['verdict'], at: number, report = `device-1/attempt ${at}`): NightAttempt => ({
  run: `run-${at}`,
  verdict,
  why: verdict === 'pass' ? '' : `why attempt ${at} did not pass`,
  startedAt: new Date(Date.UTC(2026, 0, 31, 22, at)).toISOString(),
  durationMs: 45_000,
  report,
})

const device = (change: Partial<NightDevice> = {}): NightDevice => ({
  number: '00001-00020-00300-00007',
  name: 'north gate',
  model: 'ACME NVR-16',
  verdict: 'pass',
  attempts: [attempt('pass', 1)],
  why: '',
  ...change,
})

const night = (devices: readonly NightDevice[]): NightRecord => ({
  night: 'night-1',
  verdict: 'fail',
  startedAt: '2026-01-31T22:00:00.000Z',
  durationMs: 3_600_000,
  seed: 11,
  bench: 'bench.yaml',
  devices,
  report: 'night',
})

t.test('shows every device and its verdict, every attempt that was kept, and why [issue 6, Reports]', (t) => {
  const flaky = device({
    number: '00001-00020-00300-00008',
    name: 'south gate',
    verdict: 'pass',
    attempts: [attempt('fail', 2), attempt('pass', 3)],
    flake: { score: 0.25, low: 0.1, high: 0.45, runs: 12 },
    trends: [
      { measurement: 'boot time', unit: 'ms', points: [1, 2, 3].map((at) => ({ atMs: at, value: at * 10_000 })) },
    ],
  })
  const absent = device({ name: '', verdict: 'could-not-test', attempts: [], why: 'there was no time left' })
  const page = readPage(nightPage(night([device(), flaky, absent])))
  for (const said of ['north gate', 'south gate', '00001-00020-00300-00007', 'ACME NVR-16', 'bench.yaml', 'night-1'])
    t.ok(page.text.includes(said), said)
  for (const run of ['run-2', 'run-3']) t.ok(page.text.includes(run), `${run}: no attempt is left out`)
  t.ok(page.text.includes('why attempt 2 did not pass'))
  t.ok(page.text.includes('there was no time left'))
  t.match(page.text, 'changed its mind in 25% of 12 runs; 95 % sure that it does in 10%–45% of them')
  t.match(page.text, /boot time south gate 30\.0 s/)
  t.match(page.text, /1 could-not-test/)
  t.match(page.text, /2 pass/)
  t.end()
})

t.test(
  'says of each device that needs a person, and of no other, the one command that shows it again [issue 6, Reports]',
  (t) => {
    const again = (seed: number): string => `npx viewnet certify --seed ${seed} --bench bench.yaml`
    const attempts = [
      { ...attempt('fail', 2), reproduce: again(2) },
      { ...attempt('could-not-test', 3), reproduce: again(3) },
      { ...attempt('pass', 4), reproduce: again(4) },
    ]
    const good = device({ attempts: [{ ...attempt('pass', 1), reproduce: again(1) }] })
    const { text } = readPage(nightPage(night([good, device({ name: 'south gate', attempts })])))
    t.match(text, /pass unsteady .*south gate/, 'a pass at the third attempt is told apart')
    t.same(text.match(/--seed \d+/g), ['--seed 3'], 'the latest that did not pass')
    t.end()
  },
)

t.test('boot and listing times are trends of their own, what moved most first; other measurements stay folded', (t) => {
  const trend = (measurement: string, values: readonly number[]): NonNullable<NightDevice['trends']>[number] => ({
    measurement,
    unit: 'ms',
    points: values.map((value, atMs) => ({ atMs, value })),
  })
  const steady = device({ name: 'steady', trends: [trend('list/listing time', [100, 100, 101])] })
  const slower = device({
    name: 'slower',
    trends: [
      trend('list/listing time', [100, 100, 300]),
      trend('boot-time/boot time', [1000, 1000]),
      trend('clock-after-power-cut/boot time', [1000, 1001]),
      trend('clean/duration', [1, 2]),
      { ...trend('once', [1]), points: [1, 2].map((value) => ({ atMs: 5, value })) },
    ],
  })
  const { text } = readPage(nightPage(night([steady, slower])))
  const trends = text.slice(text.indexOf('Trends'))
  t.match(trends, /boot time slower .*listing time slower .*steady .*2 trends of other measurements/)
  t.match(trends, /2 trends of other measurements clock-after-power-cut\/boot time .*clean\/duration/)
  t.notMatch(trends, /once/, 'two values of one run are no trend')
  t.end()
})

t.test('links to the page of each attempt, relative to the night, and to nowhere else', (t) => {
  const attempts = ['device-1/attempt 1', './a', '', '../../etc', '/etc', 'javascript:alert(1)'].map((report, at) =>
    attempt('fail', at, report),
  )
  const { elements } = readPage(nightPage(night([device({ verdict: 'fail', attempts })])))
  const links = new Set(elements.flatMap(({ attributes: { href } }) => (href === undefined ? [] : [href])))
  t.same(
    [...links].sort(),
    ['#device-0', 'a/report.html', 'device-1/attempt%201/report.html', 'javascript%3Aalert(1)/report.html'],
    'a folder out of the night is no link, and a scheme is a folder like any other',
  )
  t.end()
})

t.test('is well-formed, fetches nothing and runs nothing, whatever devices say of themselves', (t) => {
  const hostile = device({
    number: HOSTILE,
    name: `<script>alert(1)</script>${HOSTILE}`,
    model: HOSTILE,
    why: HOSTILE,
    verdict: 'fail',
    attempts: [{ ...attempt('fail', 1), run: HOSTILE, why: `${HOSTILE} again`, report: HOSTILE, startedAt: HOSTILE }],
    trends: [
      {
        measurement: HOSTILE,
        unit: HOSTILE,
        points: [
          { atMs: 0, value: Number.NaN },
          { atMs: 1, value: 2 },
          { atMs: 2, value: 2 },
        ],
      },
    ],
  })
  const page = readPage(nightPage({ ...night([hostile]), night: HOSTILE, bench: HOSTILE, startedAt: HOSTILE }))
  t.same(reachesOut(page), [])
  t.ok(page.text.includes('<script>alert(1)</script>]]> <a b="c">&amp;'), 'markup is text')
  t.notMatch(page.text, /\p{Cc}|\p{Surrogate}/u)
  t.ok(
    page.elements.some(({ attributes }) => attributes['content']?.startsWith("default-src 'none'")),
    'and a browser is told so',
  )
  t.end()
})

t.test('a night without devices, and one of hundreds, are pages too', (t) => {
  t.ok(readPage(nightPage(night([]))).text.includes('night-1'))
  const many = Array.from({ length: 400 }, (_, at) => device({ name: `device ${at}` }))
  const html = nightPage(night(many))
  t.ok(readPage(html).text.includes('device 399'))
  t.ok(html.length < 1024 ** 2, `${html.length} characters`)
  t.end()
})
