import { connectAsync, type MqttClient } from 'mqtt'
import t from 'tap'
import {
  EmbeddedBroker,
  encodeBatch,
  MqttPublisher,
  RunReader,
  type EvidenceEntry,
} from '../../../harness/evidence/index.js'
import { Verifier } from '../../../harness/verifier/index.js'
import { batch, PLACE, state } from './mqtt-run.js'

/** What an error of the evidence says. */
type Refusal = {
  readonly code: string
  readonly where?: string | RegExp
  readonly message?: RegExp
}

t.test('reads a run back, whole and in order, up to its last state, however slowly [MQTT]', async (t) => {
  await using broker = await EmbeddedBroker.start()
  await using publisher = new MqttPublisher({ broker: broker.url, ...PLACE })
  await publisher.connect()
  const reader = await RunReader.subscribe({ broker: broker.url, run: 'r1', ...PLACE })
  for (let i = 0; i < 500; i++) publisher.packets(batch(i), encodeBatch(batch(i)))
  publisher.packets({ ...batch(0), run: 'r2' }, encodeBatch({ ...batch(0), run: 'r2' }))
  publisher.state(state(true))
  const numbers: number[] = []
  let last: EvidenceEntry | undefined
  for await (const entry of reader) {
    last = entry
    if (entry.type !== 'packets') continue
    numbers.push(entry.batch.batch)
    if (entry.batch.batch === 0) t.ok(publisher.stats().published < 500, 'the reader reads while the run goes on')
  }
  t.strictSame(
    numbers,
    Array.from({ length: 500 }, (_, i) => i),
  )
  t.match(last, { type: 'state', state: { ended: true, flows: { f1: { batches: 2 } } } })
})

t.test('refuses what is not evidence of the run, and names it [MQTT]', async (t) => {
  await using broker = await EmbeddedBroker.start()
  const stranger: MqttClient = await connectAsync(broker.url, { protocolVersion: 4 })
  const base = 'viewnet/v1/lab/bench-1/run/r1'
  const good = encodeBatch(batch(0))
  const hostile: readonly [name: string, topic: string, payload: string | Buffer, error: Refusal][] = [
    ['no JSON', `${base}/packets/f1`, 'nonsense', { code: 'ERR_VIEWNET_EVIDENCE_FORMAT', where: `${base}/packets/f1` }],
    ['nothing at all', `${base}/state`, '', { code: 'ERR_VIEWNET_EVIDENCE_FORMAT' }],
    ['too long', `${base}/packets/f1`, Buffer.alloc(4 * 1024 * 1024 + 1, 0x20), { code: 'ERR_VIEWNET_EVIDENCE_SIZE' }],
    [
      'wrong types',
      `${base}/packets/f1`,
      good.replace('"batch":0', '"batch":"0"'),
      { code: 'ERR_VIEWNET_EVIDENCE_FORMAT' },
    ],
    ['a state as a text', `${base}/state`, '"ended"', { code: 'ERR_VIEWNET_EVIDENCE_FORMAT' }],
    ['another run', `${base}/packets/f1`, good.replace('"r1"', '"r2"'), { code: 'ERR_VIEWNET_EVIDENCE_FOREIGN' }],
    ['another flow', `${base}/packets/f2`, good, { code: 'ERR_VIEWNET_EVIDENCE_FOREIGN' }],
  ]
  for (const [name, topic, payload, error] of hostile) {
    const reader = await RunReader.subscribe({ broker: broker.url, run: 'r1' })
    const reading = collect(reader)
    await stranger.publishAsync(topic, payload, { qos: 1 })
    await t.rejects(reading, error, name)
  }
  const reader = await RunReader.subscribe({ broker: broker.url, run: 'r1' })
  const reading = collect(reader)
  await stranger.publishAsync(`${base}/packets/f1`, good, { qos: 1 })
  await stranger.publishAsync('viewnet/v1/lab/bench-2/run/r1/packets/f1', good, { qos: 1 })
  await t.rejects(reading, { code: 'ERR_VIEWNET_EVIDENCE_FOREIGN', where: /bench-2/ }, 'two stations')
  await stranger.endAsync()
})

t.test('a reader ends when nothing comes, when it is aborted, closed or cut off [MQTT]', async (t) => {
  const broker = await EmbeddedBroker.start()
  const subscribe = (options: object) => RunReader.subscribe({ broker: broker.url, run: 'r1', ...options })
  await t.rejects(collect(await subscribe({ idleTimeoutMs: 20 })), {
    code: 'ERR_VIEWNET_BROKER',
    message: /evidence of run 'r1' within 20 ms, got nothing/,
  })
  const controller = new AbortController()
  const aborted = collect(await subscribe({ signal: controller.signal }))
  controller.abort(new Error('enough'))
  await t.rejects(aborted, { message: 'enough' })
  const closed = await subscribe({})
  const reading = collect(closed)
  await closed.close()
  t.strictSame(await reading, [])
  await t.rejects(collect(closed), { code: 'ERR_VIEWNET_OPTION' }, 'iterated twice')
  const cut = collect(await subscribe({ awayTimeoutMs: 0 }))
  await broker.close()
  await t.rejects(cut, { code: 'ERR_VIEWNET_BROKER', message: /lasting connection/ })
})

t.test('a publisher that lies about the numbers of its batches is not believed [evidence]', async (t) => {
  await using broker = await EmbeddedBroker.start()
  const one = encodeBatch(batch(0))
  const lies: readonly [name: string, payloads: readonly string[]][] = [
    ['a batch left out', [one, encodeBatch(batch(2))]],
    ['a batch far ahead', [one, encodeBatch({ ...batch(1), batch: Number.MAX_SAFE_INTEGER })]],
    ['the same number with another packet', [one, one.replace('9f3c01aa', '00000000')]],
    ['a first record that overlaps', [one, encodeBatch({ ...batch(1), first: 0 })]],
  ]
  for (const [name, payloads] of lies) {
    const reader = await RunReader.subscribe({ broker: broker.url, run: 'r1' })
    const liar = await connectAsync(broker.url, { protocolVersion: 4 })
    const base = 'viewnet/v1/lab/bench-1/run/r1'
    const verifier = new Verifier()
    const reading = (async () => {
      for await (const entry of reader) if (entry.type === 'packets') verifier.add(entry.batch)
    })()
    for (const payload of payloads) await liar.publishAsync(`${base}/packets/f1`, payload, { qos: 1 })
    await liar.publishAsync(`${base}/state`, JSON.stringify(state(true)), { qos: 1 })
    await reading
    const { verdict, findings } = verifier.finish()
    t.equal(verdict, 'could-not-test', name)
    t.ok(findings.some(({ rule }) => rule === 'evidence-dense'))
    await liar.endAsync()
  }
})

async function collect(reader: RunReader): Promise<EvidenceEntry[]> {
  const entries: EvidenceEntry[] = []
  for await (const entry of reader) entries.push(entry)
  return entries
}
