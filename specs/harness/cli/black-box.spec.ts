import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { RULES } from '../../../harness/verifier/index.js'
import { freeAddress } from '../certification/certified-black-box.js'
import { startBroker } from './spec-broker.js'
import { jsonLines, start, viewnet } from './viewnet.js'

const NUMBER = '00001-00020-00300-04000'
const LEFT_OPEN = RULES.filter(({ unseenByEndpoint }) => unseenByEndpoint !== undefined).map(({ id }) => id)

const devices = (url: string): string =>
  `devices: [{ number: 00001-00020-00300-00007, driver: onvif, url: '${url}' }]\n`

t.test('our own serve, another process, is certified as a black box, and all three sources say the same', async (t) => {
  const recorder = start('simulate onvif --port 0 --recordings 40 --seed 5 --json')
  t.teardown(() => recorder.stop('SIGTERM'))
  const { url } = (await recorder.ready()) as { url: string }
  const endpoint = await freeAddress()
  const cwd = t.testdir({
    'serve.yaml': `converter: { number: ${NUMBER}, link: 'udp://127.0.0.1:0', peers: ['${endpoint}'] }\n${devices(url)}`,
    'bench.yaml': devices(url),
    'box.yaml': `converter: udp://127.0.0.1:9\n${devices(url)}`,
  })
  const converter = start('serve --config serve.yaml', { cwd })
  t.teardown(() => converter.stop('SIGTERM'))
  const { link } = (await converter.ready()) as { link: string }
  const broker = await startBroker()
  t.teardown(() => broker.close())
  const follower = start(['verify', '--broker', broker.url, '--run', 'box', '--timeout', '100', '--json'])
  await broker.subscribed('/run/box/')
  const at = ['--converter', link, '--converter-number', NUMBER, '--local', endpoint]
  const run = ['certify', '--bench', 'box.yaml', ...at, '--seed', '3', '--run', 'box', '--report', 'r']
  const ended = await viewnet([...run, '--broker', broker.url, '--json'], { cwd })
  t.equal(ended.status, 0, ended.stderr)
  const [said] = jsonLines(ended.stdout)
  t.match(said, { verdict: 'pass', converter: link, sides: ['endpoint'] })
  t.match(ended.stderr, `through ${link} (black box)`)

  const followed = await follower.ended
  const sources = [followed]
  for (const file of ['packets.ndjson', 'packets.pcapng'])
    sources.push(await viewnet(['verify', join('r', file), '--json'], { cwd }))
  for (const { status, stdout } of sources) {
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
    const nobody = await freeAddress()
    const silent = ['certify', '--bench', 'bench.yaml', '--converter', nobody, '--local', await freeAddress()]
    const { status, stdout } = await viewnet(silent, { cwd })
    t.equal(status, 2)
    t.match(stdout, `${nobody} (black box)`)
    t.match(stdout, /expected an answer, got nothing at all; check its address, that it has the number/)
    t.match(stdout, /not judged by this evidence: \d+ rules, wholly or in part\n {2}request-answered: /)
  })

  await t.test('serve refuses a converter that is somebody else’s', async (t) => {
    const { status, stderr } = await viewnet('serve --config box.yaml', { cwd })
    t.equal(status, 3)
    t.match(stderr, /box\.yaml: converter: expected what to serve, .*got the address udp:\/\/127\.0\.0\.1:9 of another/)
  })
})

t.test('options for a converter at an address that do not go together are refused', async (t) => {
  const cwd = t.testdir({ 'bench.yaml': devices('http://127.0.0.1:9/') })
  for (const [typed, said] of [
    ['certify --converter udp://127.0.0.1:9', /'--converter <udp:\/\/HOST:PORT>': expected --bench FILE beside it/],
    ['certify --bench bench.yaml --converter udp://localhost:9', /--converter .*numeric/],
    [
      `certify --bench bench.yaml --converter-number ${NUMBER}`,
      /'--converter-number <N>': expected a converter to test/,
    ],
    ['certify --bench bench.yaml --local udp://127.0.0.1:0', /--local .*port of 1–65535/],
  ] as const) {
    const { status, stdout, stderr } = await viewnet(typed, { cwd })
    t.equal(status, 3, typed)
    t.equal(stdout, '')
    t.match(stderr, said)
  }
})
