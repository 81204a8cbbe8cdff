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

/** The label lengthens the header when bit 7 of the packet type is set (section 1). */
const LABEL_BIT = 0x80
const LABEL_OCTETS = 4
/** The payload without a label. */
const PAYLOAD_OFFSET = 18
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
  return {
    count: packet.readUInt32BE(payload + 20),
    startMs: readMoment(packet, payload + 24),
    endMs: readMoment(packet, payload + 32),
    channel: packet.readUInt16BE(payload + 40),
    kinds: packet.readUInt16BE(payload + 42),
    keyHigh: packet.readUInt32BE(payload + 56),
    keyLow: packet.readUInt32BE(payload + 60),
  }
}

/** As a number: milliseconds that a number does not hold exactly are past the year 280,000. */
function readMoment(packet: Buffer, offset: number): number {
  return packet.readUInt32BE(offset) * 2 ** 32 + packet.readUInt32BE(offset + 4)
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
