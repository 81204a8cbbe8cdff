import type { MessageType, PacketKind } from './profile.js'

/** The version that this package speaks. */
export const PROTOCOL_VERSION = 1

export const SOURCE_AT = 8
/** Both addresses and the reserved octets after them. */
export const ADDRESSES_BYTES = 18
export const LABEL_BYTES = 4
export const CRC_BYTES = 4
export const PAYLOAD_BYTES: Readonly<Record<PacketKind, number>> = {
  protocol: 64,
  unicastData: 1056,
  multicastData: 1056,
}
export const LABELLED = 0x80

/** Which kind of packet carries each message: MISSING needs a data packet's room for its bitmap. */
export const kindOf = (type: MessageType): PacketKind => (type === 'MISSING' ? 'unicastData' : 'protocol')
