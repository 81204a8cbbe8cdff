import { crc32 } from 'node:zlib'
import type { PacketBatch } from './batch.js'
import type { TypedColumns } from './typed-columns.js'

/** Stands for null among numbers of which none is negative. */
const NOTHING = -1

/** Columns of numbers: t, exchange, sequence, round, octets, content. */
const NUMBERS = 6

/**
 * What a batch says, all of it, in one number of 32 bits: two batches of one index are told apart by it. It protects against accidents, not
 * against forgers.
 *
 * It is worked out for every batch that is read: so numbers, and packets that are decoded already, pass the CRC-32 of the runtime in one piece each.
 */
export function batchFingerprint({ first, columns, bytes }: PacketBatch, typed: TypedColumns): number {
  const { t, exchange, sequence, round, octets, content, fields } = columns
  const numbers = new Float64Array(NUMBERS * t.length)
  let said = first
  for (let i = 0; i < t.length; i++) {
    const at = NUMBERS * i
    // Columns are equally long.
    numbers[at] = t[i]!
    numbers[at + 1] = exchange[i] ?? NOTHING
    numbers[at + 2] = sequence[i] ?? NOTHING
    numbers[at + 3] = round[i] ?? NOTHING
    numbers[at + 4] = octets[i]!
    numbers[at + 5] = content[i] === null ? NOTHING : typed.contents[i]!
    const named = fields[i] ?? null
    if (named !== null) said = crc32(`${i}${JSON.stringify(named)}`, said >>> 0)
  }
  const spoken = crc32(typed.sights, crc32(numbers, said >>> 0))
  if (!bytes) return spoken
  const { packets } = typed
  return packets ? crc32(packets.starts, crc32(packets.octets, spoken)) : crc32(bytes.join(), spoken)
}
