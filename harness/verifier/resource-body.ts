/** What a RESOURCE says and its record does not name (docs/protocol.md, section 2). */
export interface ResourceBody {
  readonly count: number
  /** Milliseconds since 1970. */
  readonly startMs: number
  /** Milliseconds since 1970, exclusive; 0: still recording. */
  readonly endMs: number
  /** From 1. */
  readonly channel: number
  /** A bit set; 0: not told. */
  readonly kinds: number
  /** The key's octets: compared, never counted with. */
  readonly keyHigh: number
  readonly keyLow: number
}

/** A body that is read into again and again, where thousands are judged and few kept. */
export type ReusedBody = { -readonly [Field in keyof ResourceBody]: ResourceBody[Field] }

/** The label lengthens the header when bit 7 of the packet type is set (section 1). */
export const LABEL_BIT = 0x80
const LABEL_OCTETS = 4
/** The payload without a label. */
export const PAYLOAD_OFFSET = 18
const BODY_OCTETS = 64

/**
 * Read the body of a RESOURCE.
 *
 * @param bytes - the whole packet, base64
 * @returns undefined when it is too short
 */
export function resourceBody(bytes: string): ResourceBody | undefined {
  const packet = Buffer.from(bytes, 'base64')
  const payload = PAYLOAD_OFFSET + ((packet[0] ?? 0) & LABEL_BIT ? LABEL_OCTETS : 0)
  if (packet.length < payload + BODY_OCTETS) return undefined
  const body = emptyBody()
  readResourceBody(new DataView(packet.buffer, packet.byteOffset, packet.length), payload, body)
  return body
}

export function emptyBody(): ReusedBody {
  return { count: 0, startMs: 0, endMs: 0, channel: 0, kinds: 0, keyHigh: 0, keyLow: 0 }
}

/** @param payload - where the payload begins; 64 octets of it are there */
export function readResourceBody(packet: DataView, payload: number, body: ReusedBody): void {
  body.count = packet.getUint32(payload + 20)
  body.startMs = readMoment(packet, payload + 24)
  body.endMs = readMoment(packet, payload + 32)
  body.channel = packet.getUint16(payload + 40)
  body.kinds = packet.getUint16(payload + 42)
  body.keyHigh = packet.getUint32(payload + 56)
  body.keyLow = packet.getUint32(payload + 60)
}

/** As a number: milliseconds that a number does not hold exactly are past the year 280,000. */
function readMoment(packet: DataView, offset: number): number {
  return packet.getUint32(offset) * 2 ** 32 + packet.getUint32(offset + 4)
}

/** The order of the snapshot: by start, then channel, then key (section 3). Negative when `left` comes first. */
export function compareBodies(left: ResourceBody, right: ResourceBody): number {
  return (
    left.startMs - right.startMs ||
    left.channel - right.channel ||
    left.keyHigh - right.keyHigh ||
    left.keyLow - right.keyLow
  )
}
