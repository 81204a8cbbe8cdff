import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import t from 'tap'
import {
  DEFAULT_LIMITS,
  ExchangeTable,
  type Exchange,
  type ExchangeLimits,
  type TableEvent,
} from '../../../sdk/exchange/index.js'
import { referenceCodec, ResourceEncoder, ResourceRun, type Message, type Request } from '../../../sdk/wire/index.js'
import { holds } from '../property.js'
import {
  CONVERTER_NUMBER,
  DEVICE_NUMBER,
  missingOf,
  progressOf,
  reportOf,
  requestOf,
  snapshotOf,
} from './virtual-converter.js'

const ADDRESSES = { destination: { area: 1, access: 1 }, source: { area: 1, access: 2 } }
/** Each exchange has a peer of its own, as those of one peer share what may be under way to it. */
const pathOf = (exchange: number): { readonly peer: string } => ({ peer: `memory:endpoint-${exchange}` })

/** A table that is drained message by message, or by runs that are then read by the plain codec. */
class Converter {
  readonly table: ExchangeTable<{ readonly peer: string }>
  readonly #run: ResourceRun | undefined
  readonly #encoders = new Map<Exchange, ResourceEncoder>()
  readonly wanted: Exchange[] = []
  /** Everything it sent and told, with its moment. */
  readonly log: unknown[] = []

  constructor(limits: Partial<ExchangeLimits>, runPackets: number | undefined) {
    this.table = new ExchangeTable({
      converterNumber: CONVERTER_NUMBER,
      knowsDevice: (number) => number === DEVICE_NUMBER,
      limits: { ...DEFAULT_LIMITS, ...limits },
    })
    if (runPackets !== undefined) this.#run = new ResourceRun(runPackets)
  }

  drain(nowMs: number): void {
    this.#tell(nowMs)
    for (let messages; (messages = this.#poll(nowMs));) {
      for (const message of messages) this.log.push([nowMs, message])
    }
    this.#tell(nowMs)
    this.log.push([nowMs, this.table.nextTimeoutMs(nowMs), this.table.openCount])
  }

  #poll(nowMs: number): readonly Message[] | undefined {
    const run = this.#run
    if (!run) {
      const outgoing = this.table.pollTransmit(nowMs)
      return outgoing && [outgoing.message]
    }
    const outgoing = this.table.pollRun(nowMs, (_, exchange, turnPackets) => {
      run.begin(this.#encoderOf(exchange), turnPackets)
      return run
    })
    if (!outgoing) return undefined
    if ('message' in outgoing) return [outgoing.message]
    if (run.packetCount === 0) throw new Error('a run without a packet would be polled for ever')
    return Array.from({ length: run.packetCount }, (_, at) => {
      const octets = run.octets.slice(at * run.packetBytes, (at + 1) * run.packetBytes)
      return referenceCodec.decode(octets).message
    })
  }

  #encoderOf(exchange: Exchange): ResourceEncoder {
    const known = this.#encoders.get(exchange)
    if (known) return known
    const { exchange: number, converterNumber } = exchange.request
    const encoder = new ResourceEncoder(referenceCodec, { ...ADDRESSES, exchange: number, converterNumber })
    this.#encoders.set(exchange, encoder)
    return encoder
  }

  #tell(nowMs: number): void {
    for (let told: TableEvent<{ readonly peer: string }> | undefined; (told = this.table.pollEvent(nowMs));) {
      if (told.event.type === 'resourcesWanted') this.wanted.push(told.exchange)
      this.log.push([nowMs, told.exchange.request.exchange, told.event])
    }
  }
}

type Step = (converter: Converter, nowMs: number) => void

const exchange = fc.constantFrom(77, 78)
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ at: fc.nat(1), count: fc.constantFrom(0, 1, 7, 300) }).map(({ at, count }): Step => {
    return ({ wanted }, nowMs) => wanted[at]?.deviceListed(snapshotOf(count), nowMs)
  }),
  fc.nat(1).map(
    (at): Step =>
      ({ wanted }, nowMs) =>
        wanted[at]?.deviceFailed(3, nowMs),
  ),
  fc
    .oneof(
      fc
        .record({ verdict: fc.constantFrom(0, 1, 1, 1, 2), round: fc.nat(2), missingPackets: fc.nat(2) })
        .map(({ verdict, ...rest }) => reportOf(verdict, rest)),
      fc
        .record({
          sequences: fc.array(fc.integer({ min: 1, max: 320 }), { maxLength: 40 }),
          round: fc.nat(2),
          index: fc.nat(1),
        })
        .map(({ sequences, ...rest }) => missingOf(sequences, rest)),
      fc.record({ highest: fc.nat(320), round: fc.nat(2) }).map(({ highest, round }) => progressOf(highest, round)),
      fc.constant(requestOf()),
    )
    .chain((message) => exchange.map((exchange) => ({ ...message, exchange })))
    .map(
      (message): Step =>
        ({ table }, nowMs) =>
          void table.receive(pathOf(message.exchange), message, nowMs),
    ),
)

/** How long after the step before; often not at all, sometimes as long as one of the limits. */
const anyPause = fc.constantFrom(0, 0, 0.3, 1, 7, 50, 200, 500, 60_000)
const anyRequest: fc.Arbitrary<Partial<Request>> = fc.record({
  selective: fc.boolean(),
  credit: fc.boolean(),
  windowPackets: fc.constantFrom(1, 3, 64, 1000),
  ratePacketsPerSecond: fc.constantFrom(0, 500, 20_000, 0xffffffff),
})

t.test('by runs goes what goes message by message: the same packets, events and time-outs at the same moments', (t) => {
  holds(
    t,
    fc.property(
      anyRequest,
      fc.array(fc.tuple(anyPause, anyStep), { minLength: 1, maxLength: 14 }),
      fc.constantFrom(1, 5, 64),
      fc.boolean(),
      (request, steps, runPackets, both) => {
        const [plain, byRuns] = [new Converter({}, undefined), new Converter({}, runPackets)]
        // Two exchanges at once take turns of different lengths, so there only each one's own sequence of messages is compared.
        const exchanges = both ? [77, 78] : [77]
        for (const converter of [plain, byRuns]) {
          let nowMs = 1000
          for (const exchange of exchanges)
            converter.table.receive(pathOf(exchange), requestOf({ ...request, exchange }), nowMs)
          converter.drain(nowMs)
          for (const [pauseMs, step] of steps) {
            const untilMs = nowMs + pauseMs
            for (
              let nextMs, wakes = 0;
              (nextMs = converter.table.nextTimeoutMs(nowMs)) !== undefined && nextMs <= untilMs;
            ) {
              if (++wakes > 20_000) throw new Error('asks to be woken without end')
              nowMs = Math.max(nowMs, nextMs)
              converter.table.handleTimeout(nowMs)
              converter.drain(nowMs)
            }
            nowMs = untilMs
            step(converter, nowMs)
            converter.drain(nowMs)
          }
        }
        if (!both) return isDeepStrictEqual(byRuns.log, plain.log)
        return exchanges.every((exchange) => isDeepStrictEqual(saidIn(byRuns, exchange), saidIn(plain, exchange)))
      },
    ),
    400,
  )
  t.end()
})

function saidIn({ log }: Converter, exchange: number): readonly unknown[] {
  return (log as (readonly unknown[])[]).filter(
    ([, said]) => (said as Partial<Message> | undefined)?.exchange === exchange,
  )
}

t.test('a long exchange does not starve a short one: they take turns, a run each', async (t) => {
  const converter = new Converter({}, 8)
  for (const exchange of [77, 78]) {
    converter.table.receive({ peer: 'memory:endpoint' }, requestOf({ exchange, ratePacketsPerSecond: 0xffffffff }), 0)
  }
  converter.drain(0)
  converter.wanted[0]!.deviceListed(snapshotOf(300), 0)
  converter.wanted[1]!.deviceListed(snapshotOf(16), 0)
  for (let nowMs = 10; nowMs < 20; nowMs++) converter.drain(nowMs)
  const order = (converter.log as (readonly [number, Partial<Message>])[])
    .filter(([, said]) => said?.type === 'RESOURCE')
    .map(([, said]) => said.exchange)
  t.ok(order.lastIndexOf(78) < 40, `the short one ends with the ${order.lastIndexOf(78) + 1}th packet`)
  t.equal(order.length, 316)
})
