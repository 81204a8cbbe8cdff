import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { jsonLines, start, viewnet } from './viewnet.js'

const CONVERTER = '00001-00020-00300-04000'
const DEVICE = '00001-00020-00300-00007'
const RECORDINGS = 500
/** Any port of this machine, so that nothing is in the way of another test run. */
const ENDPOINT = 'udp://127.0.0.1'

/** A line of `--truth`, as far as it is looked at. */
interface Truth {
  readonly start: string
  readonly end: string | null
  readonly channel: number
  readonly kind: number
  readonly key: string
}

t.test('a recorder, a converter and an endpoint, each a process of its own [issue 2, Show 3]', async (t) => {
  const folder = t.testdir({})
  const truthFile = join(folder, 'truth.ndjson')
  const recorder = start(
    `simulate onvif --recordings ${RECORDINGS} --seed 3 --json --truth ${truthFile} --user admin --password sesame`,
  )
  t.teardown(() => recorder.stop('SIGKILL'))
  const recorderReady = await recorder.ready()
  t.match(recorderReady, {
    ready: true,
    url: /^http:\/\/127\.0\.0\.1:\d+\/onvif\/device_service$/,
    recordings: RECORDINGS,
    channels: 4,
    pid: recorder.process.pid,
  })
  t.same(Object.keys(recorderReady), ['ready', 'url', 'recordings', 'channels', 'pid'])

  const config = join(folder, 'serve.yaml')
  await writeFile(
    config,
    `converter:
  number: ${CONVERTER}
  link: udp://127.0.0.1:0
  peers: [${ENDPOINT}]
devices:
  - number: ${DEVICE}
    driver: onvif
    url: ${String(recorderReady['url'])}
    user: admin
    password: { env: RECORDER_PASSWORD }
`,
  )
  const converter = start(['serve', '--config', config], { env: { RECORDER_PASSWORD: 'sesame' } })
  t.teardown(() => converter.stop('SIGKILL'))
  const converterReady = await converter.ready()
  t.match(converterReady, {
    ready: true,
    link: /^udp:\/\/127\.0\.0\.1:[1-9]\d*$/,
    number: CONVERTER,
    pid: converter.process.pid,
  })
  t.same(Object.keys(converterReady), ['ready', 'link', 'number', 'pid'])

  const ask = ['request', '--to', String(converterReady['link']), '--number', CONVERTER, '--local', 'udp://127.0.0.1:0']
  const truth = jsonLines(await readFile(truthFile, 'utf8')) as unknown as readonly Truth[]
  t.equal(truth.length, RECORDINGS, '--recordings are recording resources in all')

  const whole = [...ask, '--device', DEVICE, '--drop', '0.2', '--seed', '5', '--json']
  for (const [name, options] of [
    ['full', []],
    ['selective', ['--selective']],
    ['selective with credit', ['--selective', '--window', '64']],
  ] as const) {
    await t.test(`500 of 500 under 20 % loss, ${name} resending, and the list equals the truth`, async (t) => {
      const { status, stdout } = await viewnet([...whole, ...options])
      t.equal(status, 0)
      const lines = jsonLines(stdout)
      t.same(lines[0], { type: 'response', status: 'OK', count: RECORDINGS })
      const expected = truth.map(({ start, end, channel, kind, key }, at) => {
        return { type: 'resource', sequence: at + 1, start, end, channel, kind, key }
      })
      t.same(lines.slice(1, -1), expected)
      const end = lines.at(-1) ?? {}
      t.same(Object.keys(end), ['type', 'verdict', 'received', 'count', 'rounds', 'duplicates', 'dropped'])
      t.match(end, { type: 'end', verdict: 'complete', received: RECORDINGS, count: RECORDINGS })
      t.ok(Number(end['rounds']) > 1, 'it took more than one round')
      t.ok(Number(end['dropped']) > 50, 'packets were dropped')
    })
  }

  await t.test('a time range, a channel and a limit narrow the list', async (t) => {
    const [from = '', to = ''] = [truth[100]?.start, truth[200]?.start]
    const narrow = await viewnet([
      ...ask,
      '--device',
      DEVICE,
      '--from',
      from,
      '--to-time',
      to,
      '--channel',
      '2',
      '--json',
    ])
    t.equal(narrow.status, 0)
    const wanted = truth.filter(
      ({ start, end, channel }) => channel === 2 && start < to && (end === null || end > from),
    )
    const keys = jsonLines(narrow.stdout).flatMap(({ type, key }) => (type === 'resource' ? [key] : []))
    t.ok(keys.length > 0)
    t.same(
      keys,
      wanted.map(({ key }) => key),
    )
    const limited = await viewnet([...ask, '--device', DEVICE, '--limit', '3', '--json'])
    t.match(jsonLines(limited.stdout).at(-1), { verdict: 'complete', received: 3, count: 3 })
  })

  await t.test('a device that nobody has is refused: exit 1, and the end line is there', async (t) => {
    const { status, stdout, stderr } = await viewnet([...ask, '--device', '00001-00020-00300-00008', '--json'])
    t.equal(status, 1)
    t.same(jsonLines(stdout)[0], { type: 'response', status: 'UNKNOWN_DEVICE', count: 0 })
    t.match(jsonLines(stdout).at(-1), { type: 'end', verdict: 'refused', received: 0, count: 0 })
    t.match(stderr, 'UNKNOWN_DEVICE')
  })

  await t.test('for people the list is on stdout, and everything else on stderr', async (t) => {
    const { status, stdout, stderr } = await viewnet([...ask, '--device', DEVICE, '--limit', '2'])
    t.equal(status, 0)
    t.equal(stdout.trimEnd().split('\n').length, 2)
    t.match(stdout, truth[0]?.key)
    t.match(stderr, 'complete: 2 of 2 resources')
  })

  await t.test('a reader that leaves early, as head does, is no crash', async (t) => {
    const early = start([...ask, '--device', DEVICE, '--json'])
    early.process.stdout?.destroy()
    const { status, stderr } = await early.ended
    t.equal(status, 0, 'the exchange completed all the same')
    t.notMatch(stderr, /EPIPE|\n {4}at /)
  })

  await t.test('SIGTERM and SIGINT end both daemons cleanly, with 0', async (t) => {
    for (const [daemon, signal] of [
      [converter, 'SIGTERM'],
      [recorder, 'SIGINT'],
    ] as const) {
      const { status, stdout, stderr } = await daemon.stop(signal)
      t.equal(status, 0)
      t.notMatch(stdout + stderr, 'sesame', 'no password')
      t.notMatch(stderr, /\n {4}at /)
    }
    const { stdout, stderr } = await recorder.ended
    t.equal(jsonLines(stdout).length, 1, 'with --json the ready line is alone')
    t.equal(stderr, '')
  })
})

t.test('without a converter the end line is there all the same: exit 2 [issue 2, Bad input]', async (t) => {
  const { status, stdout, stderr } = await viewnet(
    `request --to udp://127.0.0.1:9 --number ${CONVERTER} --device ${DEVICE} --local udp://127.0.0.1:0 --json`,
  )
  t.equal(status, 2)
  t.same(jsonLines(stdout), [
    { type: 'end', verdict: 'no-response', received: 0, count: 0, rounds: 0, duplicates: 0, dropped: 0 },
  ])
  t.match(stderr, /^viewnet: \S.*\n$/, 'and why, in a sentence')
})
