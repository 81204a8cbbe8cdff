import t from 'tap'
import { z } from 'zod'
import { ctrfReport } from '../../../harness/report/index.js'
import { HOSTILE_RECORD } from './hostile-record.js'

/** What CTRF asks for, as far as a report of ours goes; written from its public specification, which allows no other names. */
const count = z.int().min(0)
const status = z.enum(['passed', 'failed', 'skipped', 'pending', 'other'])
const extra = z.record(z.string(), z.unknown())
const ctrf = z.strictObject({
  reportFormat: z.literal('CTRF'),
  specVersion: z.string().regex(/^\d+\.\d+\.\d+$/),
  timestamp: z.iso.datetime(),
  generatedBy: z.string(),
  results: z.strictObject({
    tool: z.strictObject({ name: z.string().min(1), version: z.string().optional(), extra: extra.optional() }),
    summary: z.strictObject({
      tests: count,
      passed: count,
      failed: count,
      skipped: count,
      pending: count,
      other: count,
      start: count,
      stop: count,
      duration: count,
    }),
    tests: z.array(
      z.strictObject({
        name: z.string().min(1),
        status,
        duration: count,
        start: count.optional(),
        stop: count.optional(),
        suite: z.array(z.string()).min(1).optional(),
        message: z.string().optional(),
        rawStatus: z.string().optional(),
        tags: z.array(z.string()).optional(),
        device: z.string().optional(),
        extra: extra.optional(),
      }),
    ),
    environment: z.strictObject({
      reportName: z.string(),
      appName: z.string(),
      testEnvironment: z.string(),
      extra,
    }),
  }),
})

t.test('is CTRF, whatever devices say of themselves [issue 6, Reports; ctrf.io]', (t) => {
  const text = ctrfReport(HOSTILE_RECORD)
  const { results } = ctrf.parse(JSON.parse(text))
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
  const [test] = ctrf.parse(JSON.parse(ctrfReport(record))).results.tests
  t.same(test?.extra, { case: 'case-0', measurements: [{ name: 'rounds', value: 2, unit: 'rounds', limit: '≤ 32' }] })
  t.equal(test?.start, Date.parse(HOSTILE_RECORD.startedAt) + 250)
  t.equal(test?.stop, Date.parse(HOSTILE_RECORD.startedAt) + 250 + 1234)
  t.end()
})
