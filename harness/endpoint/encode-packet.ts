import { crc32 } from 'node:zlib'
import { UsageError } from 'viewnet/device'
import type { Message, NodeAddress, Packet } from './message.js'
import {
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
 * Encode one access-network packet.
 *
 * @returns a fresh array of 86 or 90 octets, for MISSING 1078 or 1082
 * @throws UsageError `ERR_VIEWNET_ENDPOINT_FIELD` when a value does not fit its field; nothing is ever cut off silently
 * @see docs/protocol.md, sections 1 and 2
 */
export function encodePacket({ destination, source, label, converterNumber, exchange, message }: Packet): Uint8Array {
  const isData = message.type === 'MISSING'
  const type = (isData ? PacketType.unicastData : PacketType.protocol) | (label === undefined ? 0 : LABELLED)
  const payloadOffset = HEADER_BYTES + (label === undefined ? 0 : LABEL_BYTES)
  const crcOffset = payloadOffset + (isData ? DATA_PAYLOAD_BYTES : PROTOCOL_PAYLOAD_BYTES)
  const packet = new Uint8Array(crcOffset + CRC_BYTES)

  const frame = new FieldWriter(packet, 0)
  writeAddress(frame, 0, type, destination)
  writeAddress(frame, SOURCE_OFFSET, type, source)
  if (label !== undefined) frame.u16(HEADER_BYTES + 2, 'label', label)

  const payload = new FieldWriter(packet, payloadOffset)
  payload.u16(0, 'command', CommandCode[message.type])
  payload.u8(2, 'version', PROTOCOL_VERSION)
  payload.u32(4, 'exchange', exchange)
  payload.u64(8, 'converterNumber', converterNumber)
  writeMessage(payload, message)

  frame.seal(crcOffset, crc32(packet.subarray(0, crcOffset)))
  return packet
}

function writeAddress(
  frame: FieldWriter,
  offset: number,
  type: number,
  { metropolitanArea, access }: NodeAddress,
): void {
  frame.u8(offset, 'packet type', type)
  frame.u8(offset + 1, 'metropolitanArea (upper 8 of 40 bits)', Math.floor(metropolitanArea / 2 ** 32))
  frame.u32(offset + 2, 'metropolitanArea (lower 32 bits)', metropolitanArea % 2 ** 32)
  frame.u16(offset + 6, 'access', access)
}

/** Offsets are those of docs/protocol.md, section 2, counted in the payload; what is not written is reserved, and zero. */
function writeMessage(payload: FieldWriter, message: Message): void {
  switch (message.type) {
    case 'REQUEST':
      payload.u8(
        3,
        'flags',
        (message.selective ? RequestFlag.selective : 0) | (message.credit ? RequestFlag.credit : 0),
      )
      payload.u64(16, 'device', message.device)
      payload.u16(24, 'channel', message.channel)
      payload.u16(26, 'kinds', message.kinds)
      payload.u32(28, 'limit', message.limit)
      payload.u64(32, 'fromMs', message.fromMs)
      payload.u64(40, 'toMs', message.toMs)
      payload.u32(48, 'ratePacketsPerSecond', message.ratePacketsPerSecond)
      payload.u32(52, 'window', message.window)
      return
    case 'RESPONSE':
      payload.u16(16, 'status', message.status)
      payload.u32(20, 'count', message.count)
      payload.u64(24, 'device', message.device)
      payload.u64(32, 'snapshotMs', message.snapshotMs)
      return
    case 'RESOURCE':
      payload.u32(16, 'sequence', message.sequence)
      payload.u32(20, 'count', message.count)
      payload.u64(24, 'startMs', message.startMs)
      payload.u64(32, 'endMs', message.endMs)
      payload.u16(40, 'channel', message.channel)
      payload.u16(42, 'kinds', message.kinds)
      payload.u16(RESOURCE_ROUND_OFFSET, 'round', message.round)
      payload.u64(48, 'sizeBytes', message.sizeBytes)
      payload.u64(56, 'key', message.key)
      return
    case 'ROUND_END':
      payload.u32(16, 'count', message.count)
      payload.u32(20, 'sent', message.sent)
      payload.u16(24, 'round', message.round)
      return
    case 'COUNT_REPORT':
      payload.u16(16, 'verdict', message.verdict)
      payload.u16(18, 'round', message.round)
      payload.u32(20, 'received', message.received)
      payload.u32(24, 'count', message.count)
      payload.u16(28, 'missingPackets', message.missingPackets)
      return
    case 'MISSING':
      payload.u32(16, 'first', message.first)
      payload.u16(20, 'round', message.round)
      payload.u16(22, 'index', message.index)
      payload.octets(SUB_HEADER_BYTES, 'bitmap', message.bitmap, DATA_PAYLOAD_BYTES - SUB_HEADER_BYTES)
      return
    case 'PROGRESS':
      payload.u32(16, 'highest', message.highest)
      payload.u16(20, 'round', message.round)
  }
}

/** Writes big-endian fields and refuses, by name, what does not fit. */
class FieldWriter {
  readonly #packet: Uint8Array
  readonly #base: number
  readonly #view: DataView

  constructor(packet: Uint8Array, base: number) {
    this.#packet = packet
    this.#base = base
    this.#view = new DataView(packet.buffer, packet.byteOffset + base)
  }

  u8(offset: number, name: string, value: number): void {
    this.#view.setUint8(offset, checked(name, value, 0xff))
  }

  u16(offset: number, name: string, value: number): void {
    this.#view.setUint16(offset, checked(name, value, 0xffff))
  }

  u32(offset: number, name: string, value: number): void {
    this.#view.setUint32(offset, checked(name, value, 0xffffffff))
  }

  u64(offset: number, name: string, value: bigint): void {
    if (BigInt.asUintN(64, value) !== value) throw misfit(name, value, '0–18446744073709551615')
    this.#view.setBigUint64(offset, value)
  }

  octets(offset: number, name: string, value: Uint8Array, expectedBytes: number): void {
    if (value.byteLength !== expectedBytes) throw misfit(name, `${value.byteLength} octets`, `${expectedBytes} octets`)
    this.#packet.set(value, this.#base + offset)
  }

  /** The CRC is the one field that is stored least significant octet first. */
  seal(offset: number, crc: number): void {
    this.#view.setUint32(offset, crc, true)
  }
}

function checked(name: string, value: number, max: number): number {
  if (!Number.isInteger(value) || value < 0 || value > max) throw misfit(name, value, `an integer of 0–${max}`)
  return value
}

function misfit(name: string, got: number | bigint | string, expected: string): UsageError {
  return new UsageError('ERR_VIEWNET_ENDPOINT_FIELD', `${name} is ${got}; expected ${expected}`)
}
