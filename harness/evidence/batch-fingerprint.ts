import { crc32 } from 'node:zlib'
import type { PacketBatch } from './batch.js'
import type { TypedColumns } from './typed-columns.js'

/**
 * What a batch says, all of it, in one number of 32 bits: two batches of one index are told apart by it. It protects against accidents, not
 * against forgers.
 *
 * It is worked out for every batch that is read: so its columns, and packets that are decoded already, pass the CRC-32 of the runtime in one piece
 * each.
 */
export function batchFingerprint({ first, columns, bytes }: PacketBatch, typed: TypedColumns): number {
  let said = typed.isKnown ? crc32(typed.whole, first >>> 0) : crc32(JSON.stringify(columns), first >>> 0)
  const { fields } = columns
  for (let i = 0; i < fields.length; i++) {
    const named = fields[i] ?? null
    if (named !== null) said = crc32(`${i}${JSON.stringify(named)}`, said)
  }
  if (!bytes) return said
  const { packets } = typed
  return packets ? crc32(packets.starts, crc32(packets.octets, said)) : crc32(bytes.join(), said)
}
