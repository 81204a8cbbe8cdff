import type { Recording } from 'viewnet/device'
import { resourceKey } from 'viewnet/resources'
import { crc32 } from 'node:zlib'
import type { Fate, PacketBatch } from '../evidence/index.js'

/** What each sequence of one exchange said, as its published content hash. */
export type ResourceContents = ReadonlyMap<number, string>

/** Collect the contents that a batch publishes of packets the converter sent, or, of a black box, that arrived. */
export function collectContents({ columns }: PacketBatch, contents: Map<number, string>): void {
  for (const [at, sequence] of columns.sequence.entries()) {
    const content = columns.content[at]
    if (sequence !== null && typeof content === 'string' && columns.at[at] === 'endpoint-in')
      contents.set(sequence, content)
  }
}

/** How many packets of one exchange met each fate on the way, as published. */
export type PathFates = ReadonlyMap<Fate, number>

/** Count what a batch publishes of the path between endpoint and converter. */
export function countFates({ columns }: PacketBatch, fates: Map<Fate, number>): void {
  for (const [index, at] of columns.at.entries()) {
    const fate = columns.fate[index]
    if (at === 'link' && fate !== undefined) fates.set(fate, (fates.get(fate) ?? 0) + 1)
  }
}

/** The order that docs/protocol.md, section 3, gives resources: by start, channel and key. */
export function inProtocolOrder(recordings: readonly Recording[]): readonly Recording[] {
  const keyed = recordings.map((recording) => ({ recording, key: resourceKey(recording.identity) }))
  keyed.sort(
    (a, b) =>
      a.recording.startMs - b.recording.startMs ||
      a.recording.channel - b.recording.channel ||
      (a.key < b.key ? -1 : Number(a.key > b.key)),
  )
  return keyed.map(({ recording }) => recording)
}

/**
 * The content hash that a truthful converter publishes of a recording: CRC-32 over the 48 octets of a RESOURCE body with its round set to 0
 * (docs/protocol.md, section 2), written here from the page, field by field.
 */
export function expectedContent(recording: Recording, sequence: number, count: number): string {
  const body = Buffer.alloc(48)
  body.writeUInt32BE(sequence, 0)
  body.writeUInt32BE(count, 4)
  body.writeBigUInt64BE(BigInt(recording.startMs), 8)
  body.writeBigUInt64BE(BigInt(recording.endMs ?? 0), 16)
  body.writeUInt16BE(recording.channel, 24)
  body.writeUInt16BE(recording.kinds, 26)
  body.writeBigUInt64BE(BigInt(recording.sizeBytes ?? 0), 32)
  body.writeBigUInt64BE(resourceKey(recording.identity), 40)
  return crc32(body).toString(16).padStart(8, '0')
}
