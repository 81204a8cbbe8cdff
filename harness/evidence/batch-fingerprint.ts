import { crc32 } from 'node:zlib'
import type { PacketBatch } from './batch.js'

/**
 * What a batch says, in one number of 32 bits: two batches of one index are told apart by it. It protects against accidents, not against
 * forgers.
 *
 * Numbers are mixed one by one, texts by their CRC-32, which is native: it is worked out for every batch that is read.
 */
export function batchFingerprint({ first, columns, bytes }: PacketBatch): number {
  const { t, exchange, sequence, round, octets } = columns
  let hash = first ^ t.length
  const mix = (value: number): void => {
    // The multiplier of the 32-bit FNV hash.
    hash = Math.imul(hash ^ value, 0x01000193)
  }
  for (let i = 0; i < t.length; i++) {
    // Columns are equally long; a null mixes as 0.
    const moment = t[i]!
    mix(moment)
    mix(moment / 2 ** 32)
    mix(exchange[i]!)
    mix(sequence[i]!)
    mix(round[i]!)
    mix(octets[i]!)
  }
  mix(crc32([columns.at, columns.fate, columns.message, columns.content].join()))
  mix(crc32(JSON.stringify(columns.fields)))
  if (bytes) mix(crc32(bytes.join()))
  return hash
}
