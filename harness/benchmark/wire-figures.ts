import {
  crc32,
  PacketView,
  referenceCodec,
  ResourceEncoder,
  ResourceRun,
  type Packet,
  type Resource,
} from 'viewnet/wire'
import type { Measurement } from './figure.js'

/** Packets a round: enough for a clock that is only microseconds fine, and for what the kernel adds to it at its ticks. */
const PACKETS = 256_000
const ROUNDS = 9
/** Packets of a run, as the converter sends them. */
const RUN_PACKETS = 64
/** Of a RESOURCE, all that its CRC covers. */
const COVERED_OCTETS = 82

const MESSAGE: Resource = {
  type: 'RESOURCE',
  exchange: 77,
  converterNumber: 0x0001_0014_012c_0fa0n,
  sequence: 2,
  count: 3,
  startMs: 1_700_000_000_000,
  endMs: 1_700_000_600_000,
  channel: 2,
  kinds: 2,
  round: 0,
  sizeBytes: 1_048_576,
  key: 0x0123_4567_89ab_cdefn,
}

const RESOURCE: Packet = { destination: { area: 1, access: 1 }, source: { area: 1, access: 2 }, message: MESSAGE }
/** As a snapshot keeps it. */
const RECORD = new Uint8Array(36).fill(0x5a)

/** Nanoseconds of processor time a packet, over one round. What it comes to is used, so that nothing is optimised away. */
function nanosecondsPerPacket(packets: () => number): number {
  const before = process.cpuUsage()
  const sum = packets()
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1000) / PACKETS + (sum === 0 ? Number.MIN_VALUE : 0)
}

/**
 * The wire: encoding and decoding one RESOURCE as the converter's fast path does, beside the CRC-32 over 82 octets, by the same code: sixteen octets a
 * step, in JavaScript, which for so few is faster than zlib's.
 */
export function wireMeasurements(): readonly Measurement[] {
  const packet = referenceCodec.encode(RESOURCE)
  const encoder = new ResourceEncoder(referenceCodec, { ...RESOURCE, ...MESSAGE })
  const run = new ResourceRun(RUN_PACKETS)
  const view = new PacketView()

  const crcAlone = (): number => {
    let sum = 0
    for (let at = 0; at < PACKETS; at++) sum += crc32(packet, 0, COVERED_OCTETS)
    return sum
  }
  const encode = (): number => {
    const numbers = { sequence: 0, count: PACKETS, round: 0 }
    while (numbers.sequence < PACKETS) {
      run.begin(encoder)
      for (; !run.isFull; numbers.sequence++) run.add(numbers, RECORD, 0)
    }
    return run.packetCount
  }
  const decode = (): number => {
    let sum = 0
    for (let at = 0; at < PACKETS; at++) if (view.look(packet) === undefined) sum += fieldsOf(view)
    return sum
  }
  const about = { unit: 'ns', rounds: ROUNDS, baseline: () => nanosecondsPerPacket(crcAlone) }
  return [
    {
      ...about,
      name: 'encode one RESOURCE, CRC included, beside the CRC-32 of 82 octets',
      goal: { is: 'at most', ratio: 2.5 },
      ours: () => nanosecondsPerPacket(encode),
    },
    {
      ...about,
      name: 'decode one RESOURCE, verified, all fields read, beside the same',
      goal: { is: 'at most', ratio: 3 },
      ours: () => nanosecondsPerPacket(decode),
    },
  ]
}

/** Something of every field. */
function fieldsOf({ message, destination, source, label = 0 }: PacketView): number {
  if (message.type !== 'RESOURCE') return 0
  const { exchange, converterNumber, sequence, count, startMs, endMs, channel, kinds, round, sizeBytes, key } = message
  const numbers = exchange + sequence + count + startMs + endMs + channel + kinds + round + sizeBytes + label
  const addresses = destination.area + destination.access + source.area + source.access
  return numbers + addresses + (key === MESSAGE.key ? 1 : 0) + (converterNumber === MESSAGE.converterNumber ? 1 : 0)
}
