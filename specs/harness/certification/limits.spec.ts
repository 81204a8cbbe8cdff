import t, { type Test } from 'tap'
import { parseBench } from '../../../harness/bench/index.js'
import { benchDevice } from '../../../harness/certification/index.js'
import type { RunRecord } from '../../../harness/report/index.js'
import { certified } from './certified.js'

/** A simulated device whose measurements are held to limits, certified in the cases that take them. */
async function heldToLimits(t: Test, limits: Readonly<Record<string, object>>): Promise<RunRecord> {
  const file = { devices: [{ number: '00001-00020-00300-00007', driver: 'simulated', recordings: 30, limits }] }
  const { devices } = parseBench(JSON.stringify(file), 'bench.yaml')
  const device = await benchDevice(devices[0]!, 7)
  t.teardown(() => device.close())
  return certified(t.testdir({}), ['reach', 'list', 'clean'], { device })
}

/** What each limit is of: the case, and the measurement in it. */
const HELD = [
  ['answerMs', 'reach', 'answer time'],
  ['listMs', 'list', 'listing time'],
  ['exchangeMs', 'clean', 'duration'],
] as const

t.test('a measurement beyond its limit fails its case [issue 6, Cases]', async (t) => {
  for (const [key, id, name] of HELD) {
    const { verdict, cases } = await heldToLimits(t, { [key]: { limit: 0.5 } })
    t.equal(verdict, 'fail', key)
    t.notOk(
      cases.some(({ outcome }) => outcome === 'could-not-test'),
      'the others are tested all the same',
    )
    const failed = cases.filter(({ outcome }) => outcome === 'fail')
    t.match(failed, [{ id, why: new RegExp(`expected a ${name} of 0.5 ms at most, got \\d`) }], key)
  }
})

t.test('a measurement within its limit and close to it is marginal, and passes', async (t) => {
  const marginal = { limit: 60_000, marginal: 0 }
  const { verdict, cases } = await heldToLimits(t, Object.fromEntries(HELD.map(([key]) => [key, marginal])))
  t.equal(verdict, 'pass')
  for (const [, id, name] of HELD) {
    const measurements = cases.find((one) => one.id === id)?.measurements
    t.match(
      measurements?.find((one) => one.name === name),
      { limit: '≤ 60000', marginal: true },
      name,
    )
  }
})

t.test('what nobody limits is only measured', async (t) => {
  const { cases } = await heldToLimits(t, {})
  for (const [, id, name] of HELD)
    t.equal(cases.find((one) => one.id === id)?.measurements.find((one) => one.name === name)?.limit, null, name)
})
