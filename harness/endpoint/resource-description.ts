import { carryCrc, CRC_START } from './crc32.js'
import type { DescribedPacket } from './description.js'
import {
  BODY_OFFSET,
  CommandCode,
  CRC_BYTES,
  HEADER_BYTES,
  PacketType,
  PROTOCOL_PAYLOAD_BYTES,
  PROTOCOL_VERSION,
  RESOURCE_ROUND_OFFSET,
  SOURCE_OFFSET,
} from './packet-layout.js'

const CRC_OFFSET = HEADER_BYTES + PROTOCOL_PAYLOAD_BYTES
const PACKET_BYTES = CRC_OFFSET + CRC_BYTES
const BODY_BYTES = PROTOCOL_PAYLOAD_BYTES - BODY_OFFSET
const ROUND_BYTES = 2
const ROUND_0 = new Uint8Array(ROUND_BYTES)
/** Where things stand in a packet without a label. */
const At = {
  command: HEADER_BYTES,
  version: HEADER_BYTES + 2,
  exchange: HEADER_BYTES + 4,
  body: HEADER_BYTES + BODY_OFFSET,
  sequence: HEADER_BYTES + BODY_OFFSET,
  round: HEADER_BYTES + RESOURCE_ROUND_OFFSET,
} as const

/** All octets in hexadecimal: put together from these, a number is written ten times as fast as by `toString(16)`. */
const HEXADECIMAL = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'))

/**
 * Describe what nearly all packets are, a RESOURCE without a label that can be read, straight from its octets. {@link describePacket} says the
 * same of it, and of everything else; a spec holds the two together.
 *
 * @returns undefined for any other packet
 */
export function describeResource(packet: Uint8Array): DescribedPacket | undefined {
  if (packet.length !== PACKET_BYTES || packet[0] !== PacketType.protocol) return undefined
  if (packet[SOURCE_OFFSET] !== PacketType.protocol || packet[At.version] !== PROTOCOL_VERSION) return undefined
  if (uint16(packet, At.command) !== CommandCode.RESOURCE) return undefined
  // One pass over the body serves both sums. A CRC is linear: the sum of the whole is what the header leaves, moved on over the body's length, and
  // what the body adds.
  const body = carryCrc(0, packet, At.body, CRC_OFFSET)
  const carried = (packet[CRC_OFFSET + 3]! << 24) | (packet[CRC_OFFSET + 2]! << 16) | uint16Reversed(packet, CRC_OFFSET)
  if (~(overBody(carryCrc(CRC_START, packet, 0, At.body)) ^ body) !== carried) return undefined
  const round = uint16(packet, At.round)
  return {
    message: 'RESOURCE',
    exchange: uint32(packet, At.exchange),
    sequence: uint32(packet, At.sequence),
    round,
    content: hexadecimal(~(round === 0 ? BEFORE_BODY ^ body : roundless(packet))),
    fields: null,
    rejected: null,
  }
}

/** A CRC carried on over a body that is zeros: by each octet of the CRC. */
const OVER_BODY = Array.from({ length: 4 }, (_, place) =>
  Int32Array.from({ length: 256 }, (_, octet) =>
    carryCrc(octet << (8 * place), new Uint8Array(BODY_BYTES), 0, BODY_BYTES),
  ),
)
const [LOWEST, LOW, HIGH, HIGHEST] = OVER_BODY as [Int32Array, Int32Array, Int32Array, Int32Array]
const BEFORE_BODY = overBody(CRC_START)

function overBody(crc: number): number {
  return LOWEST[crc & 0xff]! ^ LOW[(crc >>> 8) & 0xff]! ^ HIGH[(crc >>> 16) & 0xff]! ^ HIGHEST[crc >>> 24]!
}

/** The CRC of the body with the round set to 0. */
function roundless(packet: Uint8Array): number {
  const before = carryCrc(CRC_START, packet, At.body, At.round)
  return carryCrc(carryCrc(before, ROUND_0, 0, ROUND_BYTES), packet, At.round + ROUND_BYTES, CRC_OFFSET)
}

// Octets that are there: the length is known.

function uint16(octets: Uint8Array, at: number): number {
  return (octets[at]! << 8) | octets[at + 1]!
}

function uint16Reversed(octets: Uint8Array, at: number): number {
  return (octets[at + 1]! << 8) | octets[at]!
}

function uint32(octets: Uint8Array, at: number): number {
  return ((uint16(octets, at) << 16) | uint16(octets, at + 2)) >>> 0
}

function hexadecimal(number: number): string {
  return (
    HEXADECIMAL[number >>> 24]! +
    HEXADECIMAL[(number >>> 16) & 0xff]! +
    HEXADECIMAL[(number >>> 8) & 0xff]! +
    HEXADECIMAL[number & 0xff]!
  )
}
