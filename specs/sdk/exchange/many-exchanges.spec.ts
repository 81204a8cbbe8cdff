import t from 'tap'
import { DEFAULT_LIMITS, ExchangeTable, type Exchange } from '../../../sdk/exchange/index.js'
import { referenceCodec, ResourceEncoder, ResourceRun, ResponseStatus } from '../../../sdk/wire/index.js'
import { CONVERTER_NUMBER, DEVICE_NUMBER, requestOf, snapshotOf } from './virtual-converter.js'

const PATH = { peer: 'memory:endpoint' }
const ADDRESSES = { destination: { area: 1, access: 1 }, source: { area: 1, access: 2 } }
const RATE = 0xffffffff
/** What the link carries, and the turn of a converter that does not look at how many exchanges are open. */
const PACKETS_PER_MS = 100
const RUN_PACKETS = 64

/** What went, of which exchange. */
interface Went {
  readonly type: string
  readonly exchange: number
  readonly packetCount: number
}

/** One table with many exchanges, and how long each of them was silent although it had something to send. */
class Crowd {
  readonly #table = new ExchangeTable<typeof PATH>({
    converterNumber: CONVERTER_NUMBER,
    knowsDevice: (number) => number === DEVICE_NUMBER,
    limits: { ...DEFAULT_LIMITS, exchangesMost: 2_000 },
  })
  readonly #run = new ResourceRun(RUN_PACKETS)
  readonly #snapshot
  #turnOf = 0
  nowMs = 1_000

  readonly #packetsPerMs: number
  readonly #exchanges = new Map<number, Exchange>()

  constructor(resources: number, packetsPerMs = PACKETS_PER_MS) {
    this.#snapshot = snapshotOf(resources)
    this.#packetsPerMs = packetsPerMs
  }

  /** The last RESPONSE was not the final one. */
  isPending(exchange: number): boolean {
    return this.#exchanges.get(exchange)?.response?.status === ResponseStatus.pending
  }

  /** Open an exchange whose device has answered. */
  open(exchange: number): void {
    this.#table.receive(PATH, requestOf({ exchange, ratePacketsPerSecond: RATE }), this.nowMs)
    for (let happened; (happened = this.#table.pollEvent(this.nowMs));) {
      if (happened.event.type !== 'resourcesWanted') continue
      this.#exchanges.set(exchange, happened.exchange)
      happened.exchange.deviceListed(this.#snapshot, this.nowMs)
    }
  }

  /** The next turn, which takes its time on the link; undefined: nothing may go any more before the next ROUND_END repeat. */
  turn(): Went | undefined {
    this.#table.handleTimeout(this.nowMs)
    const outgoing = this.#table.pollRun(this.nowMs, (_, exchange, turnPackets) => {
      const { request } = exchange
      this.#turnOf = request.exchange
      const encoder = new ResourceEncoder(referenceCodec, { ...ADDRESSES, label: undefined, ...request })
      this.#run.begin(encoder, Math.min(RUN_PACKETS, turnPackets))
      return this.#run
    })
    if (!outgoing) return undefined
    const isMessage = 'message' in outgoing
    const packetCount = isMessage ? 1 : outgoing.run.packetCount
    this.nowMs += packetCount / this.#packetsPerMs
    const type = isMessage ? outgoing.message.type : 'RESOURCE'
    return { type, exchange: isMessage ? outgoing.message.exchange : this.#turnOf, packetCount }
  }
}

t.test('no exchange of a thousand is silent for 300 ms while it has resources to send [protocol 3, 500 ms]', (t) => {
  const [exchanges, resources] = [1_000, 200]
  const crowd = new Crowd(resources)
  for (let exchange = 1; exchange <= exchanges; exchange++) crowd.open(exchange)
  const lastAtMs = new Map<number, number>()
  const ended = new Set<number>()
  let sent = 0
  let longestMs = 0
  while (ended.size < exchanges) {
    const went = crowd.turn()
    if (!went) {
      // A token or two are to be had a moment later.
      crowd.nowMs += 0.1
      continue
    }
    const { exchange, type, packetCount } = went
    if (ended.has(exchange)) continue
    if (type === 'RESPONSE' && crowd.isPending(exchange)) continue
    const before = lastAtMs.get(exchange)
    if (before !== undefined) longestMs = Math.max(longestMs, crowd.nowMs - before)
    lastAtMs.set(exchange, crowd.nowMs)
    if (type === 'RESOURCE') sent += packetCount
    if (type === 'ROUND_END') ended.add(exchange)
    if (crowd.nowMs > 60_000) throw new Error('the crowd does not come to an end')
  }
  t.equal(sent, exchanges * resources, 'all resources went')
  t.ok(longestMs < 300, `the longest silence was ${longestMs.toFixed(0)} ms`)
  t.end()
})

t.test('a RESPONSE with its first resources and a ROUND_END go before the resources of all others', (t) => {
  const crowd = new Crowd(200)
  for (let exchange = 1; exchange <= 100; exchange++) crowd.open(exchange)
  for (let exchange = 1; exchange <= 100; exchange++) {
    t.match(crowd.turn(), { type: 'RESPONSE', exchange })
    t.match(crowd.turn(), { type: 'RESOURCE', exchange })
  }
  t.match(crowd.turn(), { type: 'RESOURCE', exchange: 1 })
  crowd.open(301)
  t.match(crowd.turn(), { type: 'RESPONSE', exchange: 301 })
  const sent = new Map<number, number>()
  for (let turns = 0, due = 0; turns < 3_000; turns++) {
    const went = crowd.turn()
    if (!went) {
      crowd.nowMs += 0.1
      continue
    }
    const { type, exchange, packetCount } = went
    if (due > 0) {
      t.match(went, { type: 'ROUND_END', exchange: due }, 'the last resource is followed by the end of its round')
      t.end()
      return
    }
    if (type !== 'RESOURCE') continue
    const total = (sent.get(exchange) ?? 0) + packetCount
    sent.set(exchange, total)
    if (total === 200) due = exchange
  }
  t.fail('no round ended')
  t.end()
})

t.test('a slow converter announces no more than it can serve without a silence of 400 ms [protocol 3, 500 ms]', (t) => {
  const crowd = new Crowd(100, 10)
  for (let exchange = 1; exchange <= 1_000; exchange++) crowd.open(exchange)
  const lastAtMs = new Map<number, number>()
  let longestMs = 0
  let pendingCount = 0
  while (crowd.nowMs < 5_000) {
    const went = crowd.turn()
    if (!went) {
      crowd.nowMs += 0.1
      continue
    }
    if (went.type === 'RESPONSE' && !lastAtMs.has(went.exchange) && crowd.isPending(went.exchange)) {
      pendingCount++
      continue
    }
    const before = lastAtMs.get(went.exchange)
    if (before !== undefined && went.type === 'RESOURCE') longestMs = Math.max(longestMs, crowd.nowMs - before)
    lastAtMs.set(went.exchange, crowd.nowMs)
  }
  t.ok(longestMs < 400, `the longest silence of an announced one was ${longestMs.toFixed(0)} ms`)
  t.ok(pendingCount > 500, `${pendingCount} were told that they wait`)
  t.end()
})
