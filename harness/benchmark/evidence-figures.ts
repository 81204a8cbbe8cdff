import { connectAsync } from 'mqtt'
import { describePacket } from '../endpoint/index.js'
import { EmbeddedBroker, EvidenceRecorder, MqttPublisher, RunReader } from '../evidence/index.js'
import { recordCount, SeenExchange } from './evidence-material.js'
import type { Measurement } from './figure.js'

/** Resources of the exchange that is recorded: some 200 batches, a third of a second. */
const RESOURCES = 25_000
const ROUNDS = 5

/** Octets that may wait for the broker before the packets pause: what comes faster than it is published would only pile up. */
const MAX_WAITING_OCTETS = 1024 * 1024

/** Messages that the bare publisher has under way, as many as ours. */
const MAX_IN_FLIGHT = 32

const STATION = { site: 'benchmark', station: 'benchmark' }

/** The way of the evidence: taps, recorder, publisher, embedded broker and reader, all in this process, as in a certification. */
export function evidenceMeasurements(): readonly Measurement[] {
  return [measurement('evidence end to end at QoS 1', false), measurement('the same with the packets', true)]
}

function measurement(name: string, bytes: boolean): Measurement {
  let made: SeenExchange | undefined
  const exchange = (): SeenExchange => (made ??= new SeenExchange(RESOURCES))
  let payloads: Promise<readonly Buffer[]> | undefined
  const published = (): Promise<readonly Buffer[]> =>
    (payloads ??= exchange()
      .batches(bytes)
      .then((batches) => batches.map((json) => Buffer.from(json))))
  return {
    name: `${name}, beside bare mqtt.js with the same batches`,
    unit: 'records/s',
    goal: { is: 'at least', ratio: 0.5 },
    rounds: ROUNDS,
    ours: () => evidenceRate(exchange(), bytes),
    baseline: async () => bareRate(await published()),
  }
}

async function evidenceRate(exchange: SeenExchange, bytes: boolean): Promise<number> {
  await using broker = await EmbeddedBroker.start()
  const run = 'benchmark'
  await using publisher = new MqttPublisher({ broker: broker.url, ...STATION })
  await publisher.connect()
  const reader = await RunReader.subscribe({ broker: broker.url, run, ...STATION })
  const delivered = countDelivered(reader, recordCount(RESOURCES))
  const recorder = new EvidenceRecorder({ run, describe: describePacket, sinks: [publisher], bytes })
  const startedAtMs = performance.now()
  await exchange.record(recorder, () => pauseFor(publisher))
  await recorder.flush()
  await delivered
  return recordCount(RESOURCES) / ((performance.now() - startedAtMs) / 1000)
}

/** Not asked again and again whether there is room: that alone would take a tenth of the time. */
function pauseFor(publisher: MqttPublisher): Promise<void> | undefined {
  return publisher.stats().queuedOctets < MAX_WAITING_OCTETS ? undefined : publisher.drain()
}

/** Ends when every record is here, each in its place. */
async function countDelivered(reader: RunReader, expected: number): Promise<void> {
  let batches = 0
  let records = 0
  for await (const entry of reader) {
    if (entry.type !== 'packets') continue
    const { batch, first, columns } = entry.batch
    if (batch !== batches || first !== records) {
      throw new Error(`expected batch ${batches} from record ${records}, got batch ${batch} from record ${first}`)
    }
    batches++
    records += columns.t.length
    if (records >= expected) break
  }
  if (records !== expected) throw new Error(`expected ${expected} records, got ${records}`)
}

/** The same payloads on the same topic by mqtt.js alone, at QoS 1, acknowledged, and received. */
async function bareRate(payloads: readonly Buffer[]): Promise<number> {
  await using broker = await EmbeddedBroker.start()
  const topic = 'viewnet/v1/benchmark/benchmark/run/benchmark/packets/benchmark'
  const options = { protocolVersion: 4, reconnectPeriod: 0 } as const
  const sender = await connectAsync(broker.url, options)
  const receiver = await connectAsync(broker.url, options)
  try {
    await receiver.subscribeAsync(topic, { qos: 1 })
    const startedAtMs = performance.now()
    await Promise.all([receiveAll(receiver, payloads.length), publishAll(sender, topic, payloads)])
    return recordCount(RESOURCES) / ((performance.now() - startedAtMs) / 1000)
  } finally {
    await sender.endAsync()
    await receiver.endAsync()
  }
}

type Client = Awaited<ReturnType<typeof connectAsync>>

function receiveAll(client: Client, messages: number): Promise<void> {
  return new Promise((resolve) => {
    let received = 0
    client.on('message', () => {
      if (++received === messages) resolve()
    })
  })
}

function publishAll(client: Client, topic: string, payloads: readonly Buffer[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let next = 0
    let acknowledged = 0
    const publish = (): void => {
      const payload = payloads[next++]
      if (!payload) return
      client.publish(topic, payload, { qos: 1 }, (error) => {
        if (error) return reject(error)
        if (++acknowledged === payloads.length) resolve()
        publish()
      })
    }
    for (let inFlight = 0; inFlight < MAX_IN_FLIGHT; inFlight++) publish()
  })
}
