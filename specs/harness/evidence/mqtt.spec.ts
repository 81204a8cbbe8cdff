import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { connectAsync, type MqttClient } from 'mqtt'
import t from 'tap'
import {
  batchOf,
  EmbeddedBroker,
  encodeBatch,
  MqttPublisher,
  RunReader,
  type CaseOutcomeMessage,
  type EvidenceEntry,
  type PacketBatch,
  type RunState,
  type VerdictMessage,
} from '../../../harness/evidence/index.js'
import { Verifier } from '../../../harness/verifier/index.js'
import { resourceRecord } from './records.js'
import { TcpProxy } from './tcp-proxy.js'

const PLACE = { site: 'lab', station: 'bench-1' }

const CASE_OUTCOME: CaseOutcomeMessage = {
  v: 1,
  run: 'r1',
  id: 'reach',
  title: 'the device is reached',
  outcome: 'pass',
  measurements: [{ name: 'duration', value: 12, unit: 'ms', limit: null }],
  why: '',
  durationMs: 12,
}

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

function batch(number: number, flow = 'f1'): PacketBatch {
  return batchOf({ run: 'r1', flow, batch: number, first: number }, [resourceRecord(number + 1)])
}

function state(ended: boolean): RunState {
  const common = {
    v: 1,
    run: 'r1',
    seed: 11,
    plan: ['reach'],
    versions: { viewnet: '0.1.0' },
    progress: { casesDone: 1 },
  } as const
  return { ...common, ended, ...(ended && { verdict: 'pass', flows: { f1: { batches: 2, records: 2 } } }) }
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

/** What an error of the evidence says. */
type Refusal = {
  readonly code: string
  readonly where?: string | RegExp
  readonly message?: RegExp
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

t.test('names an absent, a silent and a refusing broker, never the credentials [MQTT]', async (t) => {
  const absent = new MqttPublisher({ broker: 'mqtt://operator:hunter2@127.0.0.1:1', ...PLACE })
  t.equal(absent.broker, 'mqtt://127.0.0.1:1')
  const error: unknown = await absent.connect().then(
    () => undefined,
    (failure: unknown) => failure,
  )
  t.match(error, { code: 'ERR_VIEWNET_BROKER', message: /expected a connection, got .*ECONNREFUSED.*embedded/ })
  t.notMatch(error, { message: /operator|hunter2/ })

  const silent = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const url = `mqtt://127.0.0.1:${(silent.address() as AddressInfo).port}`
  await t.rejects(new MqttPublisher({ broker: url, ...PLACE }).connect({ timeoutMs: 50 }), {
    code: 'ERR_VIEWNET_BROKER',
    message: /within 50 ms, got no answer/,
  })
  const aborted = AbortSignal.abort(new Error('enough'))
  await t.rejects(new MqttPublisher({ broker: url, ...PLACE }).connect({ signal: aborted }), { message: 'enough' })
  const controller = new AbortController()
  const attempt = new MqttPublisher({ broker: url, ...PLACE }).connect({ signal: controller.signal })
  controller.abort(new Error('enough'))
  await t.rejects(attempt, { message: 'enough' })
  await t.rejects(RunReader.subscribe({ broker: url, run: 'r1', timeoutMs: 50 }), { code: 'ERR_VIEWNET_BROKER' })
  silent.close()

  // CONNACK: 'bad user name or password' (MQTT 3.1.1, 3.2.2.3).
  const refusing = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end(Uint8Array.of(0x20, 2, 0, 4)))
  }).listen(0, '127.0.0.1')
  await once(refusing, 'listening')
  const strict = `mqtt://127.0.0.1:${(refusing.address() as AddressInfo).port}`
  const environment = { VIEWNET_BROKER_USERNAME: 'operator', VIEWNET_BROKER_PASSWORD: 'user name' }
  const refused: unknown = await new MqttPublisher({ broker: strict, ...PLACE, environment }).connect().then(
    () => undefined,
    (failure: unknown) => failure,
  )
  t.match(refused, { code: 'ERR_VIEWNET_BROKER', message: /Bad/ })
  t.notMatch(refused, { message: /user name/ }, 'not even where the password is part of the reason')
  refusing.close()
})

t.test('sends the credentials of the URL, or of the environment [MQTT]', async (t) => {
  const connects: Buffer[] = []
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', (octets) => {
      connects.push(octets)
      socket.end(Uint8Array.of(0x20, 2, 0, 5))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const environment = { VIEWNET_BROKER_USERNAME: 'env-user', VIEWNET_BROKER_PASSWORD: 'env-pass' }
  for (const broker of [`mqtt://url-user:url%2Fpass@127.0.0.1:${port}`, `mqtt://127.0.0.1:${port}`]) {
    await t.rejects(new MqttPublisher({ broker, ...PLACE, environment }).connect(), { code: 'ERR_VIEWNET_BROKER' })
  }
  t.ok(connects[0]?.includes('url-user') && connects[0].includes('url/pass'))
  t.ok(connects[1]?.includes('env-user') && connects[1].includes('env-pass'))
  t.ok(connects[0]?.includes(Buffer.from('MQTT\u0004')), 'protocol level 4: MQTT 3.1.1')
  server.close()
})

t.test('refuses options and addresses that are wrong, by name and without credentials', (t) => {
  const make = (options: object) => () => new MqttPublisher({ broker: 'mqtt://127.0.0.1', ...PLACE, ...options })
  t.throws(make({ maxInflight: 1 }), {
    code: 'ERR_VIEWNET_OPTION',
    message: /maxInflight: unknown option; did you mean 'maxInFlight'/,
  })
  t.throws(make({ maxInFlight: 0 }), { code: 'ERR_VIEWNET_OPTION', message: /maxInFlight: / })
  t.throws(make({ site: 'a/b' }), { code: 'ERR_VIEWNET_TOPIC', message: /^site: / })
  t.throws(make({ station: '' }), { code: 'ERR_VIEWNET_TOPIC' })
  for (const broker of [
    'http://u:pw@h',
    'u:pw@h',
    'mqtt://u:pw@h/topic',
    'mqtt//u:pw@h',
    'mqtt://u:pw@',
    'mqtt://u:pw@h:99999',
    'mqtt://u:pw@h?x=1',
  ]) {
    t.throws(make({ broker }), { code: 'ERR_VIEWNET_ADDRESS', message: /^(?!.*pw)/s }, broker)
  }
  t.equal(make({ broker: 'mqtt://[::1]' })().broker, 'mqtt://[::1]:1883')
  t.equal(make({ broker: 'mqtts://broker.lab/' })().broker, 'mqtts://broker.lab:8883')
  t.end()
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
