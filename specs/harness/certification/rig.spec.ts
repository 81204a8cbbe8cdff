import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { BenchError } from '../../../harness/bench/index.js'
import { certified } from './certified.js'

t.test('a run that is stopped before it begins is aborted, and reported', async (t) => {
  const folder = t.testdir({})
  const signal = AbortSignal.abort(new BenchError('ERR_VIEWNET_STOPPED', 'stopped by the spec'))
  const record = await certified(folder, ['reach', 'list', 'clean'], { signal })
  t.match(record, { verdict: 'could-not-test', why: /stopped/ })
  t.ok(record.cases.every(({ outcome }) => outcome === 'aborted'))
  t.same(JSON.parse(await readFile(join(folder, 'report', 'run.json'), 'utf8')), record)
})

t.test('a run that sees no traffic is never a pass [house style, Outcomes]', async (t) => {
  const record = await certified(t.testdir({}), ['reach', 'list'])
  t.ok(record.cases.every(({ outcome }) => outcome === 'pass'))
  t.match(record, { verdict: 'could-not-test', why: /\w/, counts: { announced: 0 } })
})

t.test('a device without recordings is certified all the same', async (t) => {
  const record = await certified(t.testdir({}), ['reach', 'list', 'count-agrees', 'clean', 'narrow-range'], {
    recordings: 0,
  })
  t.equal(`${record.verdict}${record.why}`, 'pass')
  t.match(record.cases.at(-1), { id: 'narrow-range', outcome: 'not-applicable' })
})
