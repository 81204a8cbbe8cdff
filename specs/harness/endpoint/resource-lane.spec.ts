import { isDeepStrictEqual } from 'node:util'
import { crc32 } from 'node:zlib'
import * as fc from 'fast-check'
import t from 'tap'
import { carryCrc, CRC_START } from '../../../harness/endpoint/crc32.js'
import { decodePacket, encodePacket, PacketError, type Message } from '../../../harness/endpoint/index.js'
import { ResourceLane } from '../../../harness/endpoint/resource-lane.js'
import { holds } from '../../sdk/property.js'
import { ExchangeDriver } from './exchange-driver.js'
import { deviceNumber } from './vectors.js'

const EXCHANGE = 77
const COUNT = 30

function packetOf(message: Message, more: { readonly label?: number; readonly exchange?: number } = {}): Uint8Array {
  const { label, exchange = EXCHANGE } = more
  const destination = { metropolitanArea: 1, access: 1 }
  const source = { metropolitanArea: 1, access: 2 }
  return encodePacket({ destination, source, label, converterNumber: 5n, exchange, message })
}

/** Hears packets as the endpoint does: by decoding each, or by the short way where that takes them. */
class Hearer {
  readonly driver: ExchangeDriver
  readonly #lane: ResourceLane | undefined
  shortCount = 0

  constructor(request: Parameters<typeof newDriver>[0], lane: ResourceLane | undefined) {
    this.driver = newDriver(request)
    this.#lane = lane
  }

  hear(packet: Uint8Array): void {
    const { exchange, nowMs } = this.driver
    if (this.#lane?.reads(packet) && exchange.receiveOctets(packet, this.#lane, nowMs)) {
      this.shortCount++
      return this.driver.drain()
    }
    try {
      const decoded = decodePacket(packet)
      if (decoded.exchange !== EXCHANGE) return
      if (decoded.message.type === 'RESOURCE') this.#lane?.learn(packet)
      this.driver.receive(decoded.message)
    } catch (error) {
      if (!(error instanceof PacketError)) throw error
    }
  }

  /** All that can be seen of it from outside. */
  get state(): unknown {
    const { exchange, sent, events } = this.driver
    return [exchange.phase, exchange.nextTimeoutMs, sent, events]
  }
}

const newDriver = (request: { readonly selective: boolean; readonly window: number }): ExchangeDriver =>
  new ExchangeDriver({ ...request, credit: request.window > 0 })

/** Mostly in order, sometimes anything. */
const often = <T>(usual: T, ...rare: readonly fc.Arbitrary<T>[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 60, arbitrary: fc.constant(usual) }, ...rare.map((arbitrary) => ({ weight: 1, arbitrary })))

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const anyResource: fc.Arbitrary<Message> = fc.record({
  type: fc.constant('RESOURCE' as const),
  sequence: fc.oneof(
    { weight: 60, arbitrary: fc.integer({ min: 1, max: COUNT }) },
    { weight: 1, arbitrary: fc.constantFrom(0, COUNT + 1) },
  ),
  count: often(COUNT, fc.nat(8)),
  startMs: often(1000n, u64),
  endMs: often(2000n, fc.constantFrom(0n, 999n, 1000n, 8_640_000_000_000_000n, 8_640_000_000_000_001n), u64),
  channel: often(1, fc.nat(0xffff)),
  kinds: often(1, fc.nat(0xffff)),
  round: often(0, fc.nat(2)),
  sizeBytes: often(5n, u64),
  key: often(7n, u64),
})
const anyOther: fc.Arbitrary<Message> = fc.oneof(
  fc.record({
    type: fc.constant('ROUND_END' as const),
    count: often(COUNT, fc.nat(8)),
    sent: fc.nat(6),
    round: fc.nat(2),
  }),
  fc.record({
    type: fc.constant('RESPONSE' as const),
    status: often(0, fc.nat(8)),
    count: often(COUNT, fc.nat(8)),
    device: fc.constant(deviceNumber),
    snapshotMs: fc.constant(9n),
  }),
)

/** A packet, rarely with a label, of another exchange, or with an octet changed, its CRC made right again or not. */
const anyPacket = fc
  .record({
    message: fc.oneof({ weight: 20, arbitrary: anyResource }, { weight: 1, arbitrary: anyOther }),
    label: often<number | undefined>(undefined, fc.nat(9)),
    exchange: often(EXCHANGE, fc.constant(78)),
    change: often<{ at: number; to: number } | undefined>(undefined, fc.record({ at: fc.nat(85), to: fc.nat(255) })),
    mendsCrc: fc.boolean(),
  })
  .map(({ message, label, exchange, change, mendsCrc }) => {
    const packet = packetOf(message, { exchange, ...(label !== undefined && { label }) })
    if (change) packet[change.at] = change.to
    if (mendsCrc) new DataView(packet.buffer).setUint32(packet.length - 4, crc32(packet.subarray(0, -4)), true)
    return packet
  })

t.test(
  'the CRC in steps of eight is the CRC-32 of zlib, at any offset and length, in one go or two [protocol 1]',
  (t) => {
    holds(
      t,
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), fc.nat(200), (octets, a, b) => {
        const from = Math.min(a, octets.length)
        const middle = Math.min(from + b, octets.length)
        const state = carryCrc(carryCrc(CRC_START, octets, from, middle), octets, middle, octets.length)
        return ~state >>> 0 === crc32(octets.subarray(from))
      }),
      1000,
    )
    t.end()
  },
)

t.test(
  'by the short way the endpoint says, tells and waits for what it does by decoding every packet [protocol 3]',
  (t) => {
    let shortCount = 0
    const anyRequest = fc.record({ selective: fc.boolean(), window: fc.constantFrom(0, 1, 4, 100) })
    const anySteps = fc.array(fc.tuple(fc.constantFrom(0, 0, 0, 0, 0, 1, 25, 500), anyPacket), { maxLength: 30 })
    holds(
      t,
      fc.property(anyRequest, anySteps, (request, steps) => {
        const [plain, short] = [new Hearer(request, undefined), new Hearer(request, new ResourceLane())]
        const isEqual = steps.every(([pauseMs, packet]) => {
          for (const hearer of [plain, short]) {
            hearer.driver.advance(pauseMs)
            hearer.hear(packet)
          }
          return isDeepStrictEqual(short.state, plain.state)
        })
        shortCount += short.shortCount
        return isEqual
      }),
      1000,
    )
    t.ok(shortCount > 1000, `${shortCount} packets went the short way`)
    t.end()
  },
)

t.test('the short way takes what comes in order, and nothing that is unusual', async (t) => {
  const hearer = new Hearer({ selective: false, window: 0 }, new ResourceLane())
  const resource = (sequence: number, more: Partial<Extract<Message, { type: 'RESOURCE' }>> = {}): Uint8Array =>
    packetOf({
      type: 'RESOURCE',
      sequence,
      count: 9,
      startMs: 1n,
      endMs: 2n,
      channel: 3,
      kinds: 4,
      round: 0,
      sizeBytes: 5n,
      key: 6n,
      ...more,
    })
  hearer.hear(resource(1))
  t.equal(hearer.shortCount, 0, 'the first one is decoded')
  hearer.hear(
    resource(2, { startMs: 0x0102_0304_0506n, endMs: 0n, channel: 0x0708, kinds: 0x090a, sizeBytes: 2n ** 40n }),
  )
  hearer.hear(resource(3, { key: 0xfedc_ba98_7654_3210n }))
  t.equal(hearer.shortCount, 2)
  t.strictSame(hearer.driver.events.slice(1), [
    {
      type: 'resource',
      sequence: 2,
      startMs: 0x0102_0304_0506,
      endMs: undefined,
      channel: 0x0708,
      kinds: 0x090a,
      key: '0000000000000006',
      sizeBytes: 2 ** 40,
    },
    {
      type: 'resource',
      sequence: 3,
      startMs: 1,
      endMs: 2,
      channel: 3,
      kinds: 4,
      key: 'fedcba9876543210',
      sizeBytes: 5,
    },
  ])
  hearer.hear(resource(3))
  t.equal(hearer.shortCount, 2, 'a contradiction is decoded')
  t.equal(hearer.driver.end?.verdict, 'contradiction')
})

t.test('resources that are only counted are checked all the same, and make no events', async (t) => {
  const driver = new ExchangeDriver({}, { resources: 'counted' })
  const resource = {
    type: 'RESOURCE',
    count: 2,
    startMs: 1n,
    endMs: 2n,
    channel: 1,
    kinds: 1,
    round: 0,
    sizeBytes: 0n,
    key: 1n,
  } as const
  driver.receive({ type: 'RESPONSE', status: 0, count: 2, device: deviceNumber, snapshotMs: 1n })
  driver.receive({ ...resource, sequence: 1 }, { ...resource, sequence: 2 })
  driver.receive({ type: 'ROUND_END', count: 2, sent: 2, round: 0 })
  driver.advance(1000)
  t.strictSame(
    driver.events.map(({ type }) => type),
    ['response', 'roundEnded', 'end'],
  )
  t.match(driver.end, { verdict: 'complete', received: 2 })
})
