import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { certified } from '../certification/certified.js'
import { startBroker } from './spec-broker.js'
import { jsonLines, viewnet } from './viewnet.js'

interface Batch {
  readonly flow: string
  readonly columns: { readonly message: (string | null)[]; readonly fields: (Record<string, unknown> | null)[] }
}

/** What is done to evidence that passed, and what must be said of it then. */
interface Damage {
  readonly name: string
  readonly damage: (lines: readonly string[]) => string
  /** Without run.json beside it. */
  readonly alone?: boolean
  readonly status: number
  readonly verdict: string
  readonly why: RegExp
}

const whole = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')
const isOf = (line: string, flow: string): boolean => (JSON.parse(line) as Batch).flow === flow

/** Change the first record of a message in a flow. */
function changed(lines: readonly string[], flow: string, message: string, change: Record<string, unknown>): string {
  let isDone = false
  return whole(
    lines.map((line) => {
      const batch = JSON.parse(line) as Batch
      const { message: messages, fields } = batch.columns
      const isIt = (each: string | null, index: number): boolean =>
        each === message && fields[index]?.['status'] !== 'PENDING'
      const at = batch.flow === flow ? messages.findIndex(isIt) : -1
      if (isDone || at < 0) return line
      isDone = true
      fields[at] = { ...fields[at], ...change }
      return JSON.stringify(batch)
    }),
  )
}

const DAMAGES: readonly Damage[] = [
  { name: 'nothing', damage: whole, status: 0, verdict: 'pass', why: /^$/ },
  {
    name: 'a batch taken out of the middle',
    damage: (lines) =>
      whole(
        lines
          .filter((line) => !isOf(line, 'loss-selective'))
          .concat(lines.filter((line) => isOf(line, 'loss-selective')).toSpliced(1, 1)),
      ),
    status: 2,
    verdict: 'could-not-test',
    why: /evidence-dense: expected batch 1 /,
  },
  {
    name: 'the last line cut off',
    damage: (lines) => whole(lines.slice(0, -1)),
    status: 2,
    verdict: 'could-not-test',
    why: /evidence-dense: expected \d+ batches .*as the run says/,
  },
  {
    name: 'the count in a RESPONSE changed',
    damage: (lines) => changed(lines, 'clean', 'RESPONSE', { count: 31 }),
    status: 1,
    verdict: 'fail',
    why: /count-in-every|sequences-exact/,
  },
  {
    name: 'the count in a ROUND_END changed, run.json absent',
    damage: (lines) => changed(lines, 'clean', 'ROUND_END', { count: 29 }),
    alone: true,
    status: 1,
    verdict: 'fail',
    why: /count-in-every-packet: expected count 30, got count 29 in ROUND_END/,
  },
  {
    name: 'the file cut in the middle of a line, run.json absent',
    damage: (lines) => whole(lines).slice(0, -300),
    alone: true,
    status: 2,
    verdict: 'could-not-test',
    why: /packets\.ndjson:\d+: expected a JSON object/,
  },
  {
    name: 'something that is not JSON',
    damage: () => 'MZ\u0000\u0001\n',
    status: 2,
    verdict: 'could-not-test',
    why: /packets\.ndjson:1: expected a JSON object/,
  },
  {
    name: 'the evidence of another run',
    damage: (lines) => whole(lines).replaceAll('"run":"spec"', '"run":"other"'),
    status: 2,
    verdict: 'could-not-test',
    why: /packets\.ndjson:1: expected run 'spec', got 'other'/,
  },
  { name: 'nothing left', damage: () => '', status: 2, verdict: 'could-not-test', why: /expected|nothing/ },
]

t.test('verify derives the verdict again, and trusts no damaged evidence [issue 2, verifier]', async (t) => {
  const folder = t.testdir({})
  const { verdict, why } = await certified(folder, ['reach', 'list', 'clean', 'loss-selective'])
  t.equal(`${verdict}${why}`, 'pass')
  const lines = (await readFile(join(folder, 'report', 'packets.ndjson'), 'utf8')).trimEnd().split('\n')
  for (const [at, { name, damage, alone, status, verdict: expected, why: reason }] of DAMAGES.entries()) {
    await t.test(`${name}: ${expected}`, async (t) => {
      const place = join(folder, String(at))
      const file = join(place, 'packets.ndjson')
      await mkdir(place)
      await writeFile(file, damage(lines))
      if (alone !== true) await copyFile(join(folder, 'report', 'run.json'), join(place, 'run.json'))
      const ended = await viewnet(['verify', file, '--json'])
      t.equal(ended.status, status)
      const [said, ...more] = jsonLines(ended.stdout)
      t.same(more, [])
      t.match(said, { verdict: expected, why: reason })
      t.match(ended.stderr, alone === true ? /^(viewnet: no .*run\.json.*\n)?$/ : /^$/)
    })
  }

  await t.test('a damaged run.json is no verdict either', async (t) => {
    await writeFile(join(folder, 'report', 'run.json'), '{"run":"spec","flo')
    const { status, stdout } = await viewnet(['verify', join(folder, 'report', 'packets.ndjson')])
    t.equal(status, 2)
    t.match(stdout, /^COULD-NOT-TEST: .*\n.*run\.json: expected the record of a run/)
  })

  await t.test('nor is one that cannot be read, which is another thing than none', async (t) => {
    await rm(join(folder, 'report', 'run.json'))
    await mkdir(join(folder, 'report', 'run.json'))
    const { status, stdout } = await viewnet(['verify', join(folder, 'report', 'packets.ndjson')])
    t.equal(status, 2)
    t.match(stdout, /^COULD-NOT-TEST: .*\n.*run\.json: expected to read it, got EISDIR/)
  })
})

t.test('a run that nobody publishes is given up, with the verdict could-not-test', async (t) => {
  const broker = await startBroker()
  t.teardown(() => broker.close())
  const silent = ['verify', '--broker', broker.url, '--run', 'nobody', '--timeout', '0.2', '--json']
  const { status, stdout } = await viewnet(silent)
  t.equal(status, 2)
  t.match(jsonLines(stdout)[0], {
    verdict: 'could-not-test',
    why: /evidence of run 'nobody' within 200 ms, got nothing/,
  })
})
