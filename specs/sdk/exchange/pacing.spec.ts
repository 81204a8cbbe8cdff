import * as fc from 'fast-check'
import t from 'tap'
import { CreditWindow, RatePacer } from '../../../sdk/exchange/pacing.js'
import { DEFAULT_LIMITS } from '../../../sdk/exchange/index.js'
import { wholeRound } from '../../../sdk/exchange/round-plan.js'
import { holds } from '../property.js'
import { missingOf, progressOf, reportOf, VirtualConverter } from './virtual-converter.js'

/** Moments at which RESOURCE packets went, ms. */
const moments = (converter: VirtualConverter): number[] =>
  converter.sent.filter(({ message }) => message.type === 'RESOURCE').map(({ atMs }) => atMs)

/** Most packets beyond rate × time, over every window that begins and ends with a packet. */
function worstExcess(atMs: readonly number[], ratePacketsPerSecond: number): number {
  // Packets from i to j less what the rate allows: the largest difference of a running value to its lowest before.
  let lowest = Infinity
  let worst = 0
  atMs.forEach((at, count) => {
    const ahead = count - (at * ratePacketsPerSecond) / 1000
    lowest = Math.min(lowest, ahead)
    worst = Math.max(worst, ahead - lowest + 1)
  })
  return worst
}

for (const rate of [1, 3, 10, 999, 20_000]) {
  t.test(`sends at ${rate} packets a second, never more than rate × time and a small burst [protocol 3]`, async (t) => {
    const count = Math.min(rate * 4, 5_000)
    const converter = new VirtualConverter({ ratePacketsPerSecond: rate }).listed(count)
    const seconds = count / rate
    converter.passes(seconds * 1000)
    const sent = moments(converter)
    t.equal(sent.length, count, `all within ${seconds} s`)
    const burst = Math.min(1024, Math.max(1, rate * 0.005))
    const worst = worstExcess(sent, rate)
    t.ok(worst <= burst + 1.001, `${worst} beyond the rate, burst ${burst}`)
    const used = (sent.at(-1)! - sent[0]!) / 1000
    t.ok(used >= (count - 1 - burst) / rate - 1e-6, `${used} s for ${count}`)
  })
}

t.test('paces evenly: at 10 a second, one each 100 ms [protocol 3]', async (t) => {
  const converter = new VirtualConverter({ ratePacketsPerSecond: 10 }).listed(5).passes(1_000)
  const gaps = moments(converter).map((at) => Math.round(at - 5_000))
  t.strictSame(gaps, [0, 100, 200, 300, 400])
})

t.test('takes 20,000 packets a second where the request names no rate', async (t) => {
  const converter = new VirtualConverter().listed(20_000).passes(500)
  const sent = moments(converter).length
  t.ok(sent > 9_900 && sent <= 10_101, `${sent} in half a second`)
})

t.test('a rate of 2^32 - 1 is served in bursts of 1024 at most, and ends', async (t) => {
  const converter = new VirtualConverter({ ratePacketsPerSecond: 0xffff_ffff }).listed(5_000).passes(50)
  t.equal(moments(converter).length, 5_000)
  const each = new Map<number, number>()
  for (const at of moments(converter)) each.set(at, (each.get(at) ?? 0) + 1)
  t.ok(Math.max(...each.values()) <= 1024)
})

t.test('polling often gains nothing: the rate holds whatever the moments of asking', async (t) => {
  const steps = fc.array(fc.double({ min: 0, max: 40, noNaN: true }), { minLength: 1, maxLength: 400 })
  holds(
    t,
    fc.property(fc.integer({ min: 1, max: 50_000 }), steps, (rate, steps) => {
      const pacer = new RatePacer(rate, 0)
      const sent: number[] = []
      let nowMs = 0
      for (const step of steps) {
        nowMs += step
        for (let asked = 0; asked < 2000 && pacer.readyAtMs(nowMs) <= nowMs; asked++) {
          pacer.take()
          sent.push(nowMs)
        }
        const atMs = pacer.readyAtMs(nowMs)
        if (atMs <= nowMs) return false
      }
      return worstExcess(sent, rate) <= Math.min(1024, Math.max(1, rate * 0.005)) + 1.001
    }),
  )
})

t.test('a clock that stands still or runs back gives nothing away', async (t) => {
  const pacer = new RatePacer(1000, 100)
  pacer.take()
  for (let at = 0; at < 100_000; at++) pacer.readyAtMs(50)
  t.ok(pacer.readyAtMs(50) > 50)
  t.ok(pacer.readyAtMs(100) > 100)
  t.equal(pacer.readyAtMs(101), 101)
})

t.test('CREDIT: sends no more than the window beyond the highest sequence reported [protocol 3]', async (t) => {
  const converter = new VirtualConverter({ credit: true, windowPackets: 10 }).listed(1000).passes(49)
  t.equal(moments(converter).length, 10)
  t.equal(moments(converter.gets(progressOf(4)).passes(5)).length, 14)
  t.equal(moments(converter.gets(progressOf(4)).passes(5)).length, 14, 'the same again opens nothing')
  t.equal(moments(converter.gets(progressOf(2)).passes(5)).length, 14, 'nor does an older one')
  t.equal(moments(converter.gets(progressOf(14)).passes(5)).length, 24)
})

t.test('CREDIT: PROGRESS beyond what was sent, or of another round, opens no more than a window', async (t) => {
  const converter = new VirtualConverter({ credit: true, windowPackets: 10 }).listed(1000).passes(10)
  t.equal(moments(converter.gets(progressOf(10, 1), progressOf(10, 65_535)).passes(5)).length, 10)
  t.equal(moments(converter.gets(progressOf(0xffff_ffff)).passes(5)).length, 20)
  t.equal(moments(converter.gets(progressOf(10)).passes(5)).length, 20)
})

t.test('CREDIT: without PROGRESS for 50 ms, 64 packets more may go, and again [protocol 3]', async (t) => {
  const converter = new VirtualConverter({ credit: true, windowPackets: 10 }).listed(1000)
  const sentAfter = [49, 2, 47, 2, 50].map((ms) => moments(converter.passes(ms)).length)
  t.strictSame(sentAfter, [10, 74, 74, 138, 202])
})

t.test('CREDIT: a window that is smaller than a stall works, down to 1', async (t) => {
  const converter = new VirtualConverter({ credit: true, windowPackets: 1 }).listed(200).passes(400)
  t.equal(converter.sent.at(-1)?.message.type, 'ROUND_END')
  const acknowledged = new VirtualConverter({ credit: true, windowPackets: 1 }).listed(50)
  for (let at = 1; at <= 50; at++) acknowledged.passes(1).gets(progressOf(at))
  t.equal(acknowledged.nowMs, 5_050)
  t.equal(acknowledged.sent.at(-1)?.message.type, 'ROUND_END')
})

t.test('CREDIT: a window of 2^32 - 1 never stalls, however many resources there are', async (t) => {
  const request = { credit: true, windowPackets: 0xffff_ffff, ratePacketsPerSecond: 1_000_000 }
  const converter = new VirtualConverter(request).listed(70_000)
  for (let ms = 0; ms < 100; ms++) {
    converter.nowMs += 1
    converter.drain()
  }
  t.equal(moments(converter).length, 70_000)
})

t.test('CREDIT: each round has its window anew, counted in packets and not in the numbers between them', async (t) => {
  const request = { selective: true, credit: true, windowPackets: 3, ratePacketsPerSecond: 1_000_000 }
  const converter = new VirtualConverter(request).listed(5000)
  for (let at = 0; at < 5000; at++) converter.gets(progressOf(0xffff_ffff)).passes(0.01)
  t.equal(converter.exchange.state, 'reporting')
  converter.takeSent()
  converter.gets(missingOf([1, 100, 2000, 3000, 4000]), reportOf(1, { missingPackets: 1 })).passes(10)
  t.strictSame(converter.takeWords(), ['RESOURCE 1', 'RESOURCE 100', 'RESOURCE 2000'])
  converter.gets(progressOf(2000, 0)).passes(1)
  t.strictSame(converter.takeWords(), [], 'PROGRESS of the round before is of no use')
  converter.gets(progressOf(1999, 1)).passes(1)
  t.strictSame(converter.takeWords(), ['RESOURCE 3000', 'RESOURCE 4000', 'ROUND_END 1'])
})

t.test(
  'CREDIT: never more beyond the reported than the window and the stalls allow, whatever is reported when',
  async (t) => {
    const step = fc.record({
      ms: fc.integer({ min: 0, max: 120 }),
      highest: fc.option(fc.integer({ min: 0, max: 700 }), { nil: undefined }),
    })
    holds(
      t,
      fc.property(fc.integer({ min: 1, max: 100 }), fc.array(step, { maxLength: 30 }), (window, steps) => {
        const credit = new CreditWindow(window, DEFAULT_LIMITS, 0)
        credit.startRound(wholeRound(100_000), 0)
        let [nowMs, sent, reported, allowed, heardAtMs] = [0, 0, 0, window, 0]
        for (const { ms, highest } of steps) {
          nowMs += ms
          while (credit.readyAtMs(nowMs) <= nowMs) {
            if (sent - reported >= allowed) {
              if (nowMs - heardAtMs < 50) return false
              ;[allowed, heardAtMs] = [sent - reported + 64, nowMs]
            }
            sent += 1
            credit.sent(sent)
          }
          if (sent - reported < allowed) return false
          if (highest === undefined) continue
          credit.progressed(highest, nowMs)
          reported = Math.max(reported, Math.min(highest, sent))
          ;[allowed, heardAtMs] = [window, nowMs]
        }
        return true
      }),
    )
  },
)
