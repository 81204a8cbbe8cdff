import {
  BLOCK_FRAME_OCTETS,
  BlockType,
  BYTE_ORDER_MAGIC,
  LINK_TYPE_ETHERNET,
  MAX_OPTION_OCTETS,
  MICROSECONDS,
  OptionCode,
  PACKET_HEADER_OCTETS,
  padded,
  VERSION,
} from './layout.js'
import { ETHERNET_HEADER_OCTETS, writeEthernetHeader } from './ethernet-frame.js'

/** Code 2 | length 2 */
const OPTION_HEADER_OCTETS = 4

/** One option: its code, and its value as text or octets. */
type BlockOption = readonly [code: number, value: string | Uint8Array]

/** A section header: what wrote the capture, and what the capture is. */
export function sectionHeader(application: string, comment: string): Buffer {
  const body = Buffer.alloc(16)
  body.writeUInt32LE(BYTE_ORDER_MAGIC, 0)
  body.writeUInt16LE(VERSION.major, 4)
  body.writeUInt16LE(VERSION.minor, 6)
  // Not known while it is written: -1.
  body.fill(0xff, 8)
  return block(BlockType.sectionHeader, body, [
    [OptionCode.comment, comment],
    [OptionCode.sectionApplication, application],
  ])
}

/** An Ethernet interface whose times are in µs; interfaces are numbered from 0 in the order of their blocks. */
export function interfaceDescription(name: string, description: string): Buffer {
  // Link type 2 | reserved 2 | snapshot length 4, 0: no packet is cut.
  const body = Buffer.alloc(8)
  body.writeUInt16LE(LINK_TYPE_ETHERNET, 0)
  return block(BlockType.interfaceDescription, body, [
    [OptionCode.interfaceName, name],
    [OptionCode.interfaceDescription, description],
    [OptionCode.interfaceTimeResolution, Uint8Array.of(MICROSECONDS)],
  ])
}

/**
 * Figures of an interface at the end of a capture.
 *
 * @param receivedCount - packets that the capture holds of it
 */
export function interfaceStatistics(
  interfaceIndex: number,
  timeMicroseconds: number,
  receivedCount: number,
  comments: readonly string[],
): Buffer {
  const body = Buffer.alloc(12)
  body.writeUInt32LE(interfaceIndex, 0)
  writeTime(body, 4, timeMicroseconds)
  const received = Buffer.alloc(8)
  received.writeBigUInt64LE(BigInt(receivedCount))
  return block(BlockType.interfaceStatistics, body, [
    ...comments.map((comment) => [OptionCode.comment, comment] as const),
    [OptionCode.statisticsReceived, received],
  ])
}

/** Which way a packet went, where that is known. */
export type Direction = 'inbound' | 'outbound' | undefined

/** One packet of a capture. */
export interface CapturedPacket {
  readonly interfaceIndex: number
  /** Microseconds since 1970. */
  readonly timeMicroseconds: number
  readonly direction: Direction
  /** What the packet's comment says beyond what all say: ASCII. */
  readonly comment: string
  /** The packet, without Ethernet, in base64. */
  readonly bytes: string
}

/**
 * Enhanced packet blocks, one after the other. Written into one buffer, and texts octet by octet where they are ASCII: on the hot path, a buffer
 * and a call into the runtime for every field take several times as long.
 *
 * @param commonComment - with what every packet's comment begins; with the rest at most 65,535 octets
 */
export function enhancedPackets(commonComment: string, packets: readonly CapturedPacket[]): Buffer {
  const common = Buffer.from(commonComment)
  let total = 0
  for (const packet of packets) total += packetBlockOctets(common, packet)
  const buffer = Buffer.alloc(total)
  let at = 0
  for (const packet of packets) at = writePacket(buffer, at, common, packet)
  return buffer
}

function packetBlockOctets(common: Uint8Array, { bytes, comment, direction }: CapturedPacket): number {
  const frame = ETHERNET_HEADER_OCTETS + base64Octets(bytes)
  const flags = direction === undefined ? 0 : OPTION_HEADER_OCTETS + 4
  const options = OPTION_HEADER_OCTETS + padded(common.length + comment.length) + flags + OPTION_HEADER_OCTETS
  return BLOCK_FRAME_OCTETS + PACKET_HEADER_OCTETS + padded(frame) + options
}

/** Without asking the runtime; base64 of ours is always padded. */
function base64Octets(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  return (text.length / 4) * 3 - padding
}

function writePacket(buffer: Buffer, start: number, common: Uint8Array, packet: CapturedPacket): number {
  const { interfaceIndex, timeMicroseconds, direction, comment, bytes } = packet
  const octets = packetBlockOctets(common, packet)
  const frameStart = start + 8 + PACKET_HEADER_OCTETS
  const frameOctets = ETHERNET_HEADER_OCTETS + base64Octets(bytes)
  buffer.write(bytes, frameStart + ETHERNET_HEADER_OCTETS, 'base64')
  writeEthernetHeader(buffer, frameStart, frameStart + frameOctets)
  buffer.writeUInt32LE(BlockType.enhancedPacket, start)
  buffer.writeUInt32LE(octets, start + 4)
  buffer.writeUInt32LE(interfaceIndex, start + 8)
  writeTime(buffer, start + 12, timeMicroseconds)
  buffer.writeUInt32LE(frameOctets, start + 20)
  buffer.writeUInt32LE(frameOctets, start + 24)
  let at = frameStart + padded(frameOctets)
  const commentOctets = common.length + comment.length
  buffer.writeUInt16LE(OptionCode.comment, at)
  buffer.writeUInt16LE(commentOctets, at + 2)
  at += OPTION_HEADER_OCTETS
  buffer.set(common, at)
  for (let i = 0; i < comment.length; i++) buffer[at + common.length + i] = comment.charCodeAt(i)
  at += padded(commentOctets)
  if (direction !== undefined) {
    buffer.writeUInt16LE(OptionCode.packetFlags, at)
    buffer.writeUInt16LE(4, at + 2)
    buffer.writeUInt32LE(direction === 'inbound' ? 1 : 2, at + 4)
  }
  // The end of the options is four zeros, and the buffer was made of them.
  buffer.writeUInt32LE(octets, start + octets - 4)
  return start + octets
}

/** The upper half comes first, whatever the byte order. */
function writeTime(buffer: Buffer, at: number, timeMicroseconds: number): void {
  buffer.writeUInt32LE(Math.floor(timeMicroseconds / 2 ** 32), at)
  buffer.writeUInt32LE(timeMicroseconds % 2 ** 32, at + 4)
}

function block(type: number, body: Buffer, options: readonly BlockOption[]): Buffer {
  const parts = [body, ...options.map(option), Buffer.alloc(OPTION_HEADER_OCTETS)]
  const octets = BLOCK_FRAME_OCTETS + parts.reduce((sum, part) => sum + part.length, 0)
  const head = Buffer.alloc(8)
  head.writeUInt32LE(type, 0)
  head.writeUInt32LE(octets, 4)
  return Buffer.concat([head, ...parts, head.subarray(4)])
}

function option([code, value]: BlockOption): Buffer {
  const octets = Buffer.from(value).subarray(0, MAX_OPTION_OCTETS)
  const written = Buffer.alloc(OPTION_HEADER_OCTETS + padded(octets.length))
  written.writeUInt16LE(code, 0)
  written.writeUInt16LE(octets.length, 2)
  octets.copy(written, OPTION_HEADER_OCTETS)
  return written
}
