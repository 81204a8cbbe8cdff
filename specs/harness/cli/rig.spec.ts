import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SimulatedRecorder } from 'viewnet/devices/simulated'
import t from 'tap'
import { startBroker } from './spec-broker.js'
import { jsonLines, start, viewnet } from './viewnet.js'

const REPORTS = ['junit.xml', 'packets.ndjson', 'run.json', 'run.tap']

interface Contract {
  readonly run: string
  readonly verdict: string
  readonly device: string
  readonly report: string
  readonly cases: readonly { readonly outcome: string; readonly why: string }[]
}

const contracts = (stdout: string): readonly Contract[] => jsonLines(stdout) as unknown as readonly Contract[]

/** Everything that a folder holds, as one text. */
async function everythingIn(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  const texts = files
    .filter((file) => file.isFile())
    .map((file) => readFile(join(file.parentPath, file.name), 'latin1'))
  return (await Promise.all(texts)).join('\n')
}

t.test('an unreachable broker: exit 2, could-not-test, and the report is written [issue 2, Bad input]', async (t) => {
  const cwd = t.testdir({})
  const { status, stdout, stderr } = await viewnet(
    ['certify', '--broker', 'mqtt://u:sesame@127.0.0.1:1', '--json', '--report', 'r'],
    { cwd },
  )
  t.equal(status, 2)
  const [contract, ...more] = contracts(stdout)
  t.same(more, [])
  t.match(contract, { verdict: 'could-not-test', counts: { announced: 0 }, report: 'r' })
  t.ok(contract?.cases.every(({ outcome }) => outcome === 'could-not-test'))
  t.match(contract?.cases[0]?.why, /^MQTT broker mqtt:\/\/127\.0\.0\.1:1: expected a connection, got .*ECONNREFUSED/)
  t.same((await readdir(join(cwd, 'r'))).filter((name) => REPORTS.includes(name)).sort(), REPORTS)
  t.notMatch(stdout + stderr + (await everythingIn(cwd)), 'sesame', 'no password')
})

t.test('an absent device: exit 2, could-not-test, and the report is written [issue 2, Bad input]', async (t) => {
  const cwd = t.testdir({
    'bench.yaml': `devices:
  - { number: 00001-00020-00300-00007, driver: onvif, url: 'http://127.0.0.1:1/onvif/device_service' }
`,
  })
  const { status, stdout, stderr } = await viewnet(['certify', '--bench', 'bench.yaml', '--report', 'r'], { cwd })
  t.equal(status, 2)
  t.match(stdout, /verdict +│ COULD-NOT-TEST/)
  t.match(stdout, /could-not-test: reach: .*ECONNREFUSED/)
  t.match(stderr, /\[1\/\d+\] \? the device is reached .*could-not-test/)
  const record = JSON.parse(await readFile(join(cwd, 'r', 'run.json'), 'utf8')) as Contract
  t.equal(record.verdict, 'could-not-test')
  t.same([...new Set(record.cases.map(({ outcome }) => outcome))], ['could-not-test'])
})

t.test('SIGINT ends a certification soon: aborted, reported, exit 2', async (t) => {
  const cwd = t.testdir({})
  const running = start(['certify', '--seed', '1', '--recordings', '20', '--json', '--report', 'r'], { cwd })
  await running.said('[3/')
  const { status, stdout, stderr } = await running.stop('SIGINT')
  t.equal(status, 2)
  const [contract] = contracts(stdout)
  t.equal(contract?.verdict, 'could-not-test')
  const outcomes = contract?.cases.map(({ outcome }) => outcome) ?? []
  t.same(outcomes.slice(0, 3), ['pass', 'pass', 'pass'], 'what was done stays done')
  t.equal(outcomes.at(-1), 'aborted')
  t.match(stderr, 'aborted')
  t.match(JSON.stringify(contract), 'stopped by SIGINT')
  t.notMatch(stderr, /\n {4}at /)
  t.same((await readdir(join(cwd, 'r'))).filter((name) => REPORTS.includes(name)).sort(), REPORTS)
})

t.test(
  'a bench of two devices: a JSON line and a folder each, and no password anywhere [architecture, MQTT]',
  async (t) => {
    const broker = await startBroker()
    t.teardown(() => broker.close())
    const passwords = ['from-the-environment-1', 'in-the-file-2', 'of-the-broker-3']
    const [byEnvironment = '', inFile = '', ofBroker = ''] = passwords
    const recorders = [
      new SimulatedRecorder({ recordings: 4, seed: 1, user: 'admin', password: byEnvironment }),
      new SimulatedRecorder({ recordings: 0, seed: 2, user: 'admin', password: inFile }),
    ]
    const [first, second] = recorders
    for (const recorder of recorders) {
      await recorder.start()
      t.teardown(() => recorder.close())
    }
    const cwd = t.testdir({})
    // Not in the folder that is searched afterwards.
    const bench = join(t.testdirName, '..', 'two-devices.yaml')
    await writeFile(
      bench,
      `site: 实验室
broker: mqtt://bench:${ofBroker}@${new URL(broker.url).host}
devices:
  - { number: 00001-00020-00300-00007, driver: onvif, url: '${first?.url}', user: admin, password: { env: NVR } }
  - { number: 00001-00020-00300-00009, driver: onvif, url: '${second?.url}', user: admin, password: ${inFile} }
`,
    )
    const { status, stdout, stderr } = await viewnet(
      ['certify', '--bench', bench, '--report', 'r', '--json', '--seed', '3'],
      { cwd, env: { NVR: byEnvironment } },
    )
    const all = contracts(stdout)
    t.same(
      all.map(({ device }) => device),
      ['00001-00020-00300-00007', '00001-00020-00300-00009'],
    )
    t.same(
      all.map(({ report }) => report),
      ['r/00001-00020-00300-00007', 'r/00001-00020-00300-00009'],
    )
    t.equal(new Set(all.map(({ run }) => run)).size, 2, 'each is a run of its own')
    t.same(
      all.map(({ verdict }) => verdict),
      ['pass', 'pass'],
    )
    t.equal(status, 0)
    for (const { report } of all)
      t.same((await readdir(join(cwd, report))).filter((name) => REPORTS.includes(name)).sort(), REPORTS)
    t.match(stderr, /warning: .*holds the password of device 00001-00020-00300-00009 for everybody to read/)
    t.match(stderr, /warning: .*holds the password of the broker/)
    t.notMatch(stderr, /password of device 00001-00020-00300-00007/, 'nothing to warn of')

    t.ok(broker.credentials.includes(`bench:${ofBroker}`), 'the broker was told its password')
    const told = [
      stdout,
      stderr,
      await everythingIn(cwd),
      ...broker.published.map(({ topic, text }) => topic + text),
    ].join('\n')
    for (const password of passwords) {
      t.notMatch(told, password)
      t.notMatch(told, Buffer.from(password).toString('base64'))
    }
  },
)

t.test('a device whose password is not in the environment: exit 3, before the first device is touched', async (t) => {
  const cwd = t.testdir({
    'bench.yaml': `devices:
  - { number: 00001-00020-00300-00007, driver: onvif, url: 'http://127.0.0.1:1/' }
  - { number: 00001-00020-00300-00008, driver: onvif, url: 'http://127.0.0.1:1/', user: admin, password: { env: ABSENT_PASSWORD } }
`,
  })
  const { status, stdout, stderr } = await viewnet(['certify', '--bench', 'bench.yaml'], { cwd })
  t.equal(status, 3)
  t.equal(stdout, '')
  t.match(stderr, /device 00001-00020-00300-00008: environment variable ABSENT_PASSWORD is not set/)
  t.notMatch(stderr, /^run /m)
})

t.test('a port that is taken is a matter of the rig: exit 2, in a sentence', async (t) => {
  const recorder = new SimulatedRecorder({ recordings: 1 })
  await recorder.start()
  t.teardown(() => recorder.close())
  const { status, stderr } = await viewnet(['simulate', 'onvif', '--port', new URL(recorder.url).port])
  t.equal(status, 2)
  t.match(stderr, /^viewnet: simulated recorder cannot listen on .*EADDRINUSE.*\n$/)
})
