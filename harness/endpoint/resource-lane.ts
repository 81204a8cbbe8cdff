import { carryCrc, CRC_START } from './crc32.js'
import { BODY_OFFSET, CRC_BYTES, HEADER_BYTES, PROTOCOL_PAYLOAD_BYTES, RESOURCE_ROUND_OFFSET } from './packet-layout.js'

const BODY_AT = HEADER_BYTES + BODY_OFFSET
const CRC_AT = HEADER_BYTES + PROTOCOL_PAYLOAD_BYTES
/** Octets of a RESOURCE without a label; one with a label takes the plain way. */
const PACKET_BYTES = CRC_AT + CRC_BYTES

/** Offsets in the packet of what a {@link ResourceLane} reads besides the numbers. */
export const RECORD_AT = BODY_AT + 8
export const SIZE_AT = HEADER_BYTES + 48

/**
 * The short way for the RESOURCE packets of one exchange: they differ from each other in the body alone, so the header is compared with that of one
 * that was decoded and admitted, and only the body is read, at fixed offsets. What it does not read takes the plain way, which decides. Reused from
 * packet to packet: nothing is made for each.
 *
 * @see docs/protocol.md, section 2, RESOURCE
 */
export class ResourceLane {
  readonly #header = new Uint8Array(BODY_AT)
  #headerCrc = 0
  #isLearned = false

  /** Of the packet that was read last. */
  sequence = 0
  count = 0
  round = 0

  /** Take the header of a RESOURCE of the exchange that was decoded and admitted. */
  learn(packet: Uint8Array): void {
    if (packet.length !== PACKET_BYTES || this.#isLearned) return
    this.#header.set(packet.subarray(0, BODY_AT))
    this.#headerCrc = carryCrc(CRC_START, packet, 0, BODY_AT)
    this.#isLearned = true
  }

  /** Read a packet, if it is a whole RESOURCE with the header that was learned and its CRC is right. */
  reads(packet: Uint8Array): boolean {
    if (packet.length !== PACKET_BYTES || !this.#isLearned) return false
    const header = this.#header
    for (let at = 0; at < BODY_AT; at++) if (packet[at] !== header[at]) return false
    const crc = ~carryCrc(this.#headerCrc, packet, BODY_AT, CRC_AT)
    const carried =
      packet[CRC_AT]! | (packet[CRC_AT + 1]! << 8) | (packet[CRC_AT + 2]! << 16) | (packet[CRC_AT + 3]! << 24)
    if (crc !== carried) return false
    this.sequence = u32(packet, BODY_AT)
    this.count = u32(packet, BODY_AT + 4)
    this.round =
      (packet[HEADER_BYTES + RESOURCE_ROUND_OFFSET]! << 8) | packet[HEADER_BYTES + RESOURCE_ROUND_OFFSET + 1]!
    return true
  }
}

/** The exchange that a packet of this length names, where it names one. */
export function exchangeOf(packet: Uint8Array): number {
  return u32(packet, HEADER_BYTES + 4)
}

function u32(octets: Uint8Array, at: number): number {
  return octets[at]! * 0x1000000 + ((octets[at + 1]! << 16) | (octets[at + 2]! << 8) | octets[at + 3]!)
}
