import { deepStrictEqual } from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import type { Message } from '../../../harness/endpoint/index.js'
import { ExchangeDriver } from './exchange-driver.js'
import { deviceNumber } from './vectors.js'

const seed = Number(process.env['VIEWNET_SEED'] ?? 20_260_730)
t.comment(`seed ${seed}`)

/** Mostly what a converter with three resources would say, now and then a value that fits nothing. */
function mostly<T>(usual: fc.Arbitrary<T>, ...odd: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight: 200, arbitrary: usual }, { weight: 1, arbitrary: fc.constantFrom(...odd) })
}

const count = mostly(fc.constant(3), 0, 2, 4, 0xffffffff)
const round = mostly(fc.integer({ min: 0, max: 3 }), 31, 32, 0xffff)

const answer = fc.record({
  type: fc.constant('RESPONSE' as const),
  status: mostly(fc.constantFrom(0, 0, 0, 1), 9, 0xffff),
  count,
  device: mostly(fc.constant(deviceNumber), 0n),
  snapshotMs: fc.constant(1n),
})

const refusal = fc.record({
  type: fc.constant('RESPONSE' as const),
  status: mostly(fc.constantFrom(2, 7), 8),
  count: mostly(fc.constant(0), 1),
  device: fc.constant(deviceNumber),
  snapshotMs: fc.constant(0n),
})

const resource = fc.record({
  type: fc.constant('RESOURCE' as const),
  sequence: mostly(fc.integer({ min: 1, max: 3 }), 0, 4, 0xffffffff),
  count,
  startMs: mostly(fc.constant(1n), 2n, 2n ** 64n - 1n),
  endMs: mostly(fc.constant(0n), 1n, 2n ** 64n - 1n),
  channel: fc.constant(1),
  kinds: fc.constant(0),
  round,
  sizeBytes: mostly(fc.constant(0n), 2n ** 64n - 1n),
  key: mostly(fc.constant(0n), 1n),
})

const roundEnd = fc.record({ type: fc.constant('ROUND_END' as const), count, sent: fc.constant(3), round })

const message: fc.Arbitrary<Message> = fc.oneof(
  { weight: 10, arbitrary: resource },
  { weight: 4, arbitrary: answer },
  { weight: 4, arbitrary: roundEnd },
  { weight: 1, arbitrary: refusal },
  { weight: 1, arbitrary: fc.constant({ type: 'PROGRESS', highest: 1, round: 0 } as const) },
)

const step = fc.oneof(
  { weight: 6, arbitrary: message.map((received) => ({ type: 'message' as const, received })) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 1_200 }).map((byMs) => ({ type: 'time' as const, byMs })) },
  { weight: 1, arbitrary: fc.constant({ type: 'early' as const }) },
)

t.test('always ends, says so once, keeps its order and is quiet afterwards, whatever a converter says', async (t) => {
  const request = fc.record({ selective: fc.boolean(), credit: fc.boolean(), window: fc.integer({ min: 1, max: 9 }) })
  const verdicts = new Map<string, number>()
  fc.assert(
    fc.property(request, fc.array(step, { maxLength: 60 }), (wanted, steps) => {
      const driver = new ExchangeDriver(wanted)
      for (const { type, ...taken } of steps) {
        if ('received' in taken) driver.receive(taken.received)
        else if ('byMs' in taken) driver.advance(taken.byMs)
        else if (type === 'early') driver.exchange.handleTimeout(driver.nowMs)
        driver.drain()
      }
      // The longest patience is 60 s of PENDING and 60 s without anything new.
      driver.advance(200_000)
      const end = driver.end
      if (!end) throw new Error(`no end in phase ${driver.exchange.phase}`)
      verdicts.set(end.verdict, (verdicts.get(end.verdict) ?? 0) + 1)

      const ends = driver.events.filter((event) => event.type === 'end').length
      const responses = driver.events.filter((event) => event.type === 'response').length
      const { sequences } = driver
      const isAscending = sequences.every((sequence, at) => at === 0 || sequence > sequences[at - 1]!)
      const isWhole = end.verdict !== 'complete' || (end.received === end.count && sequences.length === end.count)
      const isQuiet = driver.exchange.nextTimeoutMs === undefined && driver.exchange.pollTransmit(1e9) === undefined
      return (
        ends === 1 &&
        responses <= 1 &&
        isAscending &&
        isWhole &&
        isQuiet &&
        end.received === sequences.length &&
        end.rounds <= 32 &&
        driver.sent.length < 1_000
      )
    }),
    { seed, numRuns: 2_000 },
  )
  t.comment(`verdicts: ${[...verdicts].map(([verdict, times]) => `${verdict} ${times}`).join(', ')}`)
  for (const verdict of ['complete', 'abandoned', 'refused', 'no-response', 'contradiction']) {
    t.ok(verdicts.has(verdict), `some schedule ends as ${verdict}`)
  }
})

t.test('the same inputs give the same outputs', async () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const [first, second] = [1, 2].map(() => {
        const driver = new ExchangeDriver({ selective: true, credit: true, window: 4 })
        for (const taken of steps) {
          if (taken.type === 'message') driver.receive(taken.received)
          if (taken.type === 'time') driver.advance(taken.byMs)
        }
        return { sent: driver.sent, events: driver.events, next: driver.exchange.nextTimeoutMs }
      })
      deepStrictEqual(first, second)
    }),
    { seed, numRuns: 200 },
  )
})
