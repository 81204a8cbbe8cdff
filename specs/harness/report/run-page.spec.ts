import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { batchOf, encodeBatch, type PacketRecord } from '../../../harness/evidence/index.js'
import { readStories, runPage, writeReports, type RunRecord } from '../../../harness/report/index.js'
import { HOSTILE, HOSTILE_RECORD } from './hostile-record.js'
import { reachesOut, readPage } from './read-page.js'

const NOTHING = { stories: [], untold: 0, failure: undefined }

const packet = (change: Partial<PacketRecord>): PacketRecord => ({
  t: 0,
  at: 'endpoint-in',
  fate: 'received',
  message: 'RESOURCE',
  exchange: 7,
  sequence: null,
  round: null,
  octets: 86,
  content: null,
  fields: null,
  ...change,
})

const resource = (t: number, sequence: number, round: number, change: Partial<PacketRecord> = {}): PacketRecord =>
  packet({ t, sequence, round, content: '00000000', ...change })

/** Packets as `packets.ndjson` of one flow. */
function ndjson(flow: string, records: readonly PacketRecord[]): string {
  const lines: string[] = []
  for (let first = 0; first < records.length; first += 256) {
    const batch = batchOf({ run: 'r1', flow, batch: lines.length, first }, records.slice(first, first + 256))
    lines.push(`${encodeBatch(batch)}\n`)
  }
  return lines.join('')
}

/** An exchange whose every `lose`-th resource is lost in the first round, and sent again in the second. */
function lossyExchange(count: number, lose: number): PacketRecord[] {
  const ok = { status: 'OK', count }
  const all = Array.from({ length: count }, (_, at) => at + 1)
  const lost = all.filter((sequence) => sequence % lose === 0)
  const second = 2000 + count * 10
  const sent = (t: number, sequence: number, round: number): PacketRecord =>
    resource(t, sequence, round, { at: 'converter-out', fate: 'sent' })
  return [
    packet({ t: 0, message: 'REQUEST', at: 'endpoint-out', fate: 'sent', fields: { selective: true } }),
    packet({ t: 10, message: 'REQUEST', at: 'converter-in', fields: { selective: true } }),
    packet({ t: 1000, message: 'RESPONSE', at: 'converter-out', fate: 'sent', fields: ok }),
    packet({ t: 1010, message: 'RESPONSE', fields: ok }),
    ...all.flatMap((sequence) => [
      sent(2000 + sequence * 10, sequence, 0),
      sequence % lose === 0
        ? resource(2004 + sequence * 10, sequence, 0, { at: 'link', fate: 'dropped' })
        : resource(2004 + sequence * 10, sequence, 0),
    ]),
    packet({
      t: second,
      message: 'COUNT_REPORT',
      at: 'converter-in',
      round: 0,
      fields: { verdict: 'MISMATCH', received: count - lost.length, count },
    }),
    ...lost.flatMap((sequence) => [
      sent(second + sequence * 10, sequence, 1),
      resource(second + 4 + sequence * 10, sequence, 1),
    ]),
  ]
}

t.test('shows verdict, every case, counts, seed, versions, and how to do it again [issue 6, Reports]', (t) => {
  const run: RunRecord = {
    ...HOSTILE_RECORD,
    deviceName: 'ACME NVR-16',
    why: 'clean: sequences-exact',
    reproduce: 'npx viewnet certify --seed 11',
    cases: HOSTILE_RECORD.cases.map((entry, at) => ({
      ...entry,
      title: `title ${at}`,
      why: entry.outcome === 'pass' ? '' : `why ${at}`,
      startedAtMs: at * 500,
      measurements: [
        { name: 'rounds', value: 30, unit: 'rounds', limit: '≤ 32', marginal: true },
        { name: 'boot time', value: 41_500, unit: 'ms', limit: null },
      ],
    })),
    findings: [
      {
        rule: 'sequences-exact',
        sentence: 'each once',
        clause: 'protocol 3',
        blame: 'fail',
        flow: 'case-1',
        exchange: 7,
        expected: 'sequence 5',
        got: 'sequence 6',
        records: [
          {
            flow: 'case-1',
            batch: 3,
            index: 5,
            t: 6_113_600,
            at: 'converter-out',
            fate: 'sent',
            message: 'RESOURCE',
            sequence: 6,
            round: 0,
          },
        ],
      },
    ],
    timeline: [
      { atMs: 100, lane: 'relay', label: 'on', kind: 'on' },
      { atMs: 900, lane: 'console', label: 'login:', kind: 'ready' },
    ],
  }
  const { text, elements } = readPage(runPage({ record: run, stories: NOTHING }))
  for (const said of ['fail', 'ACME NVR-16', '2 of 3 received', '1 dropped on purpose', 'viewnet 0.1.0', '11', 'r1'])
    t.ok(text.includes(said), said)
  for (const { id, title, outcome } of run.cases) {
    t.ok(text.includes(title), title)
    t.ok(
      elements.some(({ attributes }) => attributes['id'] === `case-${id}`),
      `${outcome}: a place to link to`,
    )
  }
  t.match(text, /each once \[protocol 3\]/)
  t.match(text, /RESOURCE 6 of round 0 , sent at converter-out, 6113\.6 ms \(batch 3, record 5\)/, 'the exact packet')
  t.match(text, /Run it again: npx viewnet certify --seed 11/)
  t.match(text, /30 rounds ≤ 32 marginal/)
  t.match(text, /41\.5 s/)
  t.match(text, /boot time median of 7 cases 41\.5 s/)
  t.match(text, /2 entries of relays and consoles/)
  t.match(text, /login:/)
  t.end()
})

t.test('is well-formed, fetches nothing and runs nothing, whatever devices say of themselves', async (t) => {
  const report = t.testdir({})
  const timeline = [{ atMs: 1, lane: HOSTILE, label: HOSTILE }]
  await writeFile(
    join(report, 'packets.ndjson'),
    ndjson(HOSTILE_RECORD.cases[0]!.id, [
      packet({ message: 'RESPONSE', fields: { status: `${HOSTILE}<script>` } }),
      packet({ message: 'MISSING', at: 'endpoint-out', fate: 'sent', fields: { missing: HOSTILE } }),
    ]),
  )
  await writeReports({ ...HOSTILE_RECORD, report, timeline })
  const page = readPage(await readFile(join(report, 'report.html'), 'utf8'))
  t.same(reachesOut(page), [])
  t.ok(page.text.includes('<a b="c">&amp;'), 'markup is text')
  t.notMatch(page.text, /\p{Cc}|\p{Surrogate}/u)
})

t.test('draws an exchange: runs of packets as one arrow, each loss, what was sent again', async (t) => {
  const folder = t.testdir({ 'packets.ndjson': ndjson('case-0', lossyExchange(40, 10)) })
  const stories = await readStories(join(folder, 'packets.ndjson'))
  const [story] = stories.stories
  t.match(story, {
    exchange: 7,
    announced: 40,
    summedFrom: undefined,
    untold: 0,
    resources: { sent: 44, arrived: 40, dropped: 4, again: 4 },
    rounds: [{ round: 0 }, { round: 1 }],
  })
  t.same(
    story?.steps.map(({ from, message, fate, first, last, count }) =>
      [from, message, fate, first, last, count].join(' '),
    ),
    [
      'endpoint REQUEST arrived   1',
      'converter RESPONSE arrived   1',
      ...[1, 11, 21, 31].flatMap((first) => [
        `converter RESOURCE arrived ${first} ${first + 8} 9`,
        `converter RESOURCE dropped ${first + 9} ${first + 9} 1`,
      ]),
      'endpoint COUNT_REPORT arrived   1',
      'converter RESOURCE arrived 10 40 4',
    ],
  )
  t.equal(story?.arrivals.at(-1)?.received, 40)
  t.equal(
    story?.drops.counts.reduce((sum, count) => sum + count, 0),
    4,
  )
  const { text, elements } = readPage(runPage({ record: HOSTILE_RECORD, stories }))
  t.match(text, /RESOURCE 1–9 /)
  t.match(text, /RESOURCE 10 lost/)
  t.match(text, /RESOURCE 10 … 40, 4 packets again/)
  t.match(text, /MISMATCH, 36 of 40/)
  t.equal(elements.filter(({ attributes }) => attributes['class'] === 'cross').length, 4, 'broken arrows')
})

t.test('what was announced is known though the RESPONSE was lost', async (t) => {
  const records = lossyExchange(5, 10).filter(({ message, at }) => message !== 'RESPONSE' || at !== 'endpoint-in')
  const folder = t.testdir({ 'packets.ndjson': ndjson('case-0', records) })
  const { stories } = await readStories(join(folder, 'packets.ndjson'))
  t.equal(stories[0]?.announced, 5)
})

t.test('one cause of many failures is told once, each broken rule by one example and how many more there are', (t) => {
  const cases = ['clean', 'slow', 'reordered'].map((id, at) => ({
    ...HOSTILE_RECORD.cases[1]!,
    id,
    why: at < 2 ? 'no such sequence' : 'no answer',
  }))
  const findings = ['clean', 'clean', 'slow'].flatMap((flow) =>
    ['sequences-exact', 'content-stable'].map((rule) => ({
      rule,
      sentence: `${rule} holds`,
      clause: 'protocol 3',
      blame: 'fail' as const,
      flow,
      exchange: 7,
      expected: 'sequence 5',
      got: 'sequence 6',
      records: [],
    })),
  )
  const { text } = readPage(runPage({ record: { ...HOSTILE_RECORD, cases, findings }, stories: NOTHING }))
  const why = text.slice(text.indexOf('Why it did not pass'), text.indexOf('Every case in full'))
  t.match(why, /fail clean , slow no such sequence/)
  t.match(why, /fail reordered .*no answer/)
  for (const rule of ['sequences-exact', 'content-stable']) t.equal(why.split(`${rule} holds`).length, 2, rule)
  t.match(why, /2 more findings like it: 1 in clean, 1 in slow\./)
  t.end()
})

t.test("somebody else's converter, of which only the endpoint's side is seen, is drawn from that", async (t) => {
  const seen = lossyExchange(5, 10).filter(({ at }) => !at.startsWith('converter'))
  const lost = packet({ t: 0, message: 'REQUEST', at: 'link', fate: 'dropped' })
  const folder = t.testdir({ 'packets.ndjson': ndjson('case-0', [seen[0]!, lost, ...seen]) })
  const { stories } = await readStories(join(folder, 'packets.ndjson'))
  t.same(
    stories[0]?.steps.map(({ message, fate, count }) => `${message} ${fate} ${count}`),
    ['REQUEST dropped 1', 'REQUEST sent 1', 'RESPONSE arrived 1', 'RESOURCE arrived 5'],
  )
})

t.test(
  'an exchange of 100,000 packets stays a page of less than 2 MB, and no packet is forgotten [issue 6, Reach]',
  async (t) => {
    const records = lossyExchange(45_000, 9)
    t.ok(records.length >= 100_000)
    const folder = t.testdir({ 'packets.ndjson': ndjson('case-0', records) })
    const stories = await readStories(join(folder, 'packets.ndjson'))
    const [story] = stories.stories
    t.ok((story?.steps.length ?? 1e9) < 200, `${story?.steps.length} steps`)
    t.ok((story?.arrivals.length ?? 1e9) < 500)
    const drawn = story?.steps.filter(({ message }) => message === 'RESOURCE') ?? []
    t.equal(
      drawn.reduce((sum, { count }) => sum + count, 0),
      45_000 + 5000,
      'each arrival and each loss',
    )
    t.equal(
      drawn.reduce((sum, { dropped }) => sum + dropped, 0),
      5000,
      'each loss',
    )
    const html = runPage({ record: HOSTILE_RECORD, stories })
    t.ok(Buffer.byteLength(html) < 2e6, `${Buffer.byteLength(html)} octets`)
    readPage(html)
  },
)

t.test('evidence that is absent or damaged leaves a page that says so', async (t) => {
  const report = t.testdir({ 'packets.ndjson': `${ndjson('case-0', lossyExchange(5, 10))}{"cut` })
  const stories = await readStories(join(report, 'packets.ndjson'))
  t.equal(stories.stories.length, 1, 'what could be read is told')
  t.match(
    readPage(runPage({ record: HOSTILE_RECORD, stories })).text,
    /could not be read to its end: .*packets\.ndjson:2/,
  )
  t.match(await readStories(join(report, 'absent')), { stories: [], failure: /ENOENT/ })
})
