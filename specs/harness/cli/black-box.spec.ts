import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { RULES } from '../../../harness/verifier/index.js'
import { freeAddress } from '../certification/certified-black-box.js'
import { startBroker } from './spec-broker.js'
import { jsonLines, start, viewnet } from './viewnet.js'

const NUMBER = '00001-00020-00300-04000'
const LEFT_OPEN = RULES.filter(({ unseenByEndpoint }) => unseenByEndpoint !== undefined).map(({ id }) => id)

/** Of each kind one, for the whole catalogue takes a minute: it runs with VIEWNET_ALL_CASES=1. */
const CASES = ['reach', 'list', 'clean', 'loss-selective', 'repeated-request', 'corrupted', 'unknown-device']
const planOf = (cases: readonly string[]): string =>
  process.env['VIEWNET_ALL_CASES'] === '1' ? '' : `plan: { cases: { include: [${cases.join(', ')}] } }\n`

const devices = (url: string): string =>
  `devices: [{ number: 00001-00020-00300-00007, driver: onvif, url: '${url}' }]\n`

t.test('our own serve, another process, is certified as a black box, and all three sources say the same', async (t) => {
  const recorder = start('simulate onvif --port 0 --recordings 40 --seed 5 --json')
  t.teardown(() => recorder.stop('SIGTERM'))
  const { url } = (await recorder.ready()) as { url: string }
  const endpoint = await freeAddress()
  const cwd = t.testdir({
    'serve.yaml': `converter: { number: ${NUMBER}, link: 'udp://127.0.0.1:0', peers: ['${endpoint}'] }\n${devices(url)}`,
    'bench.yaml': `${planOf(['reach', 'clean'])}${devices(url)}`,
    'box.yaml': `converter: udp://127.0.0.1:9\n${planOf(CASES)}${devices(url)}`,
  })
  const converter = start('serve --config serve.yaml', { cwd })
  t.teardown(() => converter.stop('SIGTERM'))
  const { link } = (await converter.ready()) as { link: string }
  const broker = await startBroker()
  t.teardown(() => broker.close())
  const follower = start(['verify', '--broker', broker.url, '--run', 'box', '--timeout', '100', '--json'])
  await broker.subscribed('/run/box/')
  // They wait for nobody else, and most of the time: so they run beside it.
  const nobody = await freeAddress()
  const silent = viewnet(['certify', '--bench', 'bench.yaml', '--converter', nobody, '--local', await freeAddress()], {
    cwd,
  })
  const refused = viewnet('serve --config box.yaml', { cwd })
  const at = ['--converter', link, '--converter-number', NUMBER, '--local', endpoint]
  const run = ['certify', '--bench', 'box.yaml', ...at, '--seed', '3', '--run', 'box', '--report', 'r']
  const ended = await viewnet([...run, '--broker', broker.url, '--json'], { cwd })
  t.equal(ended.status, 0, ended.stderr)
  const [said] = jsonLines(ended.stdout)
  t.match(said, { verdict: 'pass', converter: link, sides: ['endpoint'] })
  t.match(ended.stderr, `through ${link} (black box)`)

  const followed = await follower.ended
  const files = ['packets.ndjson', 'packets.pcapng'].map((file) =>
    viewnet(['verify', join('r', file), '--json'], { cwd }),
  )
  for (const { status, stdout } of [followed, ...(await Promise.all(files))]) {
    t.equal(status, 0)
    const [verdict] = jsonLines(stdout)
    const { notJudged, exchanges } = verdict as { notJudged: { rule: string }[]; exchanges: unknown }
    t.strictSame(
      notJudged.map(({ rule }) => rule),
      LEFT_OPEN,
    )
    t.match(verdict, { verdict: 'pass', evidence: { totals: 'checked' } })
    t.strictSame(notJudged, (said as { notJudged: unknown }).notJudged)
    t.strictSame(exchanges, (jsonLines(followed.stdout)[0] as { exchanges: unknown }).exchanges)
  }
  const record = JSON.parse(await readFile(join(cwd, 'r', 'run.json'), 'utf8')) as Record<string, unknown>
  t.match(record, { sides: ['endpoint'], reproduce: new RegExp(`--converter .*${NUMBER} --local `) })

  await t.test('nobody at the address: could-not-test, 2, and the summary says who was asked', async (t) => {
    const { status, stdout } = await silent
    t.equal(status, 2)
    t.match(stdout, `${nobody} (black box)`)
    t.match(stdout, /expected an answer, got nothing at all; check its address, that it has the number/)
    t.match(stdout, /not judged by this evidence: \d+ rules, wholly or in part\n {2}request-answered: /)
  })

  await t.test('serve refuses a converter that is somebody else’s', async (t) => {
    const { status, stderr } = await refused
    t.equal(status, 3)
    t.match(stderr, /box\.yaml: converter: expected what to serve, .*got the address udp:\/\/127\.0\.0\.1:9 of another/)
  })
})

t.test('options for a converter at an address that do not go together are refused', async (t) => {
  const cwd = t.testdir({ 'bench.yaml': devices('http://127.0.0.1:9/') })
  const typedAndSaid = [
    ['certify --converter udp://127.0.0.1:9', /'--converter <udp:\/\/HOST:PORT>': expected --bench FILE beside it/],
    ['certify --bench bench.yaml --converter udp://localhost:9', /--converter .*numeric/],
    [
      `certify --bench bench.yaml --converter-number ${NUMBER}`,
      /'--converter-number <N>': expected a converter to test/,
    ],
    ['certify --bench bench.yaml --local udp://127.0.0.1:0', /--local .*port of 1–65535/],
  ] as const
  const all = typedAndSaid.map(async ([typed, said]) => {
    const { status, stdout, stderr } = await viewnet(typed, { cwd })
    t.equal(status, 3, typed)
    t.equal(stdout, '')
    t.match(stderr, said)
  })
  await Promise.all(all)
})
