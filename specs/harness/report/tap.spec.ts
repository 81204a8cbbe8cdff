import { existsSync } from 'node:fs'
import t from 'tap'
import { inCheckout } from '../../checkout.js'
import { tapReport, type RunRecord } from '../../../harness/report/index.js'
import { HOSTILE, HOSTILE_RECORD } from './hostile-record.js'

/** Test points and comments, as the parser that tap itself uses reads them. */
interface Read {
  readonly ok: boolean
  readonly problems: readonly unknown[]
  readonly points: readonly {
    readonly ok: boolean
    readonly id: number
    readonly name: string
    readonly skip: boolean | string
    readonly todo: boolean | string
    readonly time: number | null
    readonly diag: unknown
  }[]
  readonly comments: readonly string[]
}

/** tap brings it; who has another runner may not have it. */
const PARSER = inCheckout('node_modules/tap-parser')
const skip = existsSync(PARSER) ? false : 'tap-parser is not installed'

async function parsed(text: string): Promise<Read> {
  const { Parser } = await import('tap-parser')
  const points: Read['points'][number][] = []
  const comments: string[] = []
  const problems: unknown[] = []
  const parser = new Parser({ strict: true })
  parser.on('assert', (point: Read['points'][number]) => points.push(point))
  parser.on('comment', (comment: string) => comments.push(comment))
  parser.on('extra', (extra: string) => problems.push(extra))
  parser.end(text)
  problems.push(...parser.failures.filter((failure) => 'tapError' in failure && failure.tapError))
  return { ok: parser.ok, problems, points, comments }
}

t.test(
  'is TAP 14 that a strict parser reads back: a point a case, measurements in YAML [issue 2, report]',
  { skip },
  async (t) => {
    const text = tapReport(HOSTILE_RECORD)
    t.match(text, /^TAP version 14\n1\.\.7\n# run r1, seed 11\n/)
    const { ok, problems, points, comments } = await parsed(text)
    t.same(problems, [])
    t.equal(ok, false, 'a run with a failure is not ok')
    t.same(comments, ['# run r1, seed 11\n', '# verdict: fail\n'])
    t.equal(points.length, HOSTILE_RECORD.cases.length)
    for (const [at, { outcome, id, why }] of HOSTILE_RECORD.cases.entries()) {
      const point = points[at]
      t.equal(point?.id, at + 1)
      t.equal(point?.ok, outcome === 'pass' || outcome === 'not-applicable', outcome)
      t.equal(point?.skip !== false, outcome === 'not-applicable', `${outcome}: skipped only where it does not apply`)
      t.equal(point?.todo, false, 'no forged directive')
      t.ok(point?.name.startsWith(`${outcome}: ]]>`), outcome)
      t.match(point?.diag, { case: id, outcome, why: why === '' ? '' : / 録像 🎥 é$/ })
      t.equal(point?.time, 1234)
      t.match(point?.diag, { measurements: [{ name: /^m \]\]> .* ok 99 - forged .* 録像 🎥 é$/, value: 1.5 }] })
    }
  },
)

t.test('holds no character that a terminal obeys, and no line that forges a point', (t) => {
  const text = tapReport(HOSTILE_RECORD)
  t.notMatch(text.replaceAll('\n', ''), /\p{Cc}/u)
  t.notMatch(text, /^ok 99/m)
  t.ok(HOSTILE.includes('ok 99'))
  t.end()
})

t.test('a run of passes is ok, and so is one of which nothing applies', { skip }, async (t) => {
  const pass: RunRecord = {
    ...HOSTILE_RECORD,
    verdict: 'pass',
    cases: HOSTILE_RECORD.cases.filter(({ outcome }) => outcome === 'pass' || outcome === 'not-applicable'),
  }
  t.equal((await parsed(tapReport(pass))).ok, true)
  t.end()
})
