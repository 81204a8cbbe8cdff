import * as fc from 'fast-check'
import type { Message, NetworkAddress, Packet, Resource } from '../../../sdk/wire/index.js'

/** Plain objects, as the codec makes them: not without a prototype. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record<T>(model, { noNullPrototype: true })

const u16 = fc.integer({ min: 0, max: 0xffff })
const u32 = fc.integer({ min: 0, max: 0xffff_ffff })
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const quantity = fc.maxSafeNat()
const header = { exchange: fc.integer({ min: 1, max: 0xffff_ffff }), converterNumber: u64 }

/** Any RESOURCE that the wire can say. */
export const anyResource: fc.Arbitrary<Resource> = record({
  type: fc.constant('RESOURCE' as const),
  ...header,
  sequence: u32,
  count: u32,
  startMs: quantity,
  endMs: quantity,
  channel: u16,
  kinds: u16,
  round: u16,
  sizeBytes: quantity,
  key: u64,
})

const message: fc.Arbitrary<Message> = fc.oneof(
  record({
    type: fc.constant('REQUEST' as const),
    ...header,
    selective: fc.boolean(),
    credit: fc.boolean(),
    deviceNumber: u64,
    channel: u16,
    kinds: u16,
    resourceLimit: u32,
    fromMs: quantity,
    toMs: quantity,
    ratePacketsPerSecond: u32,
    windowPackets: u32,
  }),
  record({
    type: fc.constant('RESPONSE' as const),
    ...header,
    status: fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7, 8),
    count: u32,
    deviceNumber: u64,
    snapshotAtMs: quantity,
  }),
  anyResource,
  record({ type: fc.constant('ROUND_END' as const), ...header, count: u32, sentCount: u32, round: u16 }),
  record({
    type: fc.constant('COUNT_REPORT' as const),
    ...header,
    verdict: fc.constantFrom(0, 1, 2),
    round: u16,
    receivedCount: u32,
    count: u32,
    missingPackets: u16,
  }),
  record({
    type: fc.constant('MISSING' as const),
    ...header,
    firstSequence: u32,
    round: u16,
    index: u16,
    bitmap: fc.uint8Array({ minLength: 1024, maxLength: 1024 }),
  }),
  record({ type: fc.constant('PROGRESS' as const), ...header, highestSequence: u32, round: u16 }),
)

/** Any address of the video network. */
export const anyAddress: fc.Arbitrary<NetworkAddress> = record({
  area: fc.integer({ min: 0, max: 2 ** 40 - 1 }),
  access: u16,
})

/** Any packet that the wire can say. */
export const anyPacket: fc.Arbitrary<Packet> = fc.record(
  { destination: anyAddress, source: anyAddress, label: u16, message },
  { requiredKeys: ['destination', 'source', 'message'], noNullPrototype: true },
)
