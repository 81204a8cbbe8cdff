import t from 'tap'
import { cutShort, sumUp } from '../../../harness/certification/conclusion.js'
import { Outcome, type CaseRecord } from '../../../harness/report/index.js'
import type { ExchangeSummary, Verdict } from '../../../harness/verifier/index.js'

const caseOf = (outcome: Outcome, id = 'some-case'): CaseRecord => ({
  id,
  title: 'a title',
  outcome,
  measurements: [],
  durationMs: 1,
  why: outcome === 'pass' ? '' : `why ${outcome}`,
})
const exchange = (announced: number | null, received: number): ExchangeSummary => ({
  flow: 'f',
  exchange: 1,
  status: 'OK',
  announced,
  received,
  resent: 2,
  dropped: 3,
  duplicates: 4,
  rounds: 1,
  end: 'complete',
})
const evidence = (verdict: Verdict['verdict'], exchanges: readonly ExchangeSummary[] = [exchange(5, 5)]): Verdict => ({
  verdict,
  findings: [],
  findingCount: 0,
  notJudged: [],
  exchanges,
  evidence: { batches: 1, records: 1, totals: 'checked' },
})
const PASSED = [caseOf('pass'), caseOf('pass')]

t.test('a run passes only if all that applies passed and its evidence is whole [house style, Outcomes]', (t) => {
  t.match(sumUp(PASSED, evidence('pass')), { verdict: 'pass', why: '' })
  t.match(sumUp([...PASSED, caseOf('not-applicable')], evidence('pass')), { verdict: 'pass', why: '' })
  t.match(sumUp(PASSED, evidence('fail')), { verdict: 'fail', why: /\w/ })
  t.match(sumUp(PASSED, evidence('could-not-test')), { verdict: 'could-not-test', why: /\w/ })
  t.end()
})

t.test('no outcome but pass and not-applicable lets a run pass, and a failure alone fails it', (t) => {
  for (const outcome of Outcome) {
    const { verdict, why } = sumUp([...PASSED, caseOf(outcome)], evidence('pass'))
    const expected = { pass: 'pass', 'not-applicable': 'pass', fail: 'fail' }[outcome as string] ?? 'could-not-test'
    t.equal(verdict, expected, outcome)
    t.equal(why, expected === 'pass' ? '' : `some-case: why ${outcome}`)
  }
  t.match(sumUp([caseOf('error'), caseOf('fail'), caseOf('aborted')], evidence('could-not-test')), {
    verdict: 'fail',
    why: 'some-case: why fail',
  })
  t.end()
})

t.test('a reason that many cases share is told once', (t) => {
  const cases = [caseOf('aborted', 'clean'), caseOf('could-not-test', 'list'), caseOf('aborted', 'loss-full')]
  t.equal(sumUp(cases, evidence('pass')).why, 'clean, loss-full: why aborted; list: why could-not-test')
  t.end()
})

t.test(
  'counts are sums over the exchanges; a count that was never told adds nothing [issue 2, JSON contracts]',
  (t) => {
    const { counts } = sumUp(PASSED, evidence('pass', [exchange(5, 4), exchange(null, 0), exchange(7, 7)]))
    t.same(counts, { announced: 12, received: 11, resent: 6, dropped: 9, duplicates: 12 })
    t.end()
  },
)

t.test('a rig that falls apart leaves a run untested, but takes back no failure', (t) => {
  const nothing = { announced: 0, received: 0, resent: 0, dropped: 0, duplicates: 0 }
  t.same(cutShort([], 'the broker left'), {
    verdict: 'could-not-test',
    why: 'the broker left',
    counts: nothing,
    notJudged: [],
  })
  t.same(cutShort(PASSED, 'the broker left').verdict, 'could-not-test')
  t.match(cutShort([...PASSED, caseOf('fail')], 'the broker left'), { verdict: 'fail', why: 'some-case: why fail' })
  t.end()
})
