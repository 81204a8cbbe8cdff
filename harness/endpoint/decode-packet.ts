import { crc32 } from 'node:zlib'
import { PacketError } from './packet-error.js'
import type { Message, NodeAddress, Packet } from './message.js'
import {
  BODY_OFFSET,
  CommandCode,
  CRC_BYTES,
  DATA_PAYLOAD_BYTES,
  HEADER_BYTES,
  LABEL_BYTES,
  LABELLED,
  PacketType,
  PROTOCOL_PAYLOAD_BYTES,
  PROTOCOL_VERSION,
  RequestFlag,
  RESOURCE_ROUND_OFFSET,
  SOURCE_OFFSET,
  SUB_HEADER_BYTES,
} from './packet-layout.js'

/**
 * Decode one access-network packet.
 *
 * @param packet - exactly one packet, 86–1082 octets: | DA 8 | SA 8 | reserved 2 | [label 4] | payload | CRC-32 |
 * @returns what it says; the bitmap of MISSING is a view into `packet`, everything else a copy
 * @throws {@link PacketError} with the reason for which a receiver drops it: `length`, `packet-type`, `crc`, `version` or `command`
 * @see docs/protocol.md, sections 1 and 2
 */
export function decodePacket(packet: Uint8Array): Packet {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength)
  const payloadOffset = checkFrame(packet, view)
  const payload = new DataView(
    view.buffer,
    view.byteOffset + payloadOffset,
    view.byteLength - payloadOffset - CRC_BYTES,
  )
  const version = payload.getUint8(2)
  if (version !== PROTOCOL_VERSION) {
    throw new PacketError('version', `version is ${version}; this endpoint speaks ${PROTOCOL_VERSION}`)
  }
  const type = view.getUint8(0) & ~LABELLED
  return {
    destination: decodeAddress(view, 0),
    source: decodeAddress(view, SOURCE_OFFSET),
    label: payloadOffset > HEADER_BYTES ? view.getUint16(HEADER_BYTES + 2) : undefined,
    converterNumber: payload.getBigUint64(8),
    exchange: payload.getUint32(4),
    message: type === PacketType.protocol ? decodeProtocolMessage(payload) : decodeDataMessage(payload, type),
  }
}

/**
 * CRC-32 over the body of a RESOURCE with its round set to 0: equal for two packets exactly if they say the same of their sequence.
 *
 * @param packet - a whole packet that {@link decodePacket} takes for a RESOURCE
 */
export function resourceContent(packet: Uint8Array): number {
  const end = packet.byteLength - CRC_BYTES
  const body = packet.subarray(end - PROTOCOL_PAYLOAD_BYTES + BODY_OFFSET, end)
  const round = RESOURCE_ROUND_OFFSET - BODY_OFFSET
  return crc32(body.subarray(round + 2), crc32(NO_ROUND, crc32(body.subarray(0, round))))
}

const NO_ROUND = new Uint8Array(2)

/** Check type, length and CRC; returns where the payload begins. */
function checkFrame(packet: Uint8Array, view: DataView): number {
  if (packet.byteLength === 0) throw new PacketError('length', 'packet is 0 octets; the shortest is 86')
  const type = view.getUint8(0)
  const labelBytes = (type & LABELLED) === 0 ? 0 : LABEL_BYTES
  const payloadBytes = payloadBytesOf(type & ~LABELLED)
  if (payloadBytes === undefined)
    throw new PacketError('packet-type', `packet type is ${hex(type, 2)}; expected 01–03 or 81–83`)
  const expectedBytes = HEADER_BYTES + labelBytes + payloadBytes + CRC_BYTES
  if (packet.byteLength !== expectedBytes) {
    throw new PacketError(
      'length',
      `packet is ${packet.byteLength} octets; one of type ${hex(type, 2)} is ${expectedBytes}`,
    )
  }
  const crcOffset = expectedBytes - CRC_BYTES
  const computed = crc32(packet.subarray(0, crcOffset))
  const carried = view.getUint32(crcOffset, true)
  if (computed !== carried) {
    throw new PacketError(
      'crc',
      `CRC at offset ${crcOffset} is ${hex(carried, 8)}; the octets before it give ${hex(computed, 8)}`,
    )
  }
  const sourceType = view.getUint8(SOURCE_OFFSET)
  if (sourceType !== type) {
    throw new PacketError('packet-type', `packet type in the SA is ${hex(sourceType, 2)}; the DA says ${hex(type, 2)}`)
  }
  return HEADER_BYTES + labelBytes
}

function payloadBytesOf(type: number): number | undefined {
  switch (type) {
    case PacketType.protocol:
      return PROTOCOL_PAYLOAD_BYTES
    case PacketType.unicastData:
    case PacketType.multicastData:
      return DATA_PAYLOAD_BYTES
    default:
      return undefined
  }
}

function decodeAddress(view: DataView, offset: number): NodeAddress {
  return {
    metropolitanArea: view.getUint8(offset + 1) * 2 ** 32 + view.getUint32(offset + 2),
    access: view.getUint16(offset + 6),
  }
}

/** Offsets are those of docs/protocol.md, section 2, counted in the payload. */
function decodeProtocolMessage(payload: DataView): Message {
  const command = payload.getUint16(0)
  switch (command) {
    case CommandCode.REQUEST: {
      const flags = payload.getUint8(3)
      return {
        type: 'REQUEST',
        selective: (flags & RequestFlag.selective) !== 0,
        credit: (flags & RequestFlag.credit) !== 0,
        device: payload.getBigUint64(16),
        channel: payload.getUint16(24),
        kinds: payload.getUint16(26),
        limit: payload.getUint32(28),
        fromMs: payload.getBigUint64(32),
        toMs: payload.getBigUint64(40),
        ratePacketsPerSecond: payload.getUint32(48),
        window: payload.getUint32(52),
      }
    }
    case CommandCode.RESPONSE:
      return {
        type: 'RESPONSE',
        status: payload.getUint16(16),
        count: payload.getUint32(20),
        device: payload.getBigUint64(24),
        snapshotMs: payload.getBigUint64(32),
      }
    case CommandCode.RESOURCE:
      return {
        type: 'RESOURCE',
        sequence: payload.getUint32(16),
        count: payload.getUint32(20),
        startMs: payload.getBigUint64(24),
        endMs: payload.getBigUint64(32),
        channel: payload.getUint16(40),
        kinds: payload.getUint16(42),
        round: payload.getUint16(RESOURCE_ROUND_OFFSET),
        sizeBytes: payload.getBigUint64(48),
        key: payload.getBigUint64(56),
      }
    case CommandCode.ROUND_END:
      return {
        type: 'ROUND_END',
        count: payload.getUint32(16),
        sent: payload.getUint32(20),
        round: payload.getUint16(24),
      }
    case CommandCode.COUNT_REPORT:
      return {
        type: 'COUNT_REPORT',
        verdict: payload.getUint16(16),
        round: payload.getUint16(18),
        received: payload.getUint32(20),
        count: payload.getUint32(24),
        missingPackets: payload.getUint16(28),
      }
    case CommandCode.PROGRESS:
      return { type: 'PROGRESS', highest: payload.getUint32(16), round: payload.getUint16(20) }
    default:
      throw unknownCommand(command, PacketType.protocol)
  }
}

function decodeDataMessage(payload: DataView, type: number): Message {
  const command = payload.getUint16(0)
  if (command !== CommandCode.MISSING || type !== PacketType.unicastData) throw unknownCommand(command, type)
  return {
    type: 'MISSING',
    first: payload.getUint32(16),
    round: payload.getUint16(20),
    index: payload.getUint16(22),
    bitmap: new Uint8Array(
      payload.buffer,
      payload.byteOffset + SUB_HEADER_BYTES,
      payload.byteLength - SUB_HEADER_BYTES,
    ),
  }
}

function unknownCommand(command: number, type: number): PacketError {
  return new PacketError(
    'command',
    `command code is ${hex(command, 4)}; a packet of type ${hex(type, 2)} knows no such`,
  )
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
