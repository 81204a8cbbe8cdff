import t from 'tap'
import type { BenchPtz } from '../../../harness/bench/index.js'
import { findHead } from '../../../harness/certification/attached-head.js'
import type { CaseBench } from '../../../harness/certification/case.js'
import { headObeys, judgeHead } from '../../../harness/certification/cases/head-obeys.js'

/** What the case has in hands of a bench with this head. */
async function benchWith(ptz?: BenchPtz, signal = new AbortController().signal): Promise<CaseBench> {
  const head = ptz && (await findHead(ptz, `${ptz.driver === 'simulated' ? ptz.fault : ''}`, 'a spec'))
  return { head, signal } as unknown as CaseBench
}

t.test(
  'a head that obeys passes; one that does not is the fault of the bench [issue 6, PTZ]',
  { jobs: 6 },
  async (t) => {
    const expected = [
      [undefined, 'pass', /^$/],
      ['no-answer', 'could-not-test', /does not tell where it stands/],
      ['garbage', 'could-not-test', /does not tell where it stands/],
      ['stuck', 'error', /did not turn: told to, to either side, it stands at 180.00° as before/],
      ['runs-on', 'error', /went on turning: told to stop at [\d.]+°, it stands at [\d.]+°/],
    ] as const
    for (const [fault, outcome, why] of expected) {
      t.test(fault ?? 'one that obeys', async (t) => {
        const result = await headObeys.run(await benchWith({ driver: 'simulated', fault }))
        t.match(result, { outcome, why })
      })
    }
    t.test('none', async (t) => {
      t.match(await headObeys.run(await benchWith()), { outcome: 'not-applicable', why: 'the bench has no PTZ head' })
    })
  },
)

t.test('where a head stood decides, the shorter way round', async (t) => {
  const at = (before: number, turned: number, rested: number, back: number): string =>
    judgeHead({ before, turned, rested, back }).outcome
  t.equal(at(35_000, 1_000, 1_010, 34_900), 'pass', 'over north')
  t.equal(at(18_000, 16_000, 16_000, 18_100), 'pass', 'to the left, where it was at its end')
  t.equal(at(18_000, 20_000, 20_100, 18_000), 'error', 'it went on')
  t.equal(at(18_000, 20_000, 20_000, 20_020), 'error', 'it did not come back')
  t.equal(at(18_000, 20_000, 20_000, 22_000), 'error', 'it went further')
  t.strictSame(
    judgeHead({ before: 35_000, turned: 1_000, rested: 1_010, back: 34_900 }).measurements.map(({ value }) => value),
    [20, 0.1, 1],
  )
})

t.test('a case that is stopped stops the head', async (t) => {
  const stopped = new AbortController()
  const bench = await benchWith({ driver: 'simulated' }, stopped.signal)
  const { head } = bench
  const running = headObeys.run(bench)
  setTimeout(() => stopped.abort(new Error('enough')), 100)
  await t.rejects(running, { message: 'enough' })
  const again = await head?.open()
  const [one, two] = [await again?.position('pan'), await again?.position('pan')]
  t.equal(one, two, 'its port is free, and it rests')
  await again?.close()
})
