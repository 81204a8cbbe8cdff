import * as fc from 'fast-check'
import t from 'tap'
import { decodeBatch } from '../../../harness/evidence/decode-batch.js'
import { encodeBatch } from '../../../harness/evidence/batch.js'
import { Fate, ObservationPoint, type PacketRecord } from '../../../harness/evidence/record.js'
import { referenceCodec } from '../../../sdk/wire/index.js'
import { holds } from '../../sdk/property.js'
import { judgeBothWays } from './both-ways.js'
import { recovered, type Evidence } from './evidence-of.js'

const RESOURCES = 20

/** What one resource of the clean exchange says, where it is not changed. */
interface Saying {
  readonly count: number
  readonly startMs: number
  readonly endMs: number
  readonly channel: number
  readonly kinds: number
  readonly key: bigint
}

function packetOf(sequence: number, round: number, changed: Partial<Saying>, label?: number): string {
  const startMs = 1_700_000_000_000 + sequence * 1000
  const said: Saying = { count: RESOURCES, startMs, endMs: startMs + 500, channel: 1, kinds: 1, key: 7n, ...changed }
  const octets = referenceCodec.encode({
    destination: { area: 1, access: 1 },
    source: { area: 1, access: 2 },
    message: { type: 'RESOURCE', exchange: 77, converterNumber: 1n, sequence, round, sizeBytes: 0, ...said },
    ...(label !== undefined && { label }),
  })
  return Buffer.from(octets).toString('base64')
}

/** Every record with its packet, which is empty where no rule reads it. */
function withPackets(
  { records }: Evidence,
  change: (index: number) => Partial<Saying>,
  label?: number,
): PacketRecord[] {
  return records.map((record, index) => {
    const { message, sequence, round } = record
    const isResource = message === 'RESOURCE' && sequence !== null && round !== null
    return { ...record, bytes: isResource ? packetOf(sequence, round, change(index), label) : '' }
  })
}

const body = fc.record(
  {
    count: fc.constantFrom(RESOURCES, 0, 21),
    startMs: fc.constantFrom(0, 1_700_000_005_000, 1_700_000_900_000),
    endMs: fc.constantFrom(0, 1, 1_700_000_000_500),
    channel: fc.integer({ min: 0, max: 3 }),
    kinds: fc.integer({ min: 0, max: 3 }),
    key: fc.bigInt({ min: 0n, max: 9n }),
  },
  { requiredKeys: [] },
)

const place = fc.nat({ max: 200 })

/** One change of one record, or of their order. */
const edit: fc.Arbitrary<(records: PacketRecord[]) => void> = fc.oneof(
  fc.tuple(place, change()).map(([at, changed]) => (records: PacketRecord[]) => {
    const record = records[at % records.length]!
    records[at % records.length] = { ...record, ...changed }
  }),
  fc.tuple(place, place).map(([one, other]) => (records: PacketRecord[]) => {
    const [left, right] = [one % records.length, other % records.length]
    const kept = records[left]!
    records[left] = { ...records[right]!, t: kept.t }
    records[right] = { ...kept, t: records[right]!.t }
  }),
  place.map((at) => (records: PacketRecord[]) => void records.splice(at % records.length, 1)),
  place.map((at) => (records: PacketRecord[]) => {
    const again = records[at % records.length]!
    records.splice(at % records.length, 0, again)
  }),
)

function change(): fc.Arbitrary<Partial<PacketRecord>> {
  return fc.record(
    {
      t: fc.integer({ min: 0, max: 200_000 }),
      at: fc.constantFrom(...ObservationPoint),
      fate: fc.constantFrom(...Fate),
      exchange: fc.constantFrom(77, 78),
      sequence: fc.integer({ min: 0, max: RESOURCES + 1 }),
      round: fc.integer({ min: 0, max: 2 }),
      content: fc.constantFrom('a0000001', 'a0000005', 'ffffffff'),
    },
    { requiredKeys: [] },
  )
}

/** Requests that want all, or some, of what the resources are. */
const wanted = fc.record({
  fromMs: fc.constantFrom('0', '1700000005000'),
  toMs: fc.constantFrom('0', '1700000015000'),
  channel: fc.constantFrom(0, 1, 2),
  kinds: fc.constantFrom(0, 1, 2),
})

t.test('what is passed over together is judged as by every rule, record by record', (t) => {
  const isAnyway = fc.boolean()
  const runs = fc.record({
    selective: fc.boolean(),
    bytes: isAnyway,
    isLabelled: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    wanted: fc.option(wanted),
    bodies: fc.array(fc.tuple(place, body), { maxLength: 2 }),
    edits: fc.array(edit, { maxLength: 3 }),
    size: fc.integer({ min: 1, max: 200 }),
    points: fc.constantFrom(
      ObservationPoint,
      ObservationPoint.filter((point) => !point.startsWith('converter')),
      ObservationPoint.filter((point) => !point.startsWith('endpoint')),
    ),
  })
  holds(
    t,
    fc.property(runs, ({ selective, bytes, isLabelled, wanted, bodies, edits, size, points }) => {
      const evidence = recovered(RESOURCES, [3, 4, 11], selective).only(...points)
      const changes = new Map(bodies)
      const packets = withPackets(evidence, (index) => changes.get(index) ?? {}, isLabelled ? 5 : undefined)
      const records = bytes ? packets : evidence.records
      for (const [at, record] of records.entries()) {
        if (record.message === 'REQUEST' && wanted) records[at] = { ...record, fields: { ...record.fields, ...wanted } }
      }
      for (const each of edits) each(records)
      evidence.records.splice(0, Infinity, ...records)
      const batches = evidence.batches(size)
      judgeBothWays(batches)
      // As they come out of a file, with what the reader remembers of them.
      judgeBothWays(batches.map((batch) => decodeBatch(encodeBatch(batch), 'spec')))
    }),
    300,
  )
  t.end()
})
