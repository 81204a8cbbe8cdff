import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Acceleration } from 'viewnet/link'
import { describePacket } from '../endpoint/index.js'
import { EmbeddedBroker, EvidenceRecorder, MqttPublisher, NdjsonSink, type EvidenceSink } from '../evidence/index.js'
import { bareDatagramRate } from './bare-datagrams.js'
import { exchangeMs, startEndpoint } from './exchange-run.js'
import type { Measurement } from './figure.js'
import { Peers } from './peer-process.js'

/** Resources of one exchange: some 100 batches, a third of a second. */
const RESOURCES = 25_000
const ROUNDS = 5
const FLOW = 'benchmark'
const STATION = { site: 'benchmark', station: 'benchmark' }

/** Octets that may wait for the broker: evidence of one exchange, so that none is lost however late the broker is. */
const MAX_QUEUED_OCTETS = 64 * 1024 ** 2

/**
 * What recording costs: the exchange with the endpoint's side tapped beside the same exchange without a tap, and by MQTT beside a bare loop that
 * moves as many packets.
 */
export function recordingMeasurements(): readonly Measurement[] {
  return [
    besideUnrecorded('on the disk', recordedOnDisk),
    besideUnrecorded('by MQTT at QoS 1, the broker in this process', recordedByMqtt),
    besideBareLoop('plain', 0.45),
    besideBareLoop('accelerated', 1),
  ]
}

type RecordedRate = (address: string, acceleration: Acceleration) => Promise<number>

function besideUnrecorded(where: string, recorded: RecordedRate): Measurement {
  const peers = new Peers()
  const converter = async (): Promise<string> => (await peers.get('plain-converter')).address
  return {
    name: `the exchange over plain UDP recorded ${where}, beside it unrecorded`,
    unit: 'packets/s',
    goal: { is: 'at least', ratio: 0.67 },
    rounds: ROUNDS,
    ours: async () => recorded(await converter(), 'off'),
    baseline: async () => exchangeRate(await converter(), 'off'),
    close: () => peers.close(),
  }
}

function besideBareLoop(kind: 'plain' | 'accelerated', ratio: number): Measurement {
  const peers = new Peers()
  const isPlain = kind === 'plain'
  const role = isPlain ? 'plain-converter' : 'converter'
  return {
    name: `the exchange over ${kind} UDP recorded by MQTT at QoS 1, beside a bare loop of datagrams`,
    unit: 'packets/s',
    goal: { is: 'at least', ratio },
    rounds: ROUNDS,
    unavailable: async () => (isPlain ? undefined : (await peers.get(role)).ready.whyNotAccelerated),
    ours: async () => recordedByMqtt((await peers.get(role)).address, isPlain ? 'off' : 'auto'),
    baseline: () => bareDatagramRate(peers, RESOURCES),
    close: () => peers.close(),
  }
}

async function recordedOnDisk(address: string, acceleration: Acceleration): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'viewnet-benchmark-'))
  try {
    await using sink = await NdjsonSink.open(join(folder, 'packets.ndjson'))
    return await recordedRate(address, acceleration, sink)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function recordedByMqtt(address: string, acceleration: Acceleration): Promise<number> {
  await using broker = await EmbeddedBroker.start()
  await using publisher = new MqttPublisher({ broker: broker.url, ...STATION, maxQueuedOctets: MAX_QUEUED_OCTETS })
  await publisher.connect()
  return await recordedRate(address, acceleration, publisher)
}

/** Waits until the sink holds everything, outside of what is measured, and fails when any packet is not in the evidence. */
async function recordedRate(address: string, acceleration: Acceleration, sink: EvidenceSink): Promise<number> {
  const recorder = new EvidenceRecorder({ run: 'benchmark', describe: describePacket, sinks: [sink] })
  const rate = await exchangeRate(address, acceleration, recorder)
  await recorder.flush()
  const { records } = recorder.totals(FLOW)
  if (records < RESOURCES) throw new Error(`expected at least ${RESOURCES} records, got ${records}`)
  return rate
}

async function exchangeRate(address: string, acceleration: Acceleration, recorder?: EvidenceRecorder): Promise<number> {
  const { endpoint, window, close } = await startEndpoint(
    address,
    acceleration,
    recorder && ((link) => recorder.tapLink(link, 'endpoint', FLOW)),
  )
  try {
    return RESOURCES / ((await exchangeMs(endpoint, RESOURCES, window)) / 1000)
  } finally {
    await close()
  }
}
