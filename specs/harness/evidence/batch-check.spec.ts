import * as fc from 'fast-check'
import t from 'tap'
import { checkBatch } from '../../../harness/evidence/batch-check.js'
import { checkedBatch } from '../../../harness/evidence/decode-batch.js'
import { batchOf, encodeBatch, EvidenceError, type PacketRecord } from '../../../harness/evidence/index.js'
import { holds } from '../../sdk/property.js'
import { resourceRecord } from './records.js'

/** Whether the published schema takes it, and its columns belong together. */
function isBySchema(value: unknown): boolean {
  try {
    checkedBatch(value, 'spec')
    return true
  } catch (error) {
    if (error instanceof EvidenceError) return false
    throw error
  }
}

const REPORT = resourceRecord(4, { message: 'COUNT_REPORT', sequence: null, content: null })
const RECORDS: readonly PacketRecord[] = [
  resourceRecord(1, { bytes: 'AQAA' }),
  resourceRecord(1, { at: 'endpoint-in', fate: 'received', bytes: 'AQAA' }),
  { ...REPORT, fields: { verdict: 'COMPLETE', received: 3, isLate: false }, bytes: 'AQ==' },
  resourceRecord(2, { message: null, exchange: null, sequence: null, round: null, content: null, bytes: '' }),
  resourceRecord(3, { at: 'link', fate: 'dropped', bytes: 'AQAB/+8=' }),
]

/** What may stand where something else should. */
const numbers = [0, -0, -1, 1, 0.5, 77, 65_535, 65_536, 4_294_967_295, 4_294_967_296, 2 ** 53, 1e300]
const texts = [
  '',
  'link',
  'sent',
  'received',
  'RESOURCE',
  'REQUEST',
  'constructor',
  'ſent',
  'x'.repeat(128),
  'x'.repeat(129),
]
const contents = ['9f3c01aa', '9F3C01AA', '9f3c01a', '9f3c01aaa', '9f3c01aé', '9f3c01aŰ']
const packets = [
  'AQAA',
  'AQ==',
  'AQ=',
  'A===',
  '====',
  'AQ-_',
  'AQA\n',
  'A=AA',
  'AQ==AQAA',
  'ＡＱＡＡ',
  'AR==',
  '9f3c01aŰ',
  '9f3c01aé',
]
const objects = [
  [],
  [1],
  {},
  { a: 1 },
  { a: { b: 1 } },
  { a: null },
  { ['x'.repeat(65)]: 1 },
  { a: 'y'.repeat(65_537) },
  Object.fromEntries(Array.from({ length: 33 }, (_, at) => [`f${at}`, at])),
  { valueOf: 1, toString: 1 },
]
const anything = fc.oneof(
  fc.constantFrom<unknown>(null, true, ...numbers, ...texts, ...contents, ...packets, ...objects),
  fc.jsonValue({ maxDepth: 2 }),
)

interface Mutable {
  [key: string]: unknown
  columns: Record<string, unknown>
}

const KEYS = ['v', 'run', 'flow', 'batch', 'first', 'columns', 'bytes', 'extra', '__proto__']
const COLUMNS = ['t', 'at', 'fate', 'message', 'exchange', 'sequence', 'round', 'octets', 'content', 'fields', 'extra']

/** A batch as it comes off the wire. */
function written(): Mutable {
  return JSON.parse(encodeBatch(batchOf({ run: 'r1', flow: 'f1', batch: 0, first: 0 }, RECORDS))) as Mutable
}

/** Set a key as JSON.parse does, whatever its name. */
function define(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
}

const mutation: fc.Arbitrary<(batch: Mutable) => void> = fc.oneof(
  fc.tuple(fc.constantFrom(...KEYS), anything).map(
    ([key, value]) =>
      (batch: Mutable) =>
        define(batch, key, value),
  ),
  fc.constantFrom(...KEYS).map((key) => (batch: Mutable) => void delete batch[key]),
  fc.constantFrom(...COLUMNS).map((key) => (batch: Mutable) => void delete batch.columns?.[key]),
  fc.tuple(fc.constantFrom(...COLUMNS), anything).map(([key, value]) => ({ columns }: Mutable) => {
    if (typeof columns === 'object' && columns !== null) define(columns, key, value)
  }),
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom(...COLUMNS, 'bytes'), fc.nat({ max: RECORDS.length }), anything)
      .map(([key, at, value]) => (batch: Mutable) => {
        const column = key === 'bytes' ? batch['bytes'] : batch.columns?.[key]
        if (Array.isArray(column)) column[at] = value
      }),
  },
)

t.test('the quick check takes and refuses what the published schema does [evidence]', (t) => {
  let taken = 0
  let refused = 0
  holds(
    t,
    fc.property(fc.boolean(), fc.array(mutation, { maxLength: 2 }), (bytes, mutations) => {
      const batch = written()
      if (!bytes) delete batch['bytes']
      for (const mutate of mutations) mutate(batch)
      // As it comes off the wire: JSON knows no holes and no NaN.
      const value: unknown = JSON.parse(JSON.stringify(batch))
      const isTaken = checkBatch(value) !== undefined
      if (isTaken) taken++
      else refused++
      return isTaken === isBySchema(value)
    }),
    1000,
  )
  t.ok(taken > 100 && refused > 100, `${taken} taken, ${refused} refused`)
  t.end()
})

t.test('anything that is JSON is taken or refused alike, and nothing escapes [evidence]', (t) => {
  holds(
    t,
    fc.property(fc.jsonValue(), (value) => (checkBatch(value) !== undefined) === isBySchema(value)),
    200,
  )
  t.end()
})

t.test('a packet is base64 and nothing else, one by one in the place of each record [evidence]', (t) => {
  for (const packet of packets) {
    const isOne = /^[A-Za-z0-9+/]*={0,2}$/.test(packet) && packet.length % 4 === 0 && packet !== '===='
    for (const at of RECORDS.keys()) {
      const batch = written()
      ;(batch['bytes'] as unknown[])[at] = packet
      t.equal(checkBatch(batch) !== undefined, isOne, `${JSON.stringify(packet)} in place ${at}`)
      t.equal(isBySchema(batch), isOne)
    }
  }
  t.end()
})

t.test('a batch has 1–4096 records, and a packet at most 65,535 octets [evidence]', (t) => {
  const batch = (records: readonly PacketRecord[]): unknown =>
    JSON.parse(encodeBatch(batchOf({ run: 'r1', flow: 'f1', batch: 0, first: 0 }, records)))
  const sizes: readonly [number, number, boolean][] = [
    [0, 0, false],
    [1, 0, true],
    [4096, 0, true],
    [4097, 0, false],
    [1, 87_380, true],
    [1, 87_384, false],
  ]
  for (const [records, characters, isOne] of sizes) {
    const value = batch(
      Array.from({ length: records }, (_, at) => resourceRecord(at, { bytes: 'A'.repeat(characters) })),
    )
    t.equal(checkBatch(value) !== undefined, isOne, `${records} records, ${characters} characters`)
    t.equal(isBySchema(value), isOne)
  }
  t.end()
})
