import { BenchError } from '../../../harness/bench/index.js'
import { DeviceError, DeviceErrorCode } from 'viewnet/device'
import { LinkError } from 'viewnet/link'
import t from 'tap'
import type { ObservedExchange } from '../../../harness/certification/index.js'
import { CaseTimeout, judgeExchange, outcomeOf, type Expectation } from '../../../harness/certification/judgement.js'
import type { ExchangeSummary, Finding, Verdict } from '../../../harness/verifier/index.js'

const SUMMARY: ExchangeSummary = {
  flow: 'clean',
  exchange: 1,
  status: 'OK',
  announced: 30,
  received: 30,
  resent: 0,
  dropped: 4,
  duplicates: 0,
  rounds: 2,
  end: 'complete',
}
const finding = (blame: Finding['blame']): Finding => ({
  rule: 'some-rule',
  sentence: 'a sentence',
  clause: 'protocol 3',
  blame,
  flow: 'clean',
  exchange: 1,
  expected: 'this',
  got: 'that',
  records: [],
})

function observed(
  verdict: Verdict['verdict'],
  summary: ExchangeSummary | undefined,
  findings: readonly Finding[] = [],
): ObservedExchange {
  return {
    verdict: {
      verdict,
      findings,
      findingCount: findings.length,
      notJudged: [],
      exchanges: summary ? [summary] : [],
      evidence: { batches: 1, records: 9, totals: 'checked' },
    },
    summary,
    contents: new Map(),
    fates: new Map(),
    durationMs: 12.4,
  }
}

interface Row {
  readonly name: string
  readonly seen: ObservedExchange
  readonly expectation?: Expectation
  readonly outcome: string
  readonly why: string
}

const OK: Expectation = { status: 'OK', announced: 30, droppedLeast: 1 }
const ROWS: readonly Row[] = [
  { name: 'what was expected', seen: observed('pass', SUMMARY), outcome: 'pass', why: '' },
  {
    name: 'a rule that the converter broke',
    seen: observed('fail', SUMMARY, [finding('fail')]),
    outcome: 'fail',
    why: 'some-rule: expected this, got that',
  },
  {
    name: 'evidence that is not whole',
    seen: observed('could-not-test', SUMMARY, [finding('could-not-test')]),
    outcome: 'could-not-test',
    why: 'some-rule: expected this, got that',
  },
  {
    name: 'no evidence',
    seen: observed('could-not-test', undefined),
    outcome: 'could-not-test',
    why: 'the evidence shows nothing',
  },
  {
    name: 'no exchange',
    seen: observed('pass', undefined),
    outcome: 'could-not-test',
    why: 'the evidence shows no exchange',
  },
  {
    name: 'another status',
    seen: observed('pass', { ...SUMMARY, status: 'DEVICE_FAULT', announced: 0, end: 'refused' }),
    outcome: 'fail',
    why: 'expected a RESPONSE of status OK, got DEVICE_FAULT',
  },
  {
    name: 'another count',
    seen: observed('pass', { ...SUMMARY, announced: 29, received: 29 }),
    outcome: 'fail',
    why: 'expected 30 resources announced, got 29',
  },
  {
    name: 'resources where a refusal was due',
    seen: observed('pass', SUMMARY),
    expectation: { status: 'DEVICE_REFUSED', announced: 0 },
    outcome: 'fail',
    why: 'expected a RESPONSE of status DEVICE_REFUSED, got OK',
  },
  {
    name: 'an exchange that was given up',
    seen: observed('pass', { ...SUMMARY, received: 12, end: 'abandoned' }),
    outcome: 'fail',
    why: 'expected the exchange to end complete, it ended abandoned',
  },
  {
    name: 'a loss that did not happen',
    seen: observed('pass', { ...SUMMARY, dropped: 0 }),
    outcome: 'could-not-test',
    why: 'the impairment dropped 0 packets; at least 1 were to be lost',
  },
  {
    name: 'an exchange that was given up by the rules, where it may be',
    seen: observed('pass', { ...SUMMARY, received: 12, end: 'abandoned' }),
    expectation: { ...OK, mayGiveUp: true },
    outcome: 'pass',
    why: 'the endpoint gave up by the rules',
  },
  {
    name: 'an impairment that did nothing',
    seen: observed('pass', SUMMARY),
    expectation: { ...OK, fates: ['dropped'] },
    outcome: 'could-not-test',
    why: 'the impairment left no packet dropped',
  },
]

for (const { name, seen, expectation = OK, outcome, why } of ROWS) {
  t.test(`judges ${name} as ${outcome} [issue 2, certification]`, (t) => {
    const result = judgeExchange(seen, expectation)
    t.match(result, { outcome, why })
    t.same(
      result.measurements.map((each) => each.name),
      ['announced', 'received', 'resent', 'dropped', 'duplicates', 'rounds', 'duration'],
    )
    for (const { value, unit } of result.measurements) t.ok(Number.isFinite(value) && unit !== '')
    t.end()
  })
}

const RUNNING = new AbortController().signal
const STOPPED = AbortSignal.abort(new Error('stopped'))
const ERRORS: readonly (readonly [string, unknown, AbortSignal, string])[] = [
  ['an unreachable device', new DeviceError(DeviceErrorCode.unreachable, 'x'), RUNNING, 'could-not-test'],
  ['refused credentials', new DeviceError(DeviceErrorCode.refused, 'x'), RUNNING, 'could-not-test'],
  ['an unusable answer', new DeviceError(DeviceErrorCode.fault, 'x'), RUNNING, 'fail'],
  ['a device that cannot', new DeviceError(DeviceErrorCode.unsupported, 'x'), RUNNING, 'fail'],
  ['a broken rig', new BenchError('ERR_VIEWNET_BROKER', 'x'), RUNNING, 'error'],
  ['a broken link', new LinkError('ERR_VIEWNET_LINK', 'x'), RUNNING, 'error'],
  ['a slip of our own', new TypeError('x'), RUNNING, 'error'],
  ['something that is no error', 'x', RUNNING, 'error'],
  ['a case that takes too long', new CaseTimeout(180_000), RUNNING, 'timeout'],
  ['a stop', new Error('stopped'), STOPPED, 'aborted'],
  ['a device that fails because we stopped', new DeviceError(DeviceErrorCode.fault, 'x'), STOPPED, 'aborted'],
]

t.test("blames the device for its own faults alone, and the rig for the rig's [house style, Outcomes]", (t) => {
  for (const [name, error, signal, outcome] of ERRORS) {
    const result = outcomeOf(error, signal)
    t.equal(result.outcome, outcome, name)
    t.not(result.why, '')
  }
  t.end()
})
