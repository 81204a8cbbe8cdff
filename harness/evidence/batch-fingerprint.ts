import { crc32 } from 'node:zlib'
import type { PacketBatch } from './batch.js'
import type { TypedColumns } from './typed-columns.js'

/** So many last characters of a packet in base64 hold its own CRC-32 over all of it (docs/protocol.md, section 1). */
const CRC_CHARACTERS = 8

/**
 * What a batch says, in one number of 32 bits: two batches of one index are told apart by it. It protects against accidents, not against
 * forgers.
 *
 * It is worked out for every batch that is read: so numbers are mixed one by one, and of a packet the end, which tells it from others.
 */
export function batchFingerprint({ first, columns, bytes }: PacketBatch, { sights, contents }: TypedColumns): number {
  const { t, exchange, sequence, round, octets, fields } = columns
  let hash = mixed(first, t.length)
  for (let i = 0; i < t.length; i++) {
    // Columns are equally long; a null mixes as 0.
    const moment = t[i]!
    hash = mixed(mixed(hash, moment), moment / 2 ** 32)
    hash = mixed(mixed(hash, exchange[i]!), sequence[i]!)
    hash = mixed(mixed(hash, (round[i]! << 16) | octets[i]!), sights[i]!)
    hash = mixed(hash, contents[i]!)
    const said = fields[i] ?? null
    if (said !== null) hash = mixed(hash, crc32(JSON.stringify(said)))
    const packet = bytes?.[i]
    if (packet !== undefined) hash = mixedEnd(hash, packet)
  }
  return hash
}

function mixed(hash: number, value: number): number {
  // The multiplier of the 32-bit FNV hash.
  return Math.imul(hash ^ value, 0x01000193)
}

function mixedEnd(hash: number, packet: string): number {
  let end = mixed(hash, packet.length)
  for (let at = Math.max(0, packet.length - CRC_CHARACTERS); at < packet.length; at++) {
    end = mixed(end, packet.charCodeAt(at))
  }
  return end
}
