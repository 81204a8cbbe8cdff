import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describePacket } from '../endpoint/index.js'
import { EmbeddedBroker, EvidenceRecorder, MqttPublisher, NdjsonSink, type EvidenceSink } from '../evidence/index.js'
import { exchangeMs, startEndpoint } from './exchange-run.js'
import type { Measurement } from './figure.js'
import { Peers } from './peer-process.js'

/** Resources of one exchange: some 200 batches. */
const RESOURCES = 50_000
const ROUNDS = 5
const FLOW = 'benchmark'
const STATION = { site: 'benchmark', station: 'benchmark' }

/** Octets that may wait for the broker: evidence of one exchange, so that none is lost however late the broker is. */
const MAX_QUEUED_OCTETS = 64 * 1024 ** 2

/** What recording costs: the exchange with the endpoint's side tapped beside the same exchange without a tap. */
export function recordingMeasurements(): readonly Measurement[] {
  return [
    measurement('on the disk', 0.67, recordedOnDisk),
    measurement('by MQTT at QoS 1, the broker in this process', 0.45, recordedByMqtt),
  ]
}

type RecordedRate = (address: string) => Promise<number>

function measurement(where: string, ratio: number, recorded: RecordedRate): Measurement {
  const peers = new Peers()
  const converter = async (): Promise<string> => (await peers.get('plain-converter')).address
  return {
    name: `the exchange over plain UDP recorded ${where}, beside it unrecorded`,
    unit: 'packets/s',
    goal: { is: 'at least', ratio },
    rounds: ROUNDS,
    ours: async () => recorded(await converter()),
    baseline: async () => exchangeRate(await converter()),
    close: () => peers.close(),
  }
}

async function recordedOnDisk(address: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'viewnet-benchmark-'))
  try {
    await using sink = await NdjsonSink.open(join(folder, 'packets.ndjson'))
    return await recordedRate(address, sink)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function recordedByMqtt(address: string): Promise<number> {
  await using broker = await EmbeddedBroker.start()
  await using publisher = new MqttPublisher({ broker: broker.url, ...STATION, maxQueuedOctets: MAX_QUEUED_OCTETS })
  await publisher.connect()
  return await recordedRate(address, publisher)
}

/** Waits until the sink holds everything, outside of what is measured, and fails when any packet is not in the evidence. */
async function recordedRate(address: string, sink: EvidenceSink): Promise<number> {
  const recorder = new EvidenceRecorder({ run: 'benchmark', describe: describePacket, sinks: [sink] })
  const rate = await exchangeRate(address, recorder)
  await recorder.flush()
  const { records } = recorder.totals(FLOW)
  if (records < RESOURCES) throw new Error(`expected at least ${RESOURCES} records, got ${records}`)
  return rate
}

async function exchangeRate(address: string, recorder?: EvidenceRecorder): Promise<number> {
  const { endpoint, window } = await startEndpoint(
    address,
    'off',
    recorder && ((link) => recorder.tapLink(link, 'endpoint', FLOW)),
  )
  try {
    return RESOURCES / ((await exchangeMs(endpoint, RESOURCES, window)) / 1000)
  } finally {
    await endpoint.close()
  }
}
