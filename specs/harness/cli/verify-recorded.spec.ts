import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { judgeEvidence, verdictText } from '../../../harness/cli/verify-evidence.js'
import { EmbeddedBroker, encodeBatch, MqttPublisher, type PacketBatch } from '../../../harness/evidence/index.js'
import { cleanRound, lossyRound, report } from '../verifier/evidence-of.js'

const NOBODY_STOPS = new AbortController().signal
const PLACE = { site: 'lab', station: 'bench' }

const recorded = (batches: readonly PacketBatch[]): string => batches.map((batch) => `${encodeBatch(batch)}\n`).join('')

t.test(
  'a stream that somebody recorded is judged by the state that the broker has retained [issue 4, verifier]',
  async (t) => {
    await using broker = await EmbeddedBroker.start()
    await using publisher = new MqttPublisher({ broker: broker.url, ...PLACE })
    await publisher.connect()
    const batches = cleanRound(6).complete(6).batches(5)
    const totals = { batches: batches.length, records: batches.reduce((sum, { columns }) => sum + columns.t.length, 0) }
    const state = { v: 1, seed: 1, plan: ['f1'], versions: {}, progress: {} } as const
    publisher.state({ ...state, run: 'r1', ended: true, verdict: 'pass', flows: { f1: totals } })
    publisher.state({ ...state, run: 'r2', ended: false })
    await publisher.drain()
    const folder = t.testdir({})
    const judge = async (run: string, text: string): ReturnType<typeof judgeEvidence> => {
      const file = join(folder, 'stream.ndjson')
      await writeFile(file, text)
      return judgeEvidence(file, { broker: broker.url, run, timeout: 5 }, NOBODY_STOPS)
    }
    t.match(await judge('r1', recorded(batches)), { verdict: 'pass', evidence: { ...totals, totals: 'checked' } })
    // The last of the three COMPLETEs alone is missing: that nothing but the state can tell.
    t.match(await judge('r1', recorded(batches.slice(0, -1))), { verdict: 'could-not-test', why: /^evidence-dense: / })
    t.match(await judge('r2', recorded(cleanRound(6).complete(6).batches(5, 'f1', 'r2'))), {
      verdict: 'could-not-test',
      why: /run 'r2': expected its last state on the broker, got one of a run that goes on/,
    })
    t.match(await judge('r1', recorded(cleanRound(6).complete(6).batches(5, 'f1', 'r9'))), {
      verdict: 'could-not-test',
      why: /expected run 'r1', got 'r9'/,
    })
  },
)

t.test('a finding names the octets of its packets, where they were recorded [issue 4, verifier]', async (t) => {
  const evidence = lossyRound(2, [1]).ask(report('COMPLETE', 0, 2, 2))
  const octets = Buffer.alloc(86, 0xab)
  const records = evidence.records.map((record) => ({ ...record, bytes: octets.toString('base64') }))
  evidence.records.splice(0, Infinity, ...records)
  const file = join(t.testdir({}), 'packets.ndjson')
  await writeFile(file, recorded(evidence.batches()))
  const judged = await judgeEvidence(file, { timeout: 1 }, NOBODY_STOPS)
  t.not(judged.verdict, 'pass')
  t.match(judged.findings[0]?.records[0], { bytes: octets.toString('base64') })
  t.match(verdictText(judged), `µs, `)
  t.match(verdictText(judged), `\n      ${octets.toString('hex')}`)
})
