/**
 * Reference profile 1 in numbers, from docs/protocol.md, sections 1 and 2. Written anew here, not imported: two readings of one page that
 * agree byte for byte are what the bench rests on.
 */
import type { MessageName } from '../evidence/record.js'

/** DA 8 | SA 8 | reserved 2 */
export const HEADER_BYTES = 18
export const SOURCE_OFFSET = 8
export const LABEL_BYTES = 4
export const CRC_BYTES = 4

export const PacketType = { protocol: 0x01, unicastData: 0x02, multicastData: 0x03 } as const
/** Set in the packet type where a label follows the header. */
export const LABELLED = 0x80

export const PROTOCOL_PAYLOAD_BYTES = 64
export const DATA_PAYLOAD_BYTES = 1056
/** The data packet's sub-header; its data follows. */
export const SUB_HEADER_BYTES = 32
/** Where the message's own fields begin in the payload, after the common header. */
export const BODY_OFFSET = 16
/** Where a RESOURCE names its round, in the payload. */
export const RESOURCE_ROUND_OFFSET = 44

export const PROTOCOL_VERSION = 1
export const RequestFlag = { selective: 0x01, credit: 0x02 } as const

/** Every message is a protocol packet but MISSING, which is a unicast data packet. */
export const CommandCode = {
  REQUEST: 0x5201,
  RESPONSE: 0x5301,
  RESOURCE: 0x5202,
  ROUND_END: 0x5203,
  COUNT_REPORT: 0x5204,
  MISSING: 0x5205,
  PROGRESS: 0x5206,
} as const satisfies Record<MessageName, number>

/** Sequences that one MISSING packet covers, one bit each. */
export const MISSING_BITS = (DATA_PAYLOAD_BYTES - SUB_HEADER_BYTES) * 8
