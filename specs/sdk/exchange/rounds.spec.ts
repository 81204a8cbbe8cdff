import * as fc from 'fast-check'
import t from 'tap'
import { MissingSet } from '../../../sdk/exchange/missing-set.js'
import { wholeRound } from '../../../sdk/exchange/round-plan.js'
import { holds } from '../property.js'
import { missingOf, reportOf, VirtualConverter } from './virtual-converter.js'

/** An exchange whose first round of so many resources has gone out, and waits for the report on it. */
function reporting(count: number, selective = true): VirtualConverter {
  const converter = new VirtualConverter({ selective, ratePacketsPerSecond: 1_000_000 }).listed(count).passes(100)
  converter.takeSent()
  return converter
}

const resources = (...sequences: readonly number[]): string[] => sequences.map((sequence) => `RESOURCE ${sequence}`)

t.test('MISMATCH without SELECTIVE sends everything again at once, as the next round [protocol 3]', async (t) => {
  const converter = reporting(3, false).gets(reportOf(1, { receivedCount: 1, count: 3 }))
  t.strictSame(converter.passes(10).takeWords(), [...resources(1, 2, 3), 'ROUND_END 1'])
  t.match(converter.events.at(-1), { type: 'roundEnded', round: 1, sentCount: 3 })
})

t.test('a requester without SELECTIVE is not waited for, whatever it announces and names', async (t) => {
  const converter = reporting(3, false).gets(missingOf([2]), reportOf(1, { missingPackets: 1 }))
  t.strictSame(converter.passes(10).takeWords(), [...resources(1, 2, 3), 'ROUND_END 1'])
})

t.test('SELECTIVE with 0 MISSING packets sends everything again at once [protocol 2, COUNT_REPORT]', async (t) => {
  const converter = reporting(3).gets(reportOf(1, { missingPackets: 0 }))
  t.strictSame(converter.passes(10).takeWords(), [...resources(1, 2, 3), 'ROUND_END 1'])
})

t.test(
  'a report of 0 MISSING packets means everything, whatever was named before [protocol 2, COUNT_REPORT]',
  async (t) => {
    const converter = reporting(3).gets(missingOf([2]), reportOf(1, { missingPackets: 0 }))
    t.strictSame(converter.passes(10).takeWords(), [...resources(1, 2, 3), 'ROUND_END 1'])
  },
)

t.test(
  'SELECTIVE sends what the MISSING packets name, in ascending order, as the next round [protocol 3]',
  async (t) => {
    const converter = reporting(10).gets(reportOf(1, { missingPackets: 1, receivedCount: 7 }), missingOf([9, 2, 5]))
    const sent = converter.passes(10).takeSent()
    t.match(sent, [
      { type: 'RESOURCE', sequence: 2, count: 10, round: 1, startMs: 1000 },
      { type: 'RESOURCE', sequence: 5, count: 10, round: 1, startMs: 4000 },
      { type: 'RESOURCE', sequence: 9, count: 10, round: 1, startMs: 8000 },
      { type: 'ROUND_END', count: 10, sentCount: 3, round: 1 },
    ])
    t.equal(sent.length, 4)
  },
)

t.test(
  'begins when every announced MISSING packet is here, in any order and on either side of the report [protocol 3]',
  async (t) => {
    const report = reportOf(1, { missingPackets: 2 })
    const low = missingOf([3], { index: 0 })
    const high = missingOf([8193], { index: 1, firstSequence: 8193 })
    const orders = [
      [report, low, high],
      [report, high, low],
      [low, report, high],
      [high, report, low],
      [low, high, report],
      [high, low, report],
      [low, low, high, high, report],
    ]
    for (const order of orders) {
      const converter = reporting(9000)
      order.forEach((message, at) => {
        t.strictSame(converter.takeSent(), [], `nothing before message ${at + 1}`)
        converter.gets(message)
      })
      t.strictSame(converter.passes(1).takeWords(), [...resources(3, 8193), 'ROUND_END 1'], 'and then at once')
    }
  },
)

t.test('the same MISSING packet twice is one packet', async (t) => {
  const converter = reporting(9000).gets(reportOf(1, { missingPackets: 2 }), missingOf([3]), missingOf([3]))
  t.strictSame(converter.passes(199).takeSent(), [])
})

t.test('waits 200 ms for announced MISSING packets, then sends what the others name [protocol 3]', async (t) => {
  const converter = reporting(9000)
    .gets(reportOf(1, { missingPackets: 2 }))
    .passes(150)
    .gets(missingOf([3]))
  t.strictSame(converter.passes(49).takeSent(), [], '199 ms')
  t.strictSame(converter.passes(1).takeWords(), [...resources(3), 'ROUND_END 1'], '200 ms')
  const late = missingOf([4], { index: 1 })
  t.strictSame(converter.gets(late).passes(100).takeSent(), [], 'one of that round that comes later is of no use')
})

t.test('when none of the announced MISSING packets came within 200 ms, sends everything [protocol 3]', async (t) => {
  const converter = reporting(3).gets(reportOf(1, { missingPackets: 1 }))
  t.strictSame(converter.passes(199).takeSent(), [])
  t.strictSame(converter.passes(10).takeWords(), [...resources(1, 2, 3), 'ROUND_END 1'])
})

t.test('a repeated report neither prolongs the wait nor changes what was announced', async (t) => {
  const converter = reporting(9000)
    .gets(reportOf(1, { missingPackets: 2 }))
    .passes(150)
  converter.gets(missingOf([3]), reportOf(1, { missingPackets: 1 }))
  t.strictSame(converter.passes(49).takeSent(), [])
  t.strictSame(converter.passes(1).takeWords(), [...resources(3), 'ROUND_END 1'])
})

t.test('a MISSING packet that names nothing leaves an empty round, which still ends [protocol 3]', async (t) => {
  const converter = reporting(3).gets(missingOf([]), reportOf(1, { missingPackets: 1 }))
  t.match(converter.passes(1).takeSent(), [{ type: 'ROUND_END', sentCount: 0, count: 3, round: 1 }])
})

t.test('MISSING packets of an earlier or a later round name nothing', async (t) => {
  const converter = reporting(5)
    .gets(missingOf([2]), reportOf(1, { missingPackets: 1 }))
    .passes(1)
  converter.takeSent()
  converter.gets(missingOf([1, 2, 3], { round: 0 }), missingOf([1, 2, 3], { round: 2 }))
  converter.gets(reportOf(1, { round: 1, missingPackets: 1 }), missingOf([4], { round: 1 }))
  t.strictSame(converter.passes(1).takeWords(), [...resources(4), 'ROUND_END 2'])
})

t.test('MISMATCH for an earlier round is ignored [protocol 3]', async (t) => {
  const converter = reporting(2, false).gets(reportOf(1)).passes(1)
  converter.takeSent()
  t.strictSame(
    converter
      .gets(reportOf(1, { round: 0 }))
      .passes(400)
      .takeSent(),
    [],
  )
  t.equal(converter.exchange.state, 'reporting')
})

t.test(
  'an impatient report while its round is still being sent is ignored, and its MISSING packets with it',
  async (t) => {
    const converter = new VirtualConverter({ selective: true, ratePacketsPerSecond: 10 }).listed(20).passes(900)
    t.equal(converter.exchange.state, 'sending')
    converter.gets(missingOf([2, 11, 12, 13, 14]), reportOf(1, { missingPackets: 1 }))
    t.equal(converter.exchange.state, 'sending')
    converter.passes(2_000)
    const words = converter.takeWords()
    t.strictSame(
      words.filter((word) => word.startsWith('RESOURCE')),
      resources(...Array.from({ length: 20 }, (_, at) => at + 1)),
    )
    converter.gets(reportOf(1, { missingPackets: 1 }), missingOf([2])).passes(300)
    t.strictSame(
      converter.takeWords(),
      [...resources(2), 'ROUND_END 1'],
      'what is sent again is what the last report names',
    )
  },
)

t.test('hostile MISSING packets are harmless: sequence 0, beyond the count, at the end of the numbers', async (t) => {
  const whole = new Uint8Array(1024).fill(0xff)
  const converter = reporting(5).gets(
    { ...missingOf([]), firstSequence: 0, bitmap: whole, index: 65_535 },
    { ...missingOf([]), firstSequence: 0xffff_ffff, bitmap: whole },
    { ...missingOf([]), firstSequence: 6, bitmap: whole, index: 1 },
    reportOf(1, { missingPackets: 65_535, receivedCount: 0xffff_ffff, count: 0xffff_ffff }),
  )
  t.strictSame(converter.passes(199).takeSent(), [])
  t.strictSame(converter.passes(1).takeWords(), [...resources(1, 2, 3, 4, 5), 'ROUND_END 1'])
})

t.test('a count of 0 that is said to mismatch has empty rounds of one ROUND_END each', async (t) => {
  const converter = reporting(0, false).gets(reportOf(1)).passes(5_000)
  t.strictSame(converter.takeWords(), ['ROUND_END 1'])
})

t.test('a set of missing sequences equals a plain Set, whatever packets name them', async (t) => {
  const packet = fc.record({
    firstSequence: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(8185, 8193, 0xffff_ffff)),
    index: fc.integer({ min: 0, max: 5 }),
    offsets: fc.array(fc.integer({ min: 0, max: 8191 }), { maxLength: 40 }),
  })
  holds(
    t,
    fc.property(fc.integer({ min: 0, max: 9000 }), fc.array(packet, { maxLength: 6 }), (count, packets) => {
      const set = new MissingSet(count)
      const plain = new Set<number>()
      for (const { firstSequence, index, offsets } of packets) {
        const named = offsets.map((offset) => firstSequence + offset)
        set.add(missingOf(named, { firstSequence, index }))
        for (const sequence of named) if (sequence >= 1 && sequence <= count) plain.add(sequence)
      }
      const sorted = [...plain].sort((a, b) => a - b)
      const walked: number[] = []
      for (let at = set.next(1); at !== undefined; at = set.next(at + 1)) walked.push(at)
      const indices = new Set(packets.map(({ index }) => index))
      const announced = [0, 1, 2, 3, 4, 5, 6].map((many) =>
        Array.from({ length: many }, (_, at) => at).every((at) => indices.has(at)),
      )
      return (
        String(walked) === String(sorted) &&
        set.countBetween(100, 8200) === sorted.filter((at) => at >= 100 && at <= 8200).length &&
        set.holdsAny === packets.length > 0 &&
        announced.every((all, many) => set.holdsAll(many) === all)
      )
    }),
    300,
  )
})

t.test('a whole round is every sequence up to the count', async (t) => {
  const plan = wholeRound(3)
  t.strictSame(
    [1, 2, 3, 4].map((sequence) => plan.next(sequence)),
    [1, 2, 3, undefined],
  )
  t.strictSame(
    [plan.countBetween(1, 3), plan.countBetween(2, 9), plan.countBetween(3, 2), plan.countBetween(5, 9)],
    [3, 2, 0, 0],
  )
})
