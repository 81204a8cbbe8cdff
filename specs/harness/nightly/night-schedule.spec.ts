import fc from 'fast-check'
import t from 'tap'
import { NightSchedule, type DueAttempt, type ScheduledDevice } from '../../../harness/nightly/night-schedule.js'
import type { RunVerdict } from '../../../harness/report/index.js'

const device = (number: string, shares: readonly string[] = [], isAiling = false): ScheduledDevice => {
  return { number, shares, isAiling }
}

const bounds = { parallelCount: 2, retryCount: 1, endsAtMs: 1000 }

void t.test('gives every device its first attempt before any gets a second', async (t) => {
  const schedule = new NightSchedule([device('a'), device('b'), device('c')], { ...bounds, parallelCount: 1 })
  const order: string[] = []
  for (let due; (due = schedule.start(0));) {
    order.push(`${due.device}${due.ordinal}`)
    schedule.ended(due.device, due.device === 'b' ? 'pass' : 'fail')
  }
  t.same(order, ['a1', 'b1', 'c1', 'a2', 'c2'])
  t.ok(schedule.isOver(0))
})

void t.test('never attempts two at once that share a relay board', async (t) => {
  const schedule = new NightSchedule([device('a', ['board']), device('b', ['board']), device('c')], bounds)
  t.equal(schedule.start(0)?.device, 'a')
  t.equal(schedule.start(0)?.device, 'c', 'b waits for the board')
  schedule.ended('c', 'pass')
  t.equal(schedule.start(0), undefined)
  schedule.ended('a', 'pass')
  t.equal(schedule.start(0)?.device, 'b')
})

void t.test('takes devices that ail last, and starts nothing when the time is spent', async (t) => {
  const schedule = new NightSchedule([device('a', [], true), device('b')], { ...bounds, parallelCount: 1 })
  t.equal(schedule.start(999)?.device, 'b')
  schedule.ended('b', 'pass')
  t.notOk(schedule.isOver(999))
  t.equal(schedule.start(1000), undefined)
  t.ok(schedule.isOver(1000))
})

void t.test('goes on where a night was killed: what counted is not made again, what was lost is', async (t) => {
  const schedule = new NightSchedule([device('a'), device('b'), device('c')], bounds)
  schedule.resume('a', 'pass')
  schedule.resume('b', undefined)
  schedule.resume('c', 'fail')
  t.same(schedule.start(0), { device: 'b', ordinal: 2 })
  t.same(schedule.start(0), { device: 'c', ordinal: 2 })
  t.throws(() => schedule.resume('x', 'pass'), RangeError)
})

void t.test('for any bench: bounds hold, sharers are apart, and every device is decided or used up', async () => {
  const verdict = fc.constantFrom<RunVerdict>('pass', 'fail', 'could-not-test')
  const benches = fc.array(fc.record({ board: fc.integer({ min: 0, max: 3 }), isAiling: fc.boolean() }), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(
      benches,
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 0, max: 2 }),
      fc.infiniteStream(verdict),
      (bench, parallelCount, retryCount, verdicts) => {
        const devices = bench.map(({ board, isAiling }, at) =>
          device(`d${at}`, board === 0 ? [] : [`board ${board}`], isAiling),
        )
        const schedule = new NightSchedule(devices, { parallelCount, retryCount, endsAtMs: Infinity })
        const running: DueAttempt[] = []
        const attempts = new Map<string, RunVerdict[]>()
        while (!schedule.isOver(0)) {
          for (let due; (due = schedule.start(0));) running.push(due)
          if (running.length === 0 || running.length > parallelCount) return false
          const shared = running.flatMap(
            ({ device: number }) => devices.find((one) => one.number === number)?.shares ?? [],
          )
          if (new Set(shared).size !== shared.length) return false
          const { device: number } = running.shift()!
          const outcome = verdicts.next().value
          attempts.set(number, [...(attempts.get(number) ?? []), outcome])
          schedule.ended(number, outcome)
        }
        return devices.every(({ number }) => {
          const made = attempts.get(number) ?? []
          return (
            made.slice(0, -1).every((each) => each !== 'pass') &&
            (made.at(-1) === 'pass' || made.length === retryCount + 1)
          )
        })
      },
    ),
  )
})
