import { connectAsync } from 'mqtt'
import t from 'tap'
import {
  EmbeddedBroker,
  encodeBatch,
  MqttPublisher,
  type PacketBatch,
  type VerdictMessage,
} from '../../../harness/evidence/index.js'
import { batch, CASE_OUTCOME, PLACE, state } from './mqtt-run.js'
import { TcpProxy } from './tcp-proxy.js'

const VERDICT: VerdictMessage = {
  v: 1,
  run: 'r1',
  verdict: 'pass',
  findings: [],
  findingCount: 0,
  notJudged: [],
  exchanges: [],
  evidence: { batches: 2, records: 2, totals: 'checked' },
}

/** A subscriber that keeps what it hears, and can wait for it. */
async function listener(url: string, topic: string) {
  const client = await connectAsync(url, { protocolVersion: 4 })
  const heard: { topic: string; json: unknown; retain: boolean; qos: number }[] = []
  const waiting = new Set<() => void>()
  client.on('message', (from, payload, { retain, qos }) => {
    heard.push({ topic: from, json: JSON.parse(payload.toString()), retain, qos })
    for (const wake of waiting) wake()
  })
  await client.subscribeAsync(topic, { qos: 1 })
  const until = (fits: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!fits()) return
        waiting.delete(check)
        resolve()
      }
      waiting.add(check)
      check()
    })
  return { client, heard, until }
}

t.test('publishes status, state, packets, case and verdict, and keeps what late comers need [MQTT]', async (t) => {
  await using broker = await EmbeddedBroker.start()
  const live = await listener(broker.url, 'viewnet/v1/#')
  const publisher = new MqttPublisher({ broker: broker.url, ...PLACE })
  await publisher.connect()
  publisher.state(state(false))
  publisher.packets(batch(0), encodeBatch(batch(0)))
  publisher.packets(batch(1), encodeBatch(batch(1)))
  publisher.caseOutcome(CASE_OUTCOME)
  publisher.verdict(VERDICT)
  publisher.state(state(true))
  await publisher.drain()
  await live.until(() => live.heard.length === 7)
  const topics = [
    'status',
    'run/r1/state',
    'run/r1/packets/f1',
    'run/r1/packets/f1',
    'run/r1/case/reach',
    'run/r1/verdict',
    'run/r1/state',
  ]
  t.strictSame(
    live.heard.map(({ topic }) => topic),
    topics.map((topic) => `viewnet/v1/lab/bench-1/${topic}`),
  )
  t.ok(live.heard.every(({ qos }) => qos === 1))
  t.match(live.heard[0]?.json, { v: 1, status: 'online', boot: publisher.bootId })
  t.strictSame(live.heard[2]?.json, JSON.parse(encodeBatch(batch(0))))
  t.match(publisher.stats(), { published: 6, lost: 0, inFlight: 0, waiting: 0, queuedOctets: 0 })

  const late = await listener(broker.url, 'viewnet/v1/#')
  await late.until(() => late.heard.length === 4)
  t.ok(late.heard.every(({ retain }) => retain))
  t.strictSame(
    new Set(late.heard.map(({ topic }) => topic.split('/').at(-1))),
    new Set(['status', 'state', 'reach', 'verdict']),
  )

  await publisher.close()
  await publisher.close()
  await late.until(() => late.heard.length === 5)
  t.match(late.heard[4], {
    topic: 'viewnet/v1/lab/bench-1/status',
    json: { status: 'offline', boot: publisher.bootId },
  })
  await Promise.all([live.client.endAsync(), late.client.endAsync()])
})

t.test('leaves a last will when it is cut off, comes back, and loses nothing [MQTT]', async (t) => {
  await using broker = await EmbeddedBroker.start()
  const between = await TcpProxy.before(broker.url)
  const watcher = await listener(broker.url, 'viewnet/v1/#')
  const statuses = () => watcher.heard.filter(({ topic }) => topic.endsWith('/status')).map(({ json }) => json)
  const publisher = new MqttPublisher({ broker: between.url, ...PLACE, maxInFlight: 4 })
  await publisher.connect()
  await watcher.until(() => statuses().length === 1)
  for (let i = 0; i < 20; i++) publisher.packets(batch(i), encodeBatch(batch(i)))
  between.cut()
  for (let i = 20; i < 40; i++) publisher.packets(batch(i), encodeBatch(batch(i)))
  await watcher.until(() => statuses().length >= 2)
  t.match(statuses(), [{ status: 'online' }, { status: 'offline', boot: publisher.bootId }])
  await publisher.drain()
  await watcher.until(() => statuses().length >= 3)
  t.match(statuses()[2], { status: 'online', boot: publisher.bootId })
  const numbers = () => watcher.heard.flatMap(({ json }) => (json as Partial<PacketBatch>).batch ?? [])
  // The broker acknowledges a message before it has handed it on.
  await watcher.until(() => numbers().includes(39))
  t.strictSame(
    [...new Set(numbers())],
    Array.from({ length: 40 }, (_, i) => i),
    'each at least once, in order',
  )
  await publisher.close()
  between.close()
  await watcher.client.endAsync()
})

t.test(
  'a broker that is silent for too long is left and asked anew, and what was under way is no loss [MQTT]',
  async (t) => {
    await using broker = await EmbeddedBroker.start()
    const between = await TcpProxy.before(broker.url)
    const watcher = await listener(broker.url, 'viewnet/v1/#')
    const losses: Error[] = []
    const onLoss = (error: Error) => losses.push(error)
    const publisher = new MqttPublisher({ broker: between.url, ...PLACE, keepaliveSeconds: 1, onLoss })
    await publisher.connect()
    between.freeze()
    for (let i = 0; i < 5; i++) publisher.packets(batch(i), encodeBatch(batch(i)))
    await publisher.drain()
    t.match(publisher.stats(), { lost: 0, connections: 2 })
    t.same(losses, [])
    const numbers = () => watcher.heard.flatMap(({ json }) => (json as Partial<PacketBatch>).batch ?? [])
    await watcher.until(() => numbers().includes(4))
    t.strictSame([...new Set(numbers())], [0, 1, 2, 3, 4])
    await publisher.close()
    between.close()
    await watcher.client.endAsync()
  },
)

t.test('says so when the queue is full, at once and to who relies on it [MQTT]', async (t) => {
  const losses: Error[] = []
  const json = encodeBatch(batch(0))
  const publisher = new MqttPublisher({
    broker: 'mqtt://127.0.0.1:1',
    ...PLACE,
    maxQueuedOctets: json.length * 5,
    onLoss: (error) => losses.push(error),
  })
  for (let i = 0; i < 7; i++) publisher.packets(batch(0), json)
  t.match(publisher.stats(), { waiting: 5, lost: 2, queuedOctets: json.length * 5 })
  t.match(losses, [{ code: 'ERR_VIEWNET_EVIDENCE_LOST' }, { message: /queue is full/ }])
  await t.rejects(publisher.drain({ timeoutMs: 1 }), { code: 'ERR_VIEWNET_EVIDENCE_LOST' })
  await publisher.close()
  const patient = new MqttPublisher({ broker: 'mqtt://127.0.0.1:1', ...PLACE })
  for (let i = 0; i < 5; i++) patient.packets(batch(i), json)
  await t.rejects(patient.drain({ timeoutMs: 1 }), {
    code: 'ERR_VIEWNET_BROKER',
    message: /5 messages not acknowledged/,
  })
  await patient.close()
})
