import t from 'tap'
import { batchFingerprint } from '../../../harness/evidence/batch-fingerprint.js'
import { typedColumnsOf } from '../../../harness/evidence/batch-check.js'
import { decodeBatch } from '../../../harness/evidence/decode-batch.js'
import { encodeBatch, type PacketBatch } from '../../../harness/evidence/index.js'

const PACKET = Buffer.from(Array.from({ length: 86 }, (_, at) => at))

const batch: PacketBatch = {
  v: 1,
  run: 'r1',
  flow: 'f1',
  batch: 0,
  first: 0,
  columns: {
    t: [1, 2, 3],
    at: ['converter-out', 'converter-out', 'endpoint-in'],
    fate: ['sent', 'sent', 'received'],
    message: ['RESOURCE', 'ROUND_END', 'RESOURCE'],
    exchange: [7, 7, 7],
    sequence: [1, null, 1],
    round: [0, 0, 0],
    octets: [86, 30, 86],
    content: ['0000002a', null, '0000002a'],
    fields: [null, { count: 1, sentCount: 1 }, null],
  },
  bytes: [PACKET, PACKET.subarray(0, 30), PACKET].map((packet) => packet.toString('base64')),
}

function fingerprintOf(said: PacketBatch): number {
  const read = decodeBatch(encodeBatch(said), 'a batch')
  return batchFingerprint(read, typedColumnsOf(read))
}

/** The same with one entry of one column changed. */
function changed(column: keyof PacketBatch['columns'], at: number, entry: unknown): PacketBatch {
  const columns = { ...batch.columns, [column]: (batch.columns[column] as unknown[]).with(at, entry) }
  return { ...batch, columns }
}

function otherOctet(at: number): PacketBatch {
  const packet = Uint8Array.from(PACKET)
  packet[at]! ^= 0x10
  return { ...batch, bytes: (batch.bytes ?? []).with(2, Buffer.from(packet).toString('base64')) }
}

t.test('a batch that says the same has the same fingerprint, and one octet of one packet changes it', (t) => {
  t.equal(fingerprintOf(structuredClone(batch)), fingerprintOf(batch))
  const others = Array.from(PACKET, (_, at) => fingerprintOf(otherOctet(at)))
  t.equal(new Set([...others, fingerprintOf(batch)]).size, PACKET.length + 1, 'each another')
  t.end()
})

t.test('whatever one record says is in the fingerprint, and null is not 0', (t) => {
  const others: readonly PacketBatch[] = [
    { ...batch, first: 1 },
    changed('t', 2, 4),
    changed('t', 2, 3 + 2 ** 40),
    changed('at', 0, 'link'),
    changed('fate', 0, 'dropped'),
    changed('message', 1, 'REQUEST'),
    changed('exchange', 1, 0x8000_0007),
    changed('sequence', 1, 0),
    changed('sequence', 2, 2),
    changed('round', 1, null),
    changed('octets', 1, 31),
    changed('content', 1, '00000000'),
    changed('content', 2, '0000002b'),
    changed('fields', 1, { count: 1, sentCount: 2 }),
    changed('fields', 1, null),
  ]
  const prints = [batch, ...others].map(fingerprintOf)
  t.equal(new Set(prints).size, prints.length)
  t.end()
})
