import { createRequire } from 'node:module'
import t from 'tap'
import { viewnet } from './viewnet.js'

const NUMBERS = ['--number', '00001-00020-00300-04000', '--device', '00001-00020-00300-00007']
const REQUEST = ['request', '--to', 'udp://127.0.0.1:9', ...NUMBERS]

/** What was typed, and what must be said of it. */
interface Mistake {
  readonly typed: readonly string[]
  readonly said: readonly (string | RegExp)[]
}

const MISTAKES: readonly Mistake[] = [
  { typed: [], said: ['Usage: viewnet'] },
  { typed: ['certfy'], said: ["unknown command 'certfy'", 'Did you mean certify?'] },
  { typed: ['certify', '--sed', '3'], said: ["unknown option '--sed'", 'Did you mean --seed?'] },
  { typed: [...REQUEST, '--selectiv'], said: ["unknown option '--selectiv'", 'Did you mean --selective?'] },
  { typed: ['certify', 'bench.yaml'], said: ['too many arguments', 'Expected 0 arguments but got 1'] },
  { typed: ['certify', '--seed', '-1'], said: ['--seed <N>', '0–4294967295', "got '-1'"] },
  { typed: ['certify', '--broker', 'mqt://u:sesame@h'], said: ['--broker <url>', 'mqtt://HOST:PORT', 'mqt://…@h'] },
  { typed: ['certify', '--bench', 'absent.yaml'], said: ['absent.yaml', 'expected a file', 'ENOENT'] },
  { typed: ['certify', '--bench', 'b', '--recordings', '3'], said: ['--recordings', 'cannot be used with', '--bench'] },
  { typed: ['certify', '--report', 'taken/report'], said: ['expected a folder', 'taken/report'] },
  { typed: ['request'], said: ["required option '--to <address>' not specified"] },
  { typed: ['request', '--to', 'udp://localhost:9', ...NUMBERS], said: ['--to', 'numeric', 'udp://localhost:9'] },
  { typed: [...REQUEST, '--from', 'yesterday'], said: ['--from <time>', '2026-01-31T08:00:00Z', "got 'yesterday'"] },
  {
    typed: [...REQUEST, '--from', '2026-01-02', '--to-time', '2026-01-01'],
    said: ['--to-time', 'after --from', '2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'],
  },
  { typed: ['simulate', 'onvif', '--user', 'admin'], said: ['user and password go together'] },
  { typed: ['simulate', 'onvif', '--truth', '/absent/truth.ndjson'], said: ['--truth <file>', '/absent/truth.ndjson'] },
  { typed: ['nightly', '--resume'], said: ['expected the history of a night', "got no file 'report/history.db'"] },
  { typed: ['verify', '--broker', 'mqtt://127.0.0.1'], said: ['FILE.ndjson', '--broker URL and --run ID'] },
  { typed: ['verify', 'absent.ndjson'], said: ['packets.ndjson of a run', 'absent.ndjson', 'ENOENT'] },
]

t.test('wrong usage ends with 3, names what is wrong, what was expected and what came [issue 2, Bad input]', (t) => {
  const cwd = t.testdir({ taken: 'a file' })
  t.jobs = 2
  for (const { typed, said } of MISTAKES) {
    void t.test(`viewnet ${JSON.stringify(typed.join(' '))}`, { buffered: true }, async (t) => {
      const { status, stdout, stderr } = await viewnet(typed, { cwd })
      t.equal(status, 3)
      t.equal(stdout, '', 'nothing on stdout')
      for (const words of said) t.match(stderr, words)
      t.notMatch(stderr, /\n {4}at /, 'no stack trace')
      t.notMatch(stderr, 'sesame', 'no password')
    })
  }
  t.end()
})

/** Commands, and the options that other programs and the architecture page rely on. */
const OPTIONS: Readonly<Record<string, string>> = {
  certify: '--bench --broker --site --station --run --report --recordings --seed --json',
  serve: '--config --acceleration --json',
  request:
    '--to --number --device --from --to-time --channel --kinds --limit --rate --window --selective --drop --seed --local --acceleration --json',
  'simulate onvif': '--host --port --recordings --channels --seed --user --password --truth --json',
  verify: '--broker --run --timeout --json',
}

t.test('the help of every command tells of every option, each with words, and of the exit statuses', async (t) => {
  const overview = await viewnet('--help')
  t.equal(overview.status, 0)
  for (const [command, options] of Object.entries(OPTIONS)) {
    t.match(overview.stdout, new RegExp(`^  ${command.split(' ')[0]} `, 'm'))
    const { status, stdout, stderr } = await viewnet(`${command} --help`)
    t.equal(status, 0, command)
    t.equal(stderr, '')
    const told = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)(?: <[^>]+>)?(\s+\w)?/gm)]
    for (const option of options.split(' '))
      t.ok(
        told.some(([, name]) => name === option),
        `${command} ${option}`,
      )
    for (const [, name, words] of told) t.ok(words, `${command} ${name} has words`)
    t.match(stdout, 'Exit status: 0 good · 1 the device or converter failed · 2 could not test · 3 wrong usage')
  }
})

t.test('--version tells the version of package.json, alone', async (t) => {
  const { version } = createRequire(import.meta.url)('viewnet/package.json') as { version: string }
  t.match(await viewnet('--version'), { status: 0, stdout: `${version}\n`, stderr: '' })
})
