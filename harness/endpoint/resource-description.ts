import { crc32 } from 'node:zlib'
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
/** Where things stand in a packet without a label. */
const At = {
  command: HEADER_BYTES,
  version: HEADER_BYTES + 2,
  exchange: HEADER_BYTES + 4,
  body: HEADER_BYTES + BODY_OFFSET,
  sequence: HEADER_BYTES + BODY_OFFSET,
  round: HEADER_BYTES + RESOURCE_ROUND_OFFSET,
} as const
const ROUND_IN_BODY = RESOURCE_ROUND_OFFSET - BODY_OFFSET

const BODY = new Uint8Array(BODY_BYTES)

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
  const carried = (packet[CRC_OFFSET + 3]! << 24) | (packet[CRC_OFFSET + 2]! << 16) | uint16Reversed(packet, CRC_OFFSET)
  if (crc32(packet.subarray(0, CRC_OFFSET)) !== carried >>> 0) return undefined
  for (let i = 0; i < BODY_BYTES; i++) BODY[i] = packet[At.body + i]!
  BODY[ROUND_IN_BODY] = 0
  BODY[ROUND_IN_BODY + 1] = 0
  return {
    message: 'RESOURCE',
    exchange: uint32(packet, At.exchange),
    sequence: uint32(packet, At.sequence),
    round: uint16(packet, At.round),
    content: hexadecimal(crc32(BODY)),
    fields: null,
    rejected: null,
  }
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
