import { crc32 } from 'node:zlib'

/** What every segment file begins with: what it is, and the version of its format. */
export const SEGMENT_HEADER = Buffer.from('VNOUTBX1', 'latin1')

/** Before every message: length of its body u32, CRC-32 of its body u32. */
export const FRAME_HEADER_OCTETS = 8

/** Retain flag, length of the topic, length of the key. */
const BODY_HEADER_OCTETS = 5

/** The longest body that is believed; a batch and its topic are far shorter. A length beyond it is damage. */
export const MAX_BODY_OCTETS = 64 * 1024 ** 2

/** One message as the outbox keeps it. */
export interface OutboxMessage {
  readonly topic: string
  readonly payload: Buffer
  readonly retain: boolean
  /** By which whoever put it in knows it again. */
  readonly key?: string
}

/** How many octets a message takes in a segment. */
export function frameOctets({ topic, key = '', payload }: OutboxMessage): number {
  return FRAME_HEADER_OCTETS + BODY_HEADER_OCTETS + Buffer.byteLength(topic) + Buffer.byteLength(key) + payload.length
}

/**
 * Write one message, integers big-endian:
 * | body length u32 | CRC-32 of the body u32 | retain u8 | topic length u16 | key length u16 | topic, UTF-8 | key, UTF-8 | payload |
 *
 * @returns a copy
 */
export function encodeFrame(message: OutboxMessage): Buffer {
  const { topic, key = '', payload, retain } = message
  const frame = Buffer.allocUnsafe(frameOctets(message))
  const body = frame.subarray(FRAME_HEADER_OCTETS)
  const topicOctets = body.write(topic, BODY_HEADER_OCTETS)
  const keyOctets = body.write(key, BODY_HEADER_OCTETS + topicOctets)
  body.writeUInt8(retain ? 1 : 0, 0)
  body.writeUInt16BE(topicOctets, 1)
  body.writeUInt16BE(keyOctets, 3)
  payload.copy(body, BODY_HEADER_OCTETS + topicOctets + keyOctets)
  frame.writeUInt32BE(body.length, 0)
  frame.writeUInt32BE(crc32(body), 4)
  return frame
}

/**
 * Length of the body that a frame announces.
 *
 * @param header - {@link FRAME_HEADER_OCTETS} octets
 * @returns undefined when no message has such a length
 */
export function bodyOctets(header: Buffer): number | undefined {
  const octets = header.readUInt32BE(0)
  return octets < BODY_HEADER_OCTETS || octets > MAX_BODY_OCTETS ? undefined : octets
}

/**
 * Read one message.
 *
 * @param body - as long as {@link bodyOctets} says
 * @returns the message, its payload a view into `body`; undefined when the CRC or the lengths do not fit: it is damaged
 */
export function decodeFrame(header: Buffer, body: Buffer): OutboxMessage | undefined {
  if (header.readUInt32BE(4) !== crc32(body)) return undefined
  const keyAt = BODY_HEADER_OCTETS + body.readUInt16BE(1)
  const payloadAt = keyAt + body.readUInt16BE(3)
  if (payloadAt > body.length) return undefined
  const key = body.toString('utf8', keyAt, payloadAt)
  return {
    topic: body.toString('utf8', BODY_HEADER_OCTETS, keyAt),
    payload: body.subarray(payloadAt),
    retain: body.readUInt8(0) === 1,
    ...(key !== '' && { key }),
  }
}
