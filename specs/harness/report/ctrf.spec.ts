import t from 'tap'
import { ctrfReport } from '../../../harness/report/index.js'
import { HOSTILE_RECORD } from './hostile-record.js'

/** As much of a report as these specs read; what it may hold at all says CTRF's own schema. */
interface Report {
  readonly results: {
    readonly summary: { readonly start: number; readonly stop: number }
    readonly tests: readonly {
      readonly status: string
      readonly rawStatus: string
      readonly message?: string
      readonly start?: number
      readonly stop?: number
      readonly extra: unknown
    }[]
    readonly environment: { readonly extra: unknown }
  }
}

/** The reference implementation of CTRF, with its published schema. */
interface Reference {
  validate(report: unknown): { readonly valid: boolean; readonly errors: readonly unknown[] }
}

// Who installed without development dependencies does not have it.
const name: string = 'ctrf'
const reference = await import(name).then(
  (loaded: Reference) => loaded,
  () => undefined,
)
const skip = reference ? false : 'the package ctrf is not installed'

const parsed = (text: string): Report => JSON.parse(text) as Report

t.test('is CTRF by its own published schema, whatever devices say of themselves [issue 6, Reports]', { skip }, (t) => {
  const report = parsed(ctrfReport(HOSTILE_RECORD))
  t.same(reference?.validate(report), { valid: true, errors: [] })
  const { tests, summary } = report.results
  for (const [what, results] of Object.entries({
    'an unknown name': { ...report.results, tests: [{ ...tests[0], outcome: 'pass' }] },
    'no whole number': { ...report.results, summary: { ...summary, stop: 0.5 } },
    'a word of ours': { ...report.results, tests: [{ ...tests[0], status: 'could-not-test' }] },
  }))
    t.equal(reference?.validate({ ...report, results }).valid, false, `${what} would be seen`)
  t.end()
})

t.test('keeps every outcome apart, and no character that a terminal obeys', (t) => {
  const { results } = parsed(ctrfReport(HOSTILE_RECORD))
  const { summary, tests, environment } = results
  t.match(summary, { tests: 7, passed: 1, failed: 1, skipped: 1, pending: 0, other: 4 })
  t.equal(summary.stop - summary.start, 5678)
  t.equal(new Date(summary.start).toISOString(), HOSTILE_RECORD.startedAt)
  t.same(
    tests.map(({ rawStatus }) => rawStatus),
    HOSTILE_RECORD.cases.map(({ outcome }) => outcome),
    'what CTRF has no word for stays told',
  )
  for (const { status, rawStatus, message } of tests) {
    t.equal(status === 'passed', rawStatus === 'pass', `${rawStatus}: only a pass has passed`)
    t.equal(status === 'failed', rawStatus === 'fail', `${rawStatus}: only the device or converter fails`)
    t.equal(message === undefined, rawStatus === 'pass')
  }
  t.match(environment.extra, { run: 'r1', seed: 11, verdict: 'fail', counts: HOSTILE_RECORD.counts })
  t.notMatch(JSON.stringify(results).replaceAll('\\n', '!'), /\p{Cc}|\p{Surrogate}/u)
  t.end()
})

t.test('tells each measurement with unit and limit, and when a case began', (t) => {
  const [first] = HOSTILE_RECORD.cases
  const record = {
    ...HOSTILE_RECORD,
    cases: [
      { ...first!, startedAtMs: 250, measurements: [{ name: 'rounds', value: 2, unit: 'rounds', limit: '≤ 32' }] },
    ],
  }
  const [test] = parsed(ctrfReport(record)).results.tests
  t.same(test?.extra, { case: 'case-0', measurements: [{ name: 'rounds', value: 2, unit: 'rounds', limit: '≤ 32' }] })
  t.equal(test?.start, Date.parse(HOSTILE_RECORD.startedAt) + 250)
  t.equal(test?.stop, Date.parse(HOSTILE_RECORD.startedAt) + 250 + 1234)
  t.end()
})
