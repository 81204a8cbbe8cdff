import t from 'tap'
import { DEFAULT_LIMITS, ExchangeTable, type Exchange, type ExchangeLimits } from '../../../sdk/exchange/index.js'
import type { Message, Request } from '../../../sdk/wire/index.js'
import {
  CONVERTER_NUMBER,
  DEVICE_NUMBER,
  missingOf,
  progressOf,
  reportOf,
  requestOf,
  snapshotOf,
  wordOf,
} from './virtual-converter.js'

const PEER = 'memory:endpoint'

/** All exchanges of one converter on a clock of their own; devices are answered for by the spec. */
class VirtualTable {
  readonly table: ExchangeTable<{ readonly peer: string }>
  readonly sent: { readonly peer: string; readonly message: Message }[] = []
  readonly wanted: Exchange[] = []
  readonly closed: string[] = []
  nowMs = 1_000

  constructor(limits: Partial<ExchangeLimits> = {}) {
    this.table = new ExchangeTable({
      converterNumber: CONVERTER_NUMBER,
      knowsDevice: (number) => number === DEVICE_NUMBER,
      limits: { ...DEFAULT_LIMITS, ...limits },
    })
  }

  gets(message: Message, peer = PEER): string | undefined {
    const unexpected = this.table.receive({ peer }, message, this.nowMs)
    this.settle()
    return unexpected
  }

  /** Tell what happened and send what may go now. */
  settle(): void {
    this.#tell()
    for (let out; (out = this.table.pollTransmit(this.nowMs));)
      this.sent.push({ peer: out.path.peer, message: out.message })
    this.#tell()
  }

  passes(ms: number): void {
    const untilMs = this.nowMs + ms
    for (let wakes = 0; ; wakes++) {
      const nextMs = this.table.nextTimeoutMs(this.nowMs)
      if (nextMs === undefined || nextMs > untilMs) break
      if (wakes > 100_000) throw new Error('asks to be woken without end')
      this.nowMs = nextMs
      this.table.handleTimeout(this.nowMs)
      this.settle()
    }
    this.nowMs = untilMs
  }

  takeWords(): string[] {
    return this.sent.splice(0).map(({ message }) => `${message.exchange} ${wordOf(message)}`)
  }

  #tell(): void {
    for (let happened; (happened = this.table.pollEvent(this.nowMs));) {
      const { event, exchange } = happened
      if (event.type === 'resourcesWanted') this.wanted.push(exchange)
      if (event.type === 'closed') this.closed.push(`${exchange.request.exchange} ${event.reason}`)
    }
  }
}

const request = (exchange: number, more: Partial<Request> = {}): Request => requestOf({ exchange, ...more })

t.test('a message for another converter is not ours, and gets no answer [protocol 1]', async (t) => {
  const table = new VirtualTable()
  t.equal(table.gets(request(1, { converterNumber: 5n })), 'otherConverter')
  t.strictSame(table.sent, [])
  t.equal(table.table.openCount, 0)
})

t.test('messages that only a converter sends get no answer [protocol 2]', async (t) => {
  const table = new VirtualTable()
  const header = { exchange: 1, converterNumber: CONVERTER_NUMBER }
  const messages: readonly Message[] = [
    { type: 'RESPONSE', ...header, status: 0, count: 0, deviceNumber: 0n, snapshotAtMs: 0 },
    {
      type: 'RESOURCE',
      ...header,
      sequence: 1,
      count: 1,
      startMs: 0,
      endMs: 0,
      channel: 1,
      kinds: 0,
      round: 0,
      sizeBytes: 0,
      key: 0n,
    },
    { type: 'ROUND_END', ...header, count: 0, sentCount: 0, round: 0 },
  ]
  for (const message of messages) t.equal(table.gets(message), 'unexpectedMessage', message.type)
  t.strictSame(table.sent, [])
})

t.test('reports, MISSING and PROGRESS of an exchange that never was get no answer', async (t) => {
  const table = new VirtualTable()
  for (const message of [reportOf(0), reportOf(1), reportOf(2), missingOf([1]), progressOf(1)])
    t.equal(table.gets(message), 'unknownExchange')
  t.strictSame(table.sent, [])
  t.equal(table.table.nextTimeoutMs(table.nowMs), undefined)
})

t.test('BAD_REQUEST for a range without a moment in it, and for CREDIT without a window', async (t) => {
  const bad: readonly Partial<Request>[] = [
    { fromMs: 2000, toMs: 2000 },
    { fromMs: 2001, toMs: 2000 },
    { credit: true, windowPackets: 0 },
    { fromMs: 2001, toMs: 2000, deviceNumber: 1n },
  ]
  const table = new VirtualTable()
  for (const [at, more] of bad.entries()) {
    t.equal(table.gets(request(at + 1, more)), undefined, 'taken')
    t.match(table.sent.splice(0), [{ peer: PEER, message: { type: 'RESPONSE', status: 6, count: 0, snapshotAtMs: 0 } }])
  }
  t.equal(table.table.openCount, 0)
  t.equal(table.wanted.length, 0)
})

t.test('UNKNOWN_DEVICE for a device that is not ours, each time it is asked for', async (t) => {
  const table = new VirtualTable()
  table.gets(request(1, { deviceNumber: 9n }))
  table.gets(request(1, { deviceNumber: 9n }))
  t.match(table.sent, [
    { message: { type: 'RESPONSE', status: 2, deviceNumber: 9n, count: 0 } },
    { message: { type: 'RESPONSE', status: 2, deviceNumber: 9n, count: 0 } },
  ])
  t.equal(table.wanted.length, 0)
  t.equal(table.table.openCount, 0)
})

t.test('takes the largest values of a request as they are', async (t) => {
  const table = new VirtualTable()
  table.gets(
    request(0xffff_ffff, {
      credit: true,
      selective: true,
      channel: 0xffff,
      kinds: 0xffff,
      resourceLimit: 0xffff_ffff,
      ratePacketsPerSecond: 0xffff_ffff,
      windowPackets: 0xffff_ffff,
      fromMs: Number.MAX_SAFE_INTEGER - 1,
      toMs: Number.MAX_SAFE_INTEGER,
    }),
  )
  table.wanted[0]!.deviceListed(snapshotOf(2), table.nowMs)
  table.passes(10)
  t.strictSame(
    table.takeWords(),
    ['RESPONSE 0', 'RESOURCE 1', 'RESOURCE 2', 'ROUND_END 0'].map((word) => `4294967295 ${word}`),
  )
})

t.test('one more than may be open is answered BUSY, and may ask again later [protocol 3]', async (t) => {
  const table = new VirtualTable({ exchangesMost: 2 })
  for (const exchange of [1, 2, 3]) table.gets(request(exchange))
  t.strictSame(table.takeWords(), ['3 RESPONSE 7'])
  t.equal(table.table.openCount, 2)
  table.gets(request(1))
  t.strictSame(table.takeWords(), [], 'an open exchange is not busy with itself')
  table.gets({ ...reportOf(2), exchange: 1 })
  table.gets(request(3))
  t.equal(table.wanted.length, 3, 'a BUSY request was forgotten, so that it can be had now')
})

t.test('answers that nobody fetches are bounded', async (t) => {
  const table = new VirtualTable({ exchangesMost: 3 })
  for (let at = 1; at <= 100; at++) table.table.receive({ peer: PEER }, request(at, { deviceNumber: 9n }), 0)
  table.settle()
  t.equal(table.sent.length, 3)
})

t.test('exchanges are told apart by peer and by exchange [protocol 2]', async (t) => {
  const table = new VirtualTable()
  table.gets(request(1), 'memory:a')
  table.gets(request(1), 'memory:b')
  table.gets(request(2), 'memory:a')
  t.equal(table.wanted.length, 3)
  table.wanted[1]!.deviceFailed(4, table.nowMs)
  table.settle()
  t.match(table.sent, [{ peer: 'memory:b', message: { exchange: 1, status: 4 } }])
  t.equal(table.gets({ ...reportOf(2), exchange: 2 }, 'memory:b'), 'unknownExchange', "nobody ends another's exchange")
  t.equal(table.table.openCount, 2)
})

t.test(
  'a closed exchange is remembered for 60 s: its REQUEST is answered again, its device not asked again',
  async (t) => {
    const table = new VirtualTable()
    table.gets(request(77))
    table.wanted[0]!.deviceListed(snapshotOf(1), table.nowMs)
    table.passes(10)
    table.takeWords()
    for (let times = 0; times < 3; times++)
      t.equal(table.gets(reportOf(0, { receivedCount: 1 })), undefined, 'COMPLETE three times is as it should be')
    t.strictSame(table.closed, ['77 complete'])
    table.passes(59_999)
    table.gets(request(77))
    t.strictSame(table.takeWords(), ['77 RESPONSE 0'])
    t.equal(table.wanted.length, 1)
    table.passes(1)
    table.gets(request(77))
    t.equal(table.wanted.length, 2, 'after that it is a request like any other')
  },
)

t.test('a refusal goes out although it closes its exchange, and is repeated for the same REQUEST', async (t) => {
  const table = new VirtualTable()
  table.gets(request(77))
  table.wanted[0]!.deviceFailed(3, table.nowMs)
  table.settle()
  table.gets(request(77))
  t.strictSame(table.takeWords(), ['77 RESPONSE 3', '77 RESPONSE 3'])
  t.equal(table.wanted.length, 1)
})

t.test('remembers no more closed exchanges than it may, and forgets the oldest first', async (t) => {
  const table = new VirtualTable({ rememberedMost: 3 })
  for (const exchange of [1, 2, 3, 4]) {
    table.gets(request(exchange))
    table.wanted.at(-1)!.deviceFailed(3, table.nowMs)
    table.settle()
  }
  table.gets(request(2))
  t.equal(table.wanted.length, 4, 'the second is remembered')
  table.gets(request(1))
  t.equal(table.wanted.length, 5, 'the first is not')
})

t.test('serves exchanges in turn, so that a large one does not starve a small one', async (t) => {
  const table = new VirtualTable()
  table.gets(request(1, { ratePacketsPerSecond: 1000 }))
  table.gets(request(2, { ratePacketsPerSecond: 1000 }))
  table.wanted[0]!.deviceListed(snapshotOf(5000), table.nowMs)
  table.wanted[1]!.deviceListed(snapshotOf(5), table.nowMs)
  table.passes(20)
  const words = table.takeWords()
  const small = words.indexOf('2 ROUND_END 0')
  const large = words.slice(0, small).filter((word) => word.startsWith('1 RESOURCE')).length
  t.ok(small > 0 && large >= 4 && large <= 7, `${large} of the large one before the end of the small one`)
})

t.test('leaves nothing behind: every exchange ends, and nothing is due any more', async (t) => {
  const table = new VirtualTable()
  for (let exchange = 1; exchange <= 30; exchange++) table.gets(request(exchange, { ratePacketsPerSecond: 100 }))
  table.wanted.forEach((exchange, at) => {
    if (at % 3 === 0) exchange.deviceListed(snapshotOf(at), table.nowMs)
    if (at % 3 === 1) exchange.deviceFailed(5, table.nowMs)
  })
  table.passes(200_000)
  t.equal(table.table.openCount, 0)
  t.equal(table.table.nextTimeoutMs(table.nowMs), undefined)
  t.equal(table.closed.length, 30)
  table.takeWords()
  t.strictSame(table.takeWords(), [])
})

t.test('stops every exchange', async (t) => {
  const table = new VirtualTable()
  for (const exchange of [1, 2, 3]) table.gets(request(exchange))
  table.table.stop(table.nowMs)
  table.settle()
  t.strictSame(table.closed, ['1 stopped', '2 stopped', '3 stopped'])
  t.equal(table.table.openCount, 0)
  t.equal(table.table.nextTimeoutMs(table.nowMs), undefined)
})
