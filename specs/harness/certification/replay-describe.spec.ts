import t, { type Test } from 'tap'
import { parseBench } from '../../../harness/bench/index.js'
import { benchDevice } from '../../../harness/certification/index.js'
import type { CaseRecord } from '../../../harness/report/index.js'
import { certified } from './certified.js'

async function replayed(t: Test, more: object): Promise<CaseRecord> {
  const number = '00001-00020-00300-00007'
  const file = { devices: [{ number, driver: 'simulated', recordings: 30, ...more }] }
  const device = await benchDevice(parseBench(JSON.stringify(file), 'bench.yaml').devices[0]!, 7)
  t.teardown(() => device.close())
  const { cases } = await certified(t.testdir({}), ['reach', 'list', 'replay-describe'], { device })
  return cases.at(-1)!
}

t.test('a replay URI that answers DESCRIBE passes, by Digest and by Basic [issue 6, Cases]', async (t) => {
  for (const quirks of [[], ['replay-basic-only']]) {
    const { outcome, why, measurements } = await replayed(t, { quirks })
    t.equal(`${outcome}${why}`, 'pass')
    t.match(measurements, [
      { name: 'recordings described', value: 4, unit: 'recordings', limit: '≥ 1' },
      { name: 'media', value: 12, unit: 'media', limit: '≥ 4' },
      { name: 'replay answer time', unit: 'ms', limit: '≤ 10000' },
    ])
  }
})

t.test('a port at which nothing listens, and a stream without media, fail', async (t) => {
  t.match(await replayed(t, { quirks: ['replay-port-closed'] }), { outcome: 'fail', why: /got none \(ECONNREFUSED\)/ })
  t.match(await replayed(t, { quirks: ['replay-without-media'] }), { outcome: 'fail', why: /a media line, got none/ })
})

t.test('an answer beyond its limit fails, one close to it is marginal', async (t) => {
  t.match(await replayed(t, { limits: { rtspMs: { limit: 0.5 } } }), {
    outcome: 'fail',
    why: /^expected a replay answer time of 0.5 ms at most/,
  })
  const { outcome, measurements } = await replayed(t, { limits: { rtspMs: { limit: 60_000, marginal: 0 } } })
  t.equal(outcome, 'pass')
  t.match(measurements.at(-1), { limit: '≤ 60000', marginal: true })
})

t.test('a device without anything to replay is not asked', async (t) => {
  t.match(await replayed(t, { recordings: 0 }), { outcome: 'not-applicable', why: /holds no recording/ })
})
