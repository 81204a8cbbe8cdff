import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { EvidenceTrail } from '../../../harness/certification/evidence-trail.js'
import { encodePacket } from '../../../harness/endpoint/index.js'
import { EmbeddedBroker, encodeBatch, MqttPublisher, RunReader } from '../../../harness/evidence/index.js'
import { Mosquitto, mosquittoAbsent as skip } from './mosquitto-server.js'
import { batch, PLACE } from './mqtt-run.js'
import { TcpProxy } from './tcp-proxy.js'

function publish(publisher: MqttPublisher, first: number, end: number): void {
  for (let i = first; i < end; i++) publisher.packets(batch(i), encodeBatch(batch(i)))
}

function ended(publisher: MqttPublisher): void {
  publisher.state({ v: 1, run: 'r1', seed: 1, plan: [], versions: {}, progress: {}, ended: true })
}

/** Numbers of the batches that a reader brings; repetitions that are none of its faults are left out. */
async function numbersFrom(reader: RunReader, seen?: (number: number) => void): Promise<number[]> {
  const numbers: number[] = []
  for await (const entry of reader) {
    if (entry.type !== 'packets') continue
    const { batch: number } = entry.batch
    if (number >= numbers.length) numbers.push(number)
    seen?.(number)
  }
  return numbers
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

t.test('a broker that is away holds up nothing: what it misses waits on the disk, and follows in order', async (t) => {
  const outbox = join(t.testdir(), 'outbox')
  await using broker = await EmbeddedBroker.start()
  const between = await TcpProxy.before(broker.url)
  t.teardown(() => between.close())
  const reader = await RunReader.subscribe({ broker: broker.url, run: 'r1' })
  const reading = numbersFrom(reader)
  const publisher = new MqttPublisher({ broker: between.url, ...PLACE, maxQueuedOctets: 4096, outbox, seed: 1 })
  await publisher.connect()
  publish(publisher, 0, 10)
  await publisher.drain()
  t.notOk(existsSync(outbox), 'nothing on the disk while the broker keeps up')
  between.goAway()
  publish(publisher, 10, 500)
  t.equal(publisher.stats().lost, 0)
  t.ok(publisher.stats().outboxMessages > 400)
  await t.rejects(publisher.drain({ timeoutMs: 1 }), {
    code: 'ERR_VIEWNET_BROKER',
    message: /messages not acknowledged/,
  })
  between.comeBack()
  publish(publisher, 500, 600)
  ended(publisher)
  t.strictSame(await reading, upTo(600))
  await publisher.drain()
  t.match(publisher.stats(), { outboxMessages: 0, outboxOctets: 0, connections: 2, isConnected: true })
  await publisher.close()
  t.notOk(existsSync(outbox))
})

t.test('a full outbox is said at once, and again at drain [exit 2]', async (t) => {
  const losses: Error[] = []
  const broker = await EmbeddedBroker.start()
  const publisher = new MqttPublisher({
    broker: broker.url,
    ...PLACE,
    maxQueuedOctets: 1024,
    outbox: join(t.testdir(), 'outbox'),
    maxOutboxOctets: 64 * 1024,
    onLoss: (error) => losses.push(error),
  })
  await publisher.connect()
  await broker.close()
  publish(publisher, 0, 1000)
  t.match(losses[0], { code: 'ERR_VIEWNET_EVIDENCE_LOST', message: /the outbox is full: \d+ octets wait for mqtt:/ })
  t.equal(publisher.stats().lost, losses.length)
  // Without waiting: what is lost does not come back.
  await t.rejects(publisher.drain({ timeoutMs: 60_000 }), {
    code: 'ERR_VIEWNET_EVIDENCE_LOST',
    message: /outbox is full/,
  })
  await publisher.close()
})

t.test('what nobody took by the end stays on the disk, for the next publisher of that folder', async (t) => {
  const outbox = join(t.testdir(), 'outbox')
  await using broker = await EmbeddedBroker.start()
  const between = await TcpProxy.before(broker.url)
  t.teardown(() => between.close())
  const options = { broker: between.url, ...PLACE, maxQueuedOctets: 4096, outbox, isReadBack: true }
  const publisher = new MqttPublisher(options)
  await publisher.connect()
  between.goAway()
  publish(publisher, 0, 200)
  await publisher.close()
  t.ok(readdirSync(outbox).length > 0)
  between.comeBack()
  const reader = await RunReader.subscribe({ broker: broker.url, run: 'r1' })
  const reading = numbersFrom(reader)
  const next = new MqttPublisher(options)
  await next.connect()
  ended(next)
  t.strictSame(await reading, upTo(200))
  await next.drain()
  await next.close()
  t.notOk(existsSync(outbox))
})

t.test(
  'a reader’s session outlives an orderly restart of mosquitto: no gap [MQTT 3.1.1, 3.1.2.4]',
  { skip },
  async (t) => {
    const folder = t.testdir()
    const mosquitto = await Mosquitto.prepare(folder, {
      settings: ['persistence true', `persistence_location ${folder}/`],
    })
    await mosquitto.start()
    t.teardown(() => mosquitto.kill('SIGKILL'))
    await using publisher = new MqttPublisher({ broker: mosquitto.url, ...PLACE, seed: 2 })
    await publisher.connect()
    let resumed = 0
    const reader = await RunReader.subscribe({
      broker: mosquitto.url,
      run: 'r1',
      seed: 3,
      onResumed: () => {
        resumed++
      },
    })
    const reading = numbersFrom(reader)
    publish(publisher, 0, 100)
    await publisher.drain()
    await mosquitto.kill('SIGTERM')
    publish(publisher, 100, 200)
    await mosquitto.start()
    await publisher.drain({ timeoutMs: 30_000 })
    publish(publisher, 200, 300)
    ended(publisher)
    t.strictSame(await reading, upTo(300))
    t.equal(resumed, 1)
  },
)

t.test(
  'a bench loses nothing to mosquitto killed in the middle of a run, whatever it forgets [kill -9]',
  { skip },
  async (t) => {
    const folder = t.testdir()
    // Nothing is kept: neither the reader's session, nor what was acknowledged and not delivered.
    const mosquitto = await Mosquitto.prepare(folder, { settings: ['persistence false'] })
    await mosquitto.start()
    t.teardown(() => mosquitto.kill('SIGKILL'))
    const trail = await EvidenceTrail.open({
      run: 'r1',
      ...PLACE,
      broker: mosquitto.url,
      report: folder,
      versions: {},
      signal: new AbortController().signal,
    })
    let packets = 0
    const some = (count: number): void => {
      for (let i = 0; i < count; i++) trail.recorder.observe('f1', { fate: 'dropped', packet: progress(++packets) })
    }
    for (let kill = 0; kill < 3; kill++) {
      some(5000)
      // While the packets are under way: some acknowledged, some delivered, some neither.
      await new Promise(setImmediate)
      await mosquitto.kill('SIGKILL')
      some(5000)
      await mosquitto.start()
      some(5000)
    }
    const { verdict } = await trail.judge('f1')
    t.equal(verdict.evidence.records, packets)
    t.notOk(verdict.findings.some(({ rule }) => rule === 'evidence-dense'))
    await trail.close()
    t.notOk(readdirSync(folder).includes('outbox'), 'nothing waits any more')
    t.equal(readFileSync(join(folder, 'packets.ndjson'), 'utf8').trimEnd().split('\n').length, verdict.evidence.batches)
  },
)

/** A packet that says how far an endpoint is: any message will do. */
function progress(highest: number): Uint8Array {
  const address = { metropolitanArea: 1, access: 1 }
  return encodePacket({
    destination: address,
    source: address,
    label: undefined,
    converterNumber: 1n,
    exchange: 7,
    message: { type: 'PROGRESS', highest, round: 0 },
  })
}
