import { readFile } from 'node:fs/promises'
import t from 'tap'
import { inCheckout } from '../../checkout.js'
import { jsonLines, viewnet } from './viewnet.js'

// Commands take their second to start, beside each other as well.
t.jobs = 3
const EXAMPLE = inCheckout('docs/examples/bench.yaml')

t.test(
  'bench check says good of the example, and warns of variables that are not set [issue 6]',
  { buffered: true },
  async (t) => {
    const { status, stdout, stderr } = await viewnet(['bench', 'check', EXAMPLE], {
      env: { CAMERA_PASSWORD: 'sesame' },
    })
    t.equal(status, 0)
    t.match(stdout, /: good: 3 devices\n$/)
    t.match(stderr, /^warning: .*bench\.yaml:\d+:\d+: devices\.1\.power\.snmp\.community\.env: .*SWITCH_COMMUNITY/)
    t.notMatch(stderr, 'sesame')
  },
)

t.test('bench check warns of a password that stands in the file', { buffered: true }, async (t) => {
  const device =
    '{ number: 00001-00020-00300-00007, driver: onvif, url: http://192.0.2.17/, user: u, password: sesame }'
  const cwd = t.testdir({ 'bench.yaml': `devices: [${device}]\n` })
  const { status, stderr } = await viewnet('bench check bench.yaml', { cwd })
  t.equal(status, 0)
  t.match(stderr, /^warning: bench\.yaml:1:\d+: devices\.0\.password: expected .*\{ env: NAME \}, got the password of/)
  t.notMatch(stderr, 'sesame')
})

t.test('bench check --json keeps its contract [issue 6, JSON contracts]', { buffered: true }, async (t) => {
  const wrong = (await readFile(EXAMPLE, 'utf8')).replace('flaky: 0.3', 'flaky: 3')
  const cwd = t.testdir({ 'bench.yaml': wrong })
  const check = (file: string): ReturnType<typeof viewnet> => viewnet(['bench', 'check', file, '--json'], { cwd })
  const [bad, good, absent] = await Promise.all([check('bench.yaml'), check(EXAMPLE), check('absent.yaml')])
  t.equal(bad.status, 3)
  t.strictSame(jsonLines(bad.stdout), [
    {
      valid: false,
      errors: [{ line: 36, column: 12, path: 'devices.2.flaky', expected: 'at most 1', got: '3' }],
      warnings: [],
    },
  ])
  t.equal(good.status, 0)
  t.match(jsonLines(good.stdout), [{ valid: true, errors: [] }])
  t.equal(absent.status, 3)
  t.match(jsonLines(absent.stdout), [{ valid: false, errors: [{ line: 1, column: 1, expected: 'a file to read' }] }])
})

t.test('certify --list tells every case, and which of them a plan chooses', { buffered: true }, async (t) => {
  const all = await viewnet(['certify', '--list'])
  t.equal(all.status, 0)
  t.match(all.stdout, /^ reach +the device is reached .* \[device\]$/m)
  t.match(all.stdout, /^\(twenty-power-cycles\) .* \[power, long\]$/m, 'what does not run is in brackets')
  const plan =
    'devices: [{ number: 00001-00020-00300-00007, driver: simulated }]\nplan: { cases: { include: [replay] } }\n'
  const cwd = t.testdir({ 'bench.yaml': plan })
  const { stdout } = await viewnet('certify --list --bench bench.yaml --json', { cwd })
  const [{ cases } = { cases: [] }] = jsonLines(stdout) as { cases: { id: string; chosen: boolean }[] }[]
  t.strictSame(
    cases.filter(({ chosen }) => chosen).map(({ id }) => id),
    ['reach', 'list', 'replay-describe'],
  )
})
