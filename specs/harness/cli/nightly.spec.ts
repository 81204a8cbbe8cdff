import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { History } from '../../../harness/history/index.js'
import { NUMBERS, quickBench, simulated } from './night-bench.js'
import { jsonLines, viewnet } from './viewnet.js'

interface NightJson {
  readonly night: string
  readonly verdict: string
  readonly report: string
  readonly devices: readonly {
    number: string
    model: string
    verdict: string
    why: string
    attempts: readonly { verdict: string; report: string }[]
  }[]
}

void t.test('a night certifies every device, keeps every attempt, and remembers it', async (t) => {
  const devices = [
    simulated(NUMBERS[0]!),
    // Fails at every start.
    simulated(NUMBERS[1]!, { flaky: 1 }),
    { number: NUMBERS[2], driver: 'onvif', url: 'http://127.0.0.1:1/onvif/device_service', callTimeoutMs: 500 },
  ]
  const cwd = await quickBench(t, devices)
  const ended = await viewnet('nightly --bench bench.yaml --night n1 --seed 5 --json', { cwd })
  t.equal(ended.status, 1, ended.stderr)
  const [night] = jsonLines(ended.stdout) as unknown as [NightJson]
  t.same(
    night.devices.map(({ number, verdict, attempts }) => ({ number, verdict, attempts: attempts.length })),
    [
      { number: NUMBERS[0], verdict: 'pass', attempts: 1 },
      { number: NUMBERS[1], verdict: 'fail', attempts: 2 },
      { number: NUMBERS[2], verdict: 'could-not-test', attempts: 2 },
    ],
  )
  t.match(night, { night: 'n1', verdict: 'fail' })
  t.match(night.devices[0]?.model, /Simulated Recorder/)
  t.match(ended.stderr, /00037|00027 ails, and is attempted last/, 'the check before the night saw it')
  t.match(night.devices[1]?.why, /list: /)
  for (const { attempts } of night.devices) {
    for (const { report } of attempts) {
      const record = JSON.parse(await readFile(join(night.report, report, 'run.json'), 'utf8')) as { verdict: string }
      t.ok(record.verdict)
    }
  }
  t.match(await readFile(join(night.report, 'night.html'), 'utf8'), NUMBERS[1])
  t.match(JSON.parse(await readFile(join(night.report, 'night.json'), 'utf8')), { night: 'n1', seed: 5 })

  const told = await viewnet(['history', NUMBERS[1]!, '--json'], { cwd })
  t.equal(told.status, 0, told.stderr)
  t.match(jsonLines(told.stdout)[0], {
    device: NUMBERS[1],
    model: 'Recorder',
    attempts: [{ verdict: 'fail' }, { verdict: 'fail' }],
    flake: { score: 0, runs: 2 },
    changedSinceLastPass: [],
  })
  const page = await viewnet(['history', NUMBERS[1]!], { cwd })
  t.match(page.stdout, /2 attempts, the latest last: ✗✗\n/)
  t.match(page.stdout, /Flake score: 0 % \(always the same verdict\), 95 % sure between 0 % and 50 %, from 2 attempts/)
  t.match(page.stdout, /never passed/)
  t.match(page.stdout, /page of the latest: .*attempt-2\/report\.html\n/)
  t.match((await viewnet('history --json', { cwd })).stdout, NUMBERS[0])
  t.match((await viewnet('history', { cwd })).stdout, new RegExp(`${NUMBERS[1]} .* fail .*✗✗`))
  t.match(await viewnet(['history', NUMBERS[5] ?? '00001-00020-00300-00999'], { cwd }), {
    status: 3,
    stderr: /expected a device of report\/history\.db \(.*00007, .*\), got /,
  })

  const again = await viewnet('nightly --bench bench.yaml --night n1', { cwd })
  t.equal(again.status, 3)
  t.match(again.stderr, /expected a new name for the night, got n1 again/)
})

void t.test('a name that a night has already is refused before anything is made for it', async (t) => {
  const cwd = t.testdir()
  const address = join(cwd, 'report', 'history.db')
  {
    await using history = await History.open(address)
    const night = {
      id: 'n1',
      bench: 'bench.yaml',
      seed: 3,
      report: join(cwd, 'report', 'n1'),
      plan: '{}',
      started_at_ms: 1,
    }
    await history.beginNight(night, [])
  }
  const before = await readdir(cwd, { recursive: true })
  t.match(await viewnet('nightly --night n1', { cwd }), {
    status: 3,
    stderr: /expected a new name for the night, got n1 again/,
  })
  t.same(await readdir(cwd, { recursive: true }), before)
})

void t.test('wrong usage is said', async (t) => {
  const cwd = t.testdir()
  t.match(await viewnet(['history', NUMBERS[0]!], { cwd }), {
    status: 3,
    stderr: /expected the history of a night, which 'viewnet nightly' writes, got no file 'report\/history\.db'/,
  })
  t.match(await viewnet('nightly --bench none.yaml', { cwd }), {
    status: 3,
    stderr: /none\.yaml:1:1: expected a file to read/,
  })
  t.match(await viewnet('nightly --parallel 0', { cwd }), { status: 3, stderr: /whole number of 1–64/ })
  t.match(await viewnet('nightly --budget never', { cwd }), { status: 3, stderr: /0\.01–10080 minutes/ })
  t.match(await viewnet('nightly --history mysql://x/y', { cwd }), {
    status: 3,
    stderr: /expected a file path or postgres/,
  })
})
