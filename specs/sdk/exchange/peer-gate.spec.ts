import * as fc from 'fast-check'
import t from 'tap'
import { DEFAULT_LIMITS, ExchangeTable, type Exchange, type ExchangeLimits } from '../../../sdk/exchange/index.js'
import { PeerBurst } from '../../../sdk/exchange/peer-gate.js'
import type { Message, Request } from '../../../sdk/wire/index.js'
import { holds } from '../property.js'
import { CONVERTER_NUMBER, progressOf, reportOf, requestOf, snapshotOf } from './virtual-converter.js'

const RATE = 0xffffffff

/** One converter; devices answer at once. */
class Converter {
  readonly #table: ExchangeTable<{ readonly peer: string }>
  readonly #snapshot = snapshotOf(1_000)
  readonly #wanted: Exchange[] = []
  nowMs = 1_000

  constructor(limits: Partial<ExchangeLimits> = {}) {
    this.#table = new ExchangeTable({
      converterNumber: CONVERTER_NUMBER,
      knowsDevice: () => true,
      limits: { ...DEFAULT_LIMITS, ...limits },
    })
  }

  opens(exchanges: number, request: Partial<Request>, peer = 'memory:one'): this {
    for (let exchange = 1; exchange <= exchanges; exchange++) {
      this.gets(requestOf({ exchange, ratePacketsPerSecond: RATE, ...request }), peer)
    }
    // No rate is in the way by then.
    this.nowMs += 1
    for (const exchange of this.#wanted.splice(0)) exchange.deviceListed(this.#snapshot, this.nowMs)
    return this
  }

  gets(message: Message, peer = 'memory:one'): this {
    this.#table.receive({ peer }, message, this.nowMs)
    for (let happened; (happened = this.#table.pollEvent(this.nowMs));) {
      if (happened.event.type === 'resourcesWanted') this.#wanted.push(happened.exchange)
    }
    return this
  }

  /** RESOURCE packets that go by then, by peer and exchange. */
  passes(ms: number): Map<string, number> {
    const went = new Map<string, number>()
    for (const untilMs = this.nowMs + ms; ;) {
      for (let out; (out = this.#table.pollTransmit(this.nowMs));) {
        const key = `${out.path.peer} ${out.message.exchange}`
        if (out.message.type === 'RESOURCE') went.set(key, (went.get(key) ?? 0) + 1)
      }
      const nextMs = this.#table.nextTimeoutMs(this.nowMs)
      if (nextMs === undefined || nextMs > untilMs) {
        this.nowMs = untilMs
        return went
      }
      this.nowMs = nextMs
      this.#table.handleTimeout(this.nowMs)
    }
  }
}

const sum = (went: Map<string, number>): number => [...went.values()].reduce((all, each) => all + each, 0)
const credit = { credit: true, windowPackets: 400 }

t.test('CREDIT: of all exchanges of one peer, no more is under way than the largest window', async (t) => {
  const converter = new Converter().opens(20, credit)
  t.equal(sum(converter.passes(40)), 400)
})

t.test('CREDIT: small shares of many exchanges add up to half of what a peer is taken to hold', async (t) => {
  t.equal(sum(new Converter().opens(100, { credit: true, windowPackets: 8 }).passes(40)), 128)
  const told = new Converter({ peerBurstPackets: 1_000 }).opens(100, { credit: true, windowPackets: 8 })
  t.equal(sum(told.passes(40)), 500)
  t.equal(
    sum(new Converter().opens(10, { credit: true, windowPackets: 8 }).passes(40)),
    80,
    'and no more than they are',
  )
})

t.test('CREDIT: what one exchange reports tells of all that was sent to the peer before', async (t) => {
  const converter = new Converter().opens(20, credit)
  const went = converter.passes(10)
  const [last = '', packets = 0] = [...went].at(-1) ?? []
  converter.gets(progressOfExchange(Number(last.split(' ')[1]), packets))
  t.equal(sum(converter.passes(10)), 400, 'the latest says that everything arrived')
})

t.test('CREDIT: an exchange that is complete has nothing under way any more', async (t) => {
  const converter = new Converter().opens(2, { ...credit, windowPackets: 1_000 })
  t.equal(sum(converter.passes(10)), 1_000)
  converter.gets({ ...reportOf(0), exchange: 1 })
  t.ok(sum(converter.passes(10)) >= 250)
})

t.test('CREDIT: a window counts as long as its exchange is open, and no longer', async (t) => {
  const converter = new Converter().opens(1, { credit: true, windowPackets: 1_000 })
  t.equal(sum(converter.passes(10)), 1_000)
  // Others are open before it ends, so that something of the peer always is.
  for (let exchange = 2; exchange <= 31; exchange++) {
    converter.gets(requestOf({ exchange, ratePacketsPerSecond: RATE, credit: true, windowPackets: 100 }))
  }
  converter.gets({ ...reportOf(0), exchange: 1 }).opens(0, {})
  t.equal(sum(converter.passes(40)), 128)
})

t.test('CREDIT: a peer that says nothing gets 64 packets more each 50 ms, of all its exchanges', async (t) => {
  const converter = new Converter().opens(20, credit)
  converter.passes(48)
  t.strictSame(
    [2, 47, 2, 50].map((ms) => sum(converter.passes(ms))),
    [64, 0, 64, 64],
  )
})

t.test(
  'CREDIT: a turn lasts a quarter of a window, so that an endpoint which counts by exchange has what to report',
  async (t) => {
    const went = new Converter().opens(20, credit).passes(10)
    t.ok(
      [...went.values()].slice(0, -1).every((packets) => packets >= 100),
      [...went].join('; '),
    )
  },
)

t.test('without CREDIT: no more than half of what a peer is taken to hold goes in any millisecond', async (t) => {
  const converter = new Converter().opens(20, {})
  for (let ms = 0; ms < 20; ms++) t.ok(sum(converter.passes(0.9)) <= 128)
})

t.test('without CREDIT: nor in one that begins anywhere, however sending and waiting alternate', async (t) => {
  const steps = fc.array(
    fc.record({ waitMs: fc.double({ min: 0, max: 1.5, noNaN: true }), packets: fc.integer({ min: 1, max: 64 }) }),
  )
  const property = fc.property(steps, (steps) => {
    const gate = new PeerBurst(DEFAULT_LIMITS)
    const went: { readonly atMs: number; readonly packets: number }[] = []
    let nowMs = 1_000
    for (const { waitMs, packets } of steps) {
      nowMs += waitMs
      const readyAtMs = gate.readyAtMs(nowMs)
      if (readyAtMs > nowMs) {
        if (readyAtMs > nowMs + 1 || gate.readyAtMs(readyAtMs) > readyAtMs) return false
        nowMs = readyAtMs
      }
      const sent = Math.min(packets, gate.roomPackets)
      gate.sent(sent, nowMs)
      went.push({ atMs: nowMs, packets: sent })
      const within = went.filter(({ atMs }) => atMs + 1 > nowMs)
      if (sent < 1 || within.reduce((all, each) => all + each.packets, 0) > 128) return false
    }
    return true
  })
  holds(t, property, 500)
})

t.test('peers do not share: what one lacks does not hold up another', async (t) => {
  const converter = new Converter().opens(20, credit, 'memory:one').opens(20, credit, 'memory:two')
  const went = [...converter.passes(40)]
  for (const peer of ['memory:one', 'memory:two']) {
    t.equal(sum(new Map(went.filter(([key]) => key.startsWith(peer)))), 400, peer)
  }
})

function progressOfExchange(exchange: number, highest: number): Message {
  return { ...progressOf(highest), exchange }
}
