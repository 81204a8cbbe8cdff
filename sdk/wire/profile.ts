/** The messages of the protocol (docs/protocol.md, section 2). */
export const MessageType = [
  'REQUEST',
  'RESPONSE',
  'RESOURCE',
  'ROUND_END',
  'COUNT_REPORT',
  'MISSING',
  'PROGRESS',
] as const
export type MessageType = (typeof MessageType)[number]

/** The kinds of packet that a video network carries. */
export const PacketKind = ['protocol', 'unicastData', 'multicastData'] as const
export type PacketKind = (typeof PacketKind)[number]

/**
 * Everything that a vendor's equipment could choose differently, in one place. A lab that holds a vendor's documents writes an object like
 * {@link REFERENCE_1}; no code changes.
 */
export interface WireProfile {
  readonly name: string
  /** Packet type octet of each kind, 0–0x7f; bit 7 is the label's. */
  readonly packetTypes: Readonly<Record<PacketKind, number>>
  /** Command code of each message, u16. */
  readonly commands: Readonly<Record<MessageType, number>>
  /** Which octet of the CRC-32 is stored first. */
  readonly crcOrder: 'least-significant-first' | 'most-significant-first'
  /** UDP port of a conversion server. */
  readonly udpPort: number
  readonly etherType: number
}

/**
 * Reference profile 1. No vendor publishes its command codes; these values are the project's own, and nothing here is claimed to interoperate
 * with any vendor's equipment.
 *
 * @see docs/protocol.md
 */
export const REFERENCE_1: WireProfile = {
  name: 'reference-1',
  packetTypes: { protocol: 0x01, unicastData: 0x02, multicastData: 0x03 },
  commands: {
    REQUEST: 0x5201,
    RESPONSE: 0x5301,
    RESOURCE: 0x5202,
    ROUND_END: 0x5203,
    COUNT_REPORT: 0x5204,
    MISSING: 0x5205,
    PROGRESS: 0x5206,
  },
  crcOrder: 'least-significant-first',
  udpPort: 28200,
  etherType: 0x88b5,
}
