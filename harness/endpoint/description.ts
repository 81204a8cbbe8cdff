import type { PacketDescription } from '../evidence/record.js'
import { decodePacket, resourceContent } from './decode-packet.js'
import { PacketError, type PacketFault } from './packet-error.js'
import { formatExternalNumber } from './external-number.js'
import { statusName, verdictName, type Message } from './message.js'
import { missingRanges } from './missing-bitmap.js'
import { describeResource } from './resource-description.js'

/** What a packet says, or why it says nothing. */
export interface DescribedPacket extends PacketDescription {
  /** Why a receiver drops it; null where it can be read. */
  readonly rejected: PacketFault | null
}

/**
 * Describe one packet for the evidence.
 *
 * @param packet - any octets
 * @returns its description; where it cannot be read every field is null but `rejected`. Statuses and verdicts stand by their names, or as
 *   decimals where the protocol has none; 64-bit times are decimal strings, device numbers `00001-…`, missing sequences ranges: `2,5-7`.
 *   Never throws.
 */
export function describePacket(packet: Uint8Array): DescribedPacket {
  return describeResource(packet) ?? describeDecoded(packet)
}

/** The same by decoding the whole packet. */
export function describeDecoded(packet: Uint8Array): DescribedPacket {
  try {
    const { exchange, message } = decodePacket(packet)
    const isResource = message.type === 'RESOURCE'
    return {
      message: message.type,
      exchange,
      sequence: isResource ? message.sequence : null,
      round: 'round' in message ? message.round : null,
      content: isResource ? resourceContent(packet).toString(16).padStart(8, '0') : null,
      fields: fieldsOf(message),
      rejected: null,
    }
  } catch (error) {
    if (!(error instanceof PacketError)) throw error
    return { ...UNREADABLE, rejected: error.reason }
  }
}

const UNREADABLE = { message: null, exchange: null, sequence: null, round: null, content: null, fields: null } as const

function fieldsOf(message: Message): PacketDescription['fields'] {
  switch (message.type) {
    case 'REQUEST':
      return {
        device: formatExternalNumber(message.device),
        channel: message.channel,
        kinds: message.kinds,
        limit: message.limit,
        fromMs: message.fromMs.toString(),
        toMs: message.toMs.toString(),
        rate: message.ratePacketsPerSecond,
        window: message.window,
        selective: message.selective,
        credit: message.credit,
      }
    case 'RESPONSE':
      return {
        status: statusName(message.status),
        count: message.count,
        device: formatExternalNumber(message.device),
        snapshotMs: message.snapshotMs.toString(),
      }
    case 'RESOURCE':
      return null
    case 'ROUND_END':
      return { count: message.count, sent: message.sent, round: message.round }
    case 'COUNT_REPORT':
      return {
        verdict: verdictName(message.verdict),
        round: message.round,
        received: message.received,
        count: message.count,
        missingPackets: message.missingPackets,
      }
    case 'MISSING':
      return {
        first: message.first,
        round: message.round,
        index: message.index,
        missing: missingRanges(message.first, message.bitmap),
      }
    case 'PROGRESS':
      return { highest: message.highest, round: message.round }
  }
}
