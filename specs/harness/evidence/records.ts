import { crc32 } from 'node:zlib'
import type { DescribePacket } from '../../../harness/evidence/index.js'
import type { PacketRecord } from '../../../harness/evidence/record.js'

/** A record of RESOURCE `sequence`, as an endpoint's own description would give it. */
export function resourceRecord(sequence: number, overrides: Partial<PacketRecord> = {}): PacketRecord {
  return {
    t: sequence,
    at: 'converter-out',
    fate: 'sent',
    message: 'RESOURCE',
    exchange: 77,
    sequence,
    round: 0,
    octets: 86,
    content: '9f3c01aa',
    fields: null,
    ...overrides,
  }
}

/** Describes packets of a toy protocol: `[1, sequence]` is a RESOURCE, `[2, n]` a MISSING with long text, all else unreadable. */
export const describeToy: DescribePacket = (packet) => {
  const nothing = { exchange: null, sequence: null, round: null, content: null, fields: null }
  if (packet[0] === 1) {
    const content = crc32(packet).toString(16).padStart(8, '0')
    return {
      message: 'RESOURCE',
      exchange: 77,
      sequence: packet[1] ?? 0,
      round: 0,
      content,
      fields: null,
      rejected: null,
    }
  }
  if (packet[0] === 2) {
    const fields = { index: 0, missing: '7'.repeat(40_000) }
    return { ...nothing, message: 'MISSING', exchange: 78, round: 0, fields, rejected: null }
  }
  return { ...nothing, message: null, rejected: 'length' }
}
