import { readFile } from 'node:fs/promises'
import t from 'tap'
import { inCheckout } from '../../checkout.js'
import { jsonLines, viewnet } from './viewnet.js'

const EXAMPLE = inCheckout('docs/examples/bench.yaml')

t.test('bench check says good of the example, and warns of variables that are not set [issue 6]', async (t) => {
  const { status, stdout, stderr } = await viewnet(['bench', 'check', EXAMPLE], { env: { CAMERA_PASSWORD: 'sesame' } })
  t.equal(status, 0)
  t.match(stdout, /: good: 3 devices\n$/)
  t.match(stderr, /^warning: .*bench\.yaml:\d+:\d+: devices\.1\.power\.snmp\.community\.env: .*SWITCH_COMMUNITY/)
  t.notMatch(stderr, 'sesame')
})

t.test('bench check --json keeps its contract [issue 6, JSON contracts]', async (t) => {
  const wrong = (await readFile(EXAMPLE, 'utf8')).replace('flaky: 0.3', 'flaky: 3')
  const cwd = t.testdir({ 'bench.yaml': wrong })
  const bad = await viewnet(['bench', 'check', 'bench.yaml', '--json'], { cwd })
  t.equal(bad.status, 3)
  t.strictSame(jsonLines(bad.stdout), [
    {
      valid: false,
      errors: [{ line: 36, column: 12, path: 'devices.2.flaky', expected: 'at most 1', got: '3' }],
      warnings: [],
    },
  ])
  const good = await viewnet(['bench', 'check', EXAMPLE, '--json'])
  t.equal(good.status, 0)
  t.match(jsonLines(good.stdout), [{ valid: true, errors: [] }])
  const absent = await viewnet(['bench', 'check', 'absent.yaml', '--json'], { cwd })
  t.equal(absent.status, 3)
  t.match(jsonLines(absent.stdout), [{ valid: false, errors: [{ line: 1, column: 1, expected: 'a file to read' }] }])
})
