import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { CASE_IDS, CASES, type CaseId } from '../../../harness/certification/index.js'
import { describePacket } from '../../../harness/endpoint/index.js'
import { readEvidenceFile, recordsOf } from '../../../harness/evidence/index.js'
import { startBroker } from './spec-broker.js'
import { jsonLines, start, viewnet, type Ended } from './viewnet.js'

type Json = Record<string, unknown>
interface Contract {
  readonly run: string
  readonly verdict: string
  readonly counts: Readonly<Record<string, number>>
  readonly cases: readonly {
    readonly id: string
    readonly outcome: string
    readonly measurements: readonly { readonly name: string; readonly value: number }[]
  }[]
  readonly evidence: { readonly broker: string; readonly batches: number; readonly records: number }
  readonly report: string
}

/** The one object on stdout. */
function contractOf({ stdout }: Ended): Contract {
  const lines = jsonLines(stdout)
  t.equal(lines.length, 1, 'one JSON object, and nothing else, on stdout')
  return lines[0] as unknown as Contract
}

/** What the evidence of a run tells of each RESOURCE that was sent, by case, exchange, round and sequence: whether it was dropped. */
async function lossesIn(path: string): Promise<ReadonlyMap<string, boolean>> {
  const losses = new Map<string, boolean>()
  const exchanges = new Map<string, number>()
  for await (const entry of readEvidenceFile(path, { describe: describePacket })) {
    if (entry.type !== 'packets') continue
    for (const { at, fate, message, exchange, sequence, round } of recordsOf(entry.batch)) {
      if (message !== 'RESOURCE') continue
      // Numbers of exchanges are random; the order in which a case makes them is not.
      const name = `${entry.batch.flow} ${exchange}`
      if (!exchanges.has(name)) exchanges.set(name, exchanges.size)
      const resource = `${entry.batch.flow} ${exchanges.get(name)} ${round} ${sequence}`
      if (at === 'converter-out') losses.set(resource, losses.get(resource) ?? false)
      if (fate === 'dropped') losses.set(resource, true)
    }
  }
  return losses
}

/** Enough for counts, losses, refusals and topics; the whole catalogue is run once. */
const CHOSEN: readonly CaseId[] = ['reach', 'list', 'clean', 'loss-full', 'loss-30', 'unknown-device']

t.test('certify, twice with one seed, the first of them followed on its broker [issue 2, Show 2 and 4]', async (t) => {
  const bench = {
    devices: [{ number: '00001-00020-00300-00007', driver: 'simulated', recordings: 60 }],
    plan: { cases: { include: CHOSEN } },
  }
  // JSON is YAML.
  const cwd = t.testdir({ 'bench.yaml': JSON.stringify(bench) })
  const broker = await startBroker()
  t.teardown(() => broker.close())
  const follower = start(['verify', '--broker', broker.url, '--run', 'followed', '--timeout', '100', '--json'])
  await broker.subscribed('/run/followed/')
  const common = ['certify', '--bench', 'bench.yaml', '--seed', '11', '--json']
  const [first, second, everything] = await Promise.all([
    viewnet(
      [...common, '--broker', broker.url, '--run', 'followed', '--site', 'lab-7', '--station', 's1', '--report', 'r/1'],
      { cwd },
    ),
    viewnet(common, { cwd }),
    viewnet('certify --seed 11 --recordings 20 --json', { cwd }),
  ])
  for (const { status, stderr } of [first, second, everything]) t.equal(status, 0, stderr)
  const [one, two, whole] = [contractOf(first), contractOf(second), contractOf(everything)]

  t.test(
    'without a bench file the whole catalogue is run, all but what takes long [architecture, What a user types]',
    (t) => {
      t.same(
        whole.cases.map(({ id }) => id),
        CASE_IDS.filter((id) => !(CASES[id] as readonly string[]).includes('long')),
      )
      t.end()
    },
  )

  t.test('the JSON keeps its contract to the letter [issue 2, JSON contracts]', (t) => {
    t.same(Object.keys(one), ['run', 'verdict', 'seed', 'device', 'converter', 'counts', 'cases', 'evidence', 'report'])
    t.match(one, {
      run: 'followed',
      verdict: 'pass',
      seed: 11,
      device: '00001-00020-00300-00007',
      converter: /^udp:\/\/127\.0\.0\.1:\d+$/,
      evidence: { broker: broker.url },
      report: 'r/1',
    })
    t.same(Object.keys(one.counts), ['announced', 'received', 'resent', 'dropped', 'duplicates'])
    t.same(Object.keys(one.evidence), ['broker', 'batches', 'records'])
    for (const entry of one.cases) {
      t.same(Object.keys(entry), ['id', 'title', 'outcome', 'measurements', 'why'])
      for (const measurement of entry.measurements) t.same(Object.keys(measurement), ['name', 'value', 'unit', 'limit'])
    }
    t.same(
      one.cases.map(({ id }) => id),
      CHOSEN,
    )
    t.end()
  })

  t.test('counts are sums over the exchanges of the cases [issue 2, JSON contracts]', (t) => {
    for (const { counts, cases } of [one, whole])
      for (const [name, total] of Object.entries(counts)) {
        const values = cases.flatMap(({ measurements }) =>
          measurements.flatMap((each) => (each.name === name ? [each.value] : [])),
        )
        t.equal(
          values.reduce((sum, value) => sum + value, 0),
          total,
          name,
        )
      }
    t.ok(one.counts['dropped']! > 0)
    t.ok(one.counts['resent']! > 0)
    t.equal(one.counts['received'], one.counts['announced'])
    t.end()
  })

  t.test('the same seed gives the same cases, outcomes, announced and dropped counts [issue 2, Show 2]', async (t) => {
    t.not(one.run, two.run)
    t.same(
      two.cases.map(({ id, outcome }) => [id, outcome]),
      one.cases.map(({ id, outcome }) => [id, outcome]),
    )
    t.equal(two.counts['announced'], one.counts['announced'])
    const [losses, others] = await Promise.all(
      [one, two].map(({ report }) => lossesIn(join(cwd, report, 'packets.ndjson'))),
    )
    const both = [...losses!.keys()].filter((resource) => others!.has(resource))
    t.ok(both.length >= 60 * 3, `${both.length} resources were sent by both, the first round of each case at least`)
    t.same(
      both.map((resource) => [resource, others!.get(resource)]),
      both.map((resource) => [resource, losses!.get(resource)]),
      'each was lost by both or by neither',
    )
    // On a machine that is busy enough, one of them has to say something again that the other says once.
    if (two.evidence.records === one.evidence.records) t.equal(two.counts['dropped'], one.counts['dropped'])
    else t.comment(`${one.evidence.records} and ${two.evidence.records} records: the counts cannot be compared`)
  })

  t.test('the report folder holds the run by its names [architecture, What a user types]', async (t) => {
    t.equal(two.report, join('report', two.run), 'without --report: report/RUN')
    for (const { report } of [one, two, whole]) {
      const names = await readdir(join(cwd, report))
      for (const name of ['run.json', 'run.tap', 'junit.xml', 'packets.ndjson']) t.ok(names.includes(name), name)
    }
    const record = JSON.parse(await readFile(join(cwd, one.report, 'run.json'), 'utf8')) as Json
    t.match(record, { ...one }, 'run.json holds all that the JSON tells')
    const flows = Object.values(record['flows'] as Record<string, { batches: number; records: number }>)
    t.equal(
      flows.reduce((sum, { batches }) => sum + batches, 0),
      one.evidence.batches,
    )
    t.equal(
      flows.reduce((sum, { records }) => sum + records, 0),
      one.evidence.records,
    )
    const batches = jsonLines(await readFile(join(cwd, one.report, 'packets.ndjson'), 'utf8'))
    t.equal(batches.length, one.evidence.batches, 'a packet batch a line')
    const published = broker.published.filter(({ topic }) => topic.includes('/packets/'))
    t.same(published.map(({ text }) => text).sort(), batches.map((batch) => JSON.stringify(batch)).sort(), 'as on MQTT')
  })

  t.test('topics, retention and quality of service are those of the architecture page [architecture, MQTT]', (t) => {
    const prefix = 'viewnet/v1/lab-7/s1'
    const expected: Readonly<Record<string, boolean>> = {
      [`${prefix}/status`]: true,
      [`${prefix}/run/followed/state`]: true,
      [`${prefix}/run/followed/verdict`]: true,
      [`${prefix}/run/followed/case/clean`]: true,
      [`${prefix}/run/followed/packets/clean`]: false,
    }
    for (const [topic, retain] of Object.entries(expected)) {
      const messages = broker.published.filter((message) => message.topic === topic)
      t.ok(messages.length > 0, topic)
      for (const message of messages) t.match(message, { qos: 1, retain })
    }
    t.ok(broker.published.every(({ topic }) => topic.startsWith(`${prefix}/`)))
    const states = broker.published
      .filter(({ topic }) => topic.endsWith('/state'))
      .map(({ text }) => JSON.parse(text) as Json)
    t.match(states.at(-1), { run: 'followed', seed: 11, ended: true, verdict: 'pass', flows: {} })
    t.ok(states.slice(0, -1).every(({ ended }) => ended === false))
    const statuses = broker.published
      .filter(({ topic }) => topic.endsWith('/status'))
      .map(({ text }) => JSON.parse(text) as Json)
    t.same(
      statuses.map(({ status }) => status),
      ['online', 'offline'],
    )
    t.end()
  })

  t.test('who followed the run on the broker comes to the same verdict', async (t) => {
    const { status, stdout } = await follower.ended
    t.equal(status, 0)
    const [verdict] = jsonLines(stdout)
    t.match(verdict, {
      verdict: 'pass',
      why: '',
      findings: [],
      evidence: { batches: one.evidence.batches, records: one.evidence.records, totals: 'checked' },
    })
  })

  t.test('progress is told case by case on stderr, and holds what a follower must know: the run', (t) => {
    t.match(first.stderr, new RegExp(`^run followed: .* evidence on ${broker.url}$`, 'm'))
    t.match(first.stderr, new RegExp(`^\\[${one.cases.length}/${one.cases.length}\\] ✓ `, 'm'))
    t.notMatch(first.stderr, /\n {4}at /)
    t.end()
  })
})
