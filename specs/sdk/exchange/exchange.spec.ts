import t from 'tap'
import { ResponseStatus } from '../../../sdk/wire/index.js'
import type { RefusalStatus } from '../../../sdk/exchange/index.js'
import { CONVERTER_NUMBER, DEVICE_NUMBER, reportOf, requestOf, VirtualConverter } from './virtual-converter.js'

const LONG_MS = 60_000

t.test(
  'asks the device once, and answers with the count, the resources one by one and ROUND_END [protocol 3]',
  async (t) => {
    const converter = new VirtualConverter().listed(3).passes(1_000 / 20)
    t.equal(converter.deviceQueries, 1)
    const [response, first, second, third, roundEnd, ...more] = converter.takeSent()
    const header = { exchange: 77, converterNumber: CONVERTER_NUMBER }
    t.strictSame(response, {
      type: 'RESPONSE',
      ...header,
      status: 0,
      count: 3,
      deviceNumber: DEVICE_NUMBER,
      snapshotAtMs: 1_700_000_000_000,
    })
    t.match(first, { type: 'RESOURCE', ...header, sequence: 1, count: 3, round: 0, startMs: 0, endMs: 1000 })
    t.match(second, { type: 'RESOURCE', sequence: 2, count: 3, round: 0 })
    t.match(third, { type: 'RESOURCE', sequence: 3, count: 3, round: 0 })
    t.strictSame(roundEnd, { type: 'ROUND_END', ...header, count: 3, sentCount: 3, round: 0 })
    t.strictSame(more, [])
    t.strictSame(converter.events.slice(1), [
      { type: 'responded', status: 0, count: 3 },
      { type: 'roundEnded', round: 0, sentCount: 3 },
    ])
  },
)

t.test('answers PENDING once the device took over 300 ms, then OK [protocol 3]', async (t) => {
  const converter = new VirtualConverter().passes(299)
  t.strictSame(converter.takeSent(), [])
  t.match(converter.passes(1).takeSent(), [
    { type: 'RESPONSE', status: ResponseStatus.pending, count: 0, snapshotAtMs: 0, deviceNumber: DEVICE_NUMBER },
  ])
  t.strictSame(converter.passes(20_000).takeSent(), [], 'not again by itself')
  t.strictSame(converter.listed(1).passes(10).takeWords(), ['RESPONSE 0', 'RESOURCE 1', 'ROUND_END 0'])
})

t.test('sends no PENDING when the device was quick [protocol 3]', async (t) => {
  const quick = new VirtualConverter().passes(299).listed(1).passes(400)
  t.strictSame(quick.takeWords(), ['RESPONSE 0', 'RESOURCE 1', 'ROUND_END 0'])
})

t.test(
  'the same REQUEST again repeats the RESPONSE, and starts neither inquiry nor sending, in every state [protocol 3]',
  async (t) => {
    const converter = new VirtualConverter({ selective: true })
    const again = (): readonly string[] => converter.gets(requestOf({ selective: true })).takeWords()
    t.strictSame(again(), [], 'asking, nothing to repeat yet')
    converter.passes(300).takeSent()
    t.strictSame(again(), ['RESPONSE 1'], 'asking, PENDING')
    converter.listed(300)
    t.strictSame(converter.takeWords().slice(0, 2), ['RESPONSE 0', 'RESOURCE 1'])
    t.equal(converter.exchange.state, 'sending')
    t.strictSame(again(), ['RESPONSE 0'], 'sending')
    const rest = converter.passes(100).takeWords()
    t.equal(new Set(rest).size, rest.length, 'nothing is sent twice')
    t.equal(rest.at(-1), 'ROUND_END 0')
    t.strictSame(again(), ['RESPONSE 0'], 'reporting')
    converter.gets(reportOf(1, { missingPackets: 1 }))
    t.strictSame(again(), ['RESPONSE 0'], 'collecting')
    converter.gets(reportOf(0))
    t.equal(converter.exchange.state, 'closed')
    t.strictSame(again(), [], 'closed: the table answers')
    t.equal(converter.deviceQueries, 1)
  },
)

t.test('a REQUEST of other contents in the same exchange is the same REQUEST', async (t) => {
  const converter = new VirtualConverter().listed(2).passes(10)
  converter.takeSent()
  t.strictSame(
    converter
      .gets(requestOf({ channel: 9, deviceNumber: 1n }))
      .passes(10)
      .takeSent(),
    [{ ...converter.exchange.response!, deviceNumber: DEVICE_NUMBER, count: 2 }],
  )
})

t.test('each status above 1 ends the exchange with count 0 [protocol 2, RESPONSE]', async (t) => {
  const refusals: readonly RefusalStatus[] = [2, 3, 4, 5, 6, 7, 8]
  for (const status of refusals) {
    const converter = new VirtualConverter().failed(status)
    t.match(converter.takeSent(), [{ type: 'RESPONSE', status, count: 0, snapshotAtMs: 0 }], String(status))
    t.strictSame(converter.eventTypes(), ['resourcesWanted', 'responded', 'closed'])
    t.match(converter.events.at(-1), { reason: 'refused', facts: { status, count: 0, roundCount: 0, sentCount: 0 } })
    t.equal(converter.exchange.nextTimeoutMs(converter.nowMs), undefined)
  }
})

t.test('gives a device up after 55 s, so that the endpoint hears of it within the 60 s that it waits', async (t) => {
  const converter = new VirtualConverter().passes(54_999)
  t.strictSame(converter.takeWords(), ['RESPONSE 1'])
  t.strictSame(converter.passes(1).takeWords(), ['RESPONSE 3'])
  t.equal(converter.exchange.state, 'closed')
  t.strictSame(converter.listed(3).passes(LONG_MS).takeSent(), [], 'a list that comes after all is too late')
  t.strictSame(converter.failed(5).takeSent(), [], 'and so is a refusal')
  t.equal(converter.exchange.response?.status, 3)
})

t.test(
  'says BUSY after 55 s of a device that was busy with others first: that is not to be blamed on it',
  async (t) => {
    const converter = new VirtualConverter()
    converter.exchange.deviceOccupied()
    t.strictSame(converter.passes(54_999).takeWords(), ['RESPONSE 1'])
    t.strictSame(converter.passes(1).takeWords(), ['RESPONSE 7'])
    t.equal(converter.exchange.state, 'closed')
  },
)

t.test('answers a count of 0 with OK and exactly one ROUND_END [protocol 3]', async (t) => {
  const converter = new VirtualConverter().listed(0).passes(59_000)
  t.match(converter.sent, [
    { message: { type: 'RESPONSE', status: 0, count: 0 } },
    { message: { type: 'ROUND_END', count: 0, sentCount: 0 } },
  ])
  t.equal(converter.sent.length, 2)
  converter.gets(reportOf(0))
  t.match(converter.events.at(-1), { type: 'closed', reason: 'complete', facts: { count: 0, roundCount: 1 } })
})

t.test('repeats ROUND_END every 500 ms, 10 in all, until a report [protocol 3]', async (t) => {
  const converter = new VirtualConverter().listed(1).passes(10_000)
  const moments = converter.sent.filter(({ message }) => message.type === 'ROUND_END').map(({ atMs }) => atMs)
  t.strictSame(
    moments,
    Array.from({ length: 10 }, (_, at) => 5_000 + 500 * at),
  )
  const ends = converter.takeSent().filter(({ type }) => type === 'ROUND_END')
  t.ok(ends.every((end) => end.type === 'ROUND_END' && end.round === 0 && end.sentCount === 1 && end.count === 1))
})

t.test('stops repeating ROUND_END when a report comes, and begins anew in the next round [protocol 3]', async (t) => {
  const converter = new VirtualConverter().listed(2).passes(1_200)
  t.equal(converter.takeWords().filter((word) => word === 'ROUND_END 0').length, 3)
  converter.gets(reportOf(1)).passes(20_000)
  const words = converter.takeWords()
  t.strictSame(words.slice(0, 2), ['RESOURCE 1', 'RESOURCE 2'])
  t.strictSame(
    words.slice(2),
    Array.from({ length: 10 }, () => 'ROUND_END 1'),
  )
})

t.test(
  'COMPLETE and ABANDON free the exchange, for the current round or an earlier one, whatever it is doing [protocol 3]',
  async (t) => {
    for (const [verdict, reason] of [
      [0, 'complete'],
      [2, 'abandoned'],
    ] as const) {
      for (const round of [0, 1]) {
        const converter = new VirtualConverter().listed(3).passes(10).gets(reportOf(1)).passes(10)
        converter.takeSent()
        converter.gets(reportOf(verdict, { round, receivedCount: 3 }))
        t.match(converter.events.at(-1), {
          type: 'closed',
          reason,
          facts: { status: 0, count: 3, roundCount: 2, sentCount: 6, resentCount: 3, receivedCount: 3 },
        })
        t.equal(converter.exchange.nextTimeoutMs(converter.nowMs), undefined, 'nothing is due any more')
        t.strictSame(converter.passes(LONG_MS * 2).takeSent(), [], 'nothing is sent any more')
      }
    }
    const early = new VirtualConverter({ ratePacketsPerSecond: 10 }).listed(100).passes(1_000).gets(reportOf(2))
    t.match(early.events.at(-1), { type: 'closed', reason: 'abandoned' }, 'in the middle of a round')
  },
)

t.test('a report on a round that has not begun is of nobody', async (t) => {
  for (const verdict of [0, 1, 2] as const) {
    const converter = new VirtualConverter().listed(1).passes(10)
    converter.takeSent()
    converter.gets(reportOf(verdict, { round: 1 }))
    t.equal(converter.exchange.state, 'reporting', String(verdict))
    t.strictSame(converter.takeSent(), [])
  }
})

t.test('COMPLETE while the device is still asked means nothing; ABANDON ends it [protocol 3]', async (t) => {
  const converter = new VirtualConverter().gets(reportOf(0), reportOf(1))
  t.equal(converter.exchange.state, 'asking')
  converter.gets(reportOf(2))
  t.match(converter.events.at(-1), { type: 'closed', reason: 'abandoned', facts: { status: undefined, count: 0 } })
  t.strictSame(converter.listed(5).passes(LONG_MS).takeSent(), [], 'the list that comes then is not sent')
})

t.test('silence for 60 s frees the exchange as unconfirmed [protocol 3]', async (t) => {
  const converter = new VirtualConverter().listed(1).passes(59_999)
  t.equal(converter.exchange.state, 'reporting')
  converter.passes(1)
  t.match(converter.events.at(-1), {
    type: 'closed',
    reason: 'unconfirmed',
    facts: { count: 1, receivedCount: undefined },
  })
  t.equal(converter.exchange.nextTimeoutMs(converter.nowMs), undefined)
})

t.test('whatever the endpoint says breaks the silence, and so does sending', async (t) => {
  const talking = new VirtualConverter().listed(1).passes(59_000).gets(requestOf()).passes(59_000)
  t.equal(talking.exchange.state, 'reporting')
  t.equal(talking.passes(1_000).exchange.state, 'closed')
  const slow = new VirtualConverter({ ratePacketsPerSecond: 1 }).listed(200).passes(150_000)
  t.equal(slow.exchange.state, 'sending', 'a list longer than 60 s is sent to the end')
  t.equal(slow.passes(60_000).sent.at(-1)?.message.type, 'ROUND_END')
})

t.test('a converter that wakes late neither skips a round nor ends one that has just begun', async (t) => {
  const converter = new VirtualConverter({ selective: true })
    .listed(2)
    .passes(10)
    .gets(reportOf(1, { missingPackets: 1 }))
  converter.nowMs += 100_000
  converter.exchange.handleTimeout(converter.nowMs)
  t.equal(converter.exchange.state, 'sending')
  converter.takeSent()
  t.strictSame(converter.drain().passes(10).takeWords(), ['RESOURCE 1', 'RESOURCE 2', 'ROUND_END 1'])
})

t.test(
  'gives up after the last round that there may be, and stays bounded [protocol 3: every table is bounded]',
  async (t) => {
    const converter = new VirtualConverter().listed(1).passes(10)
    for (let round = 0; round < 64; round++) converter.gets(reportOf(1, { round })).passes(10)
    t.match(converter.events.at(-1), {
      type: 'closed',
      reason: 'exhausted',
      facts: { roundCount: 64, sentCount: 64, resentCount: 63 },
    })
    t.equal(converter.sent.filter(({ message }) => message.type === 'RESOURCE').length, 64)
    t.equal(converter.exchange.nextTimeoutMs(converter.nowMs), undefined)
  },
)

t.test('stops in every state, once', async (t) => {
  const states = [
    new VirtualConverter(),
    new VirtualConverter().listed(1000),
    new VirtualConverter().listed(1).passes(10),
    new VirtualConverter({ selective: true })
      .listed(1)
      .passes(10)
      .gets(reportOf(1, { missingPackets: 1 })),
  ]
  t.strictSame(
    states.map(({ exchange }) => exchange.state),
    ['asking', 'sending', 'reporting', 'collecting'],
  )
  for (const converter of states) {
    converter.takeSent()
    converter.exchange.stop(converter.nowMs)
    converter.exchange.stop(converter.nowMs)
    converter.drain().passes(LONG_MS)
    t.strictSame(converter.takeSent(), [])
    t.equal(converter.eventTypes().filter((type) => type === 'closed').length, 1)
    t.match(converter.events.at(-1), { reason: 'stopped' })
  }
})
