import type { Link, LinkReceiver } from 'viewnet/link'
import { referenceCodec, ResourceEncoder, type Message, type Packet } from 'viewnet/wire'
import { describePacket } from '../endpoint/index.js'
import { EvidenceRecorder, type EvidenceSink, type PacketBatch } from '../evidence/index.js'

/** RESOURCE packets that a converter hands over before the endpoint sees the first of them, as on fast links. */
const RUN_PACKETS = 64

const EXCHANGE = 77
const FLOW = 'benchmark'
const ADDRESS = 'memory:benchmark'
const HEADER = { exchange: EXCHANGE, converterNumber: 0x0001_0014_012c_0fa0n }
const DEVICE_NUMBER = 0x0001_0014_012c_0007n
const ENDPOINT = { area: 1, access: 1 }
const CONVERTER = { area: 1, access: 2 }

/** Records of an exchange of so many resources: each packet is seen where it leaves, and where it arrives. */
export function recordCount(resources: number): number {
  // REQUEST, RESPONSE, ROUND_END, three COUNT_REPORTs.
  return 2 * (resources + 6)
}

/** An exchange without losses, packet by packet, as its two ends see it. */
export class SeenExchange {
  readonly #resources: readonly Uint8Array[]
  readonly #count: number

  constructor(resources: number) {
    this.#count = resources
    const encoder = new ResourceEncoder(referenceCodec, { ...HEADER, destination: ENDPOINT, source: CONVERTER })
    this.#resources = Array.from({ length: resources }, (_, at) =>
      encoder
        .encode({
          ...HEADER,
          type: 'RESOURCE',
          sequence: at + 1,
          count: resources,
          startMs: 1_700_000_000_000 + at * 1000,
          endMs: 1_700_000_000_500 + at * 1000,
          channel: 1,
          kinds: 1,
          round: 0,
          sizeBytes: at * 1024,
          key: (BigInt(at) * 0x9e37_79b9_7f4a_7c15n) % 2n ** 64n,
        })
        .slice(),
    )
  }

  /**
   * Let a recorder see it through its taps.
   *
   * @param pause - awaited after every run of 64 packets
   */
  async record(recorder: EvidenceRecorder, pause: () => Promise<void> | undefined = () => undefined): Promise<void> {
    const converter = new SilentLink()
    const endpoint = new SilentLink()
    const out = recorder.tapLink(converter, 'converter', FLOW)
    const asking = recorder.tapLink(endpoint, 'endpoint', FLOW)
    await out.start(NOBODY)
    await asking.start(NOBODY)
    const ask = (message: Message): void => {
      const octets = encoded({ destination: CONVERTER, source: ENDPOINT, message })
      asking.send(octets, ADDRESS)
      converter.receive(octets)
    }
    const tell = (message: Message): void => {
      const octets = encoded({ destination: ENDPOINT, source: CONVERTER, message })
      out.send(octets, ADDRESS)
      endpoint.receive(octets)
    }
    ask(REQUEST)
    tell({
      ...HEADER,
      type: 'RESPONSE',
      status: 0,
      count: this.#count,
      deviceNumber: DEVICE_NUMBER,
      snapshotAtMs: 1_800_000_000_000,
    })
    for (let first = 0; first < this.#count; first += RUN_PACKETS) {
      const run = this.#resources.slice(first, first + RUN_PACKETS)
      for (const packet of run) out.send(packet, ADDRESS)
      for (const packet of run) endpoint.receive(packet)
      await pause()
    }
    tell({ ...HEADER, type: 'ROUND_END', count: this.#count, sentCount: this.#count, round: 0 })
    const complete = {
      ...HEADER,
      type: 'COUNT_REPORT',
      verdict: 0,
      round: 0,
      receivedCount: this.#count,
      count: this.#count,
      missingPackets: 0,
    } as const
    for (let time = 0; time < 3; time++) ask(complete)
  }

  /** The same as the batches that are published. */
  async batches(bytes: boolean): Promise<string[]> {
    const sink = new CollectingSink()
    const recorder = new EvidenceRecorder({ run: 'benchmark', describe: describePacket, sinks: [sink], bytes })
    await this.record(recorder)
    await recorder.flush()
    return sink.batches
  }
}

const REQUEST: Message = {
  ...HEADER,
  type: 'REQUEST',
  selective: true,
  credit: false,
  deviceNumber: DEVICE_NUMBER,
  channel: 0,
  kinds: 0,
  resourceLimit: 0,
  fromMs: 0,
  toMs: 0,
  ratePacketsPerSecond: 0,
  windowPackets: 0,
}

const NOBODY: LinkReceiver = { packet: () => undefined }

function encoded(packet: Packet): Uint8Array {
  return referenceCodec.encode(packet)
}

/** Carries nothing: what the tap around it costs is what is measured. */
class SilentLink implements Link {
  readonly address = ADDRESS
  #receiver: LinkReceiver = NOBODY

  start(receiver: LinkReceiver): Promise<void> {
    this.#receiver = receiver
    return Promise.resolve()
  }

  send(): void {}

  receive(packet: Uint8Array): void {
    this.#receiver.packet(packet, ADDRESS)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

class CollectingSink implements EvidenceSink {
  readonly batches: string[] = []

  packets(_batch: PacketBatch, json: string): void {
    this.batches.push(json)
  }

  drain(): Promise<void> {
    return Promise.resolve()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
