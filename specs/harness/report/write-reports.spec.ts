import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { junitReport, tapReport, writeReports } from '../../../harness/report/index.js'
import { HOSTILE_RECORD } from './hostile-record.js'

t.test(
  'writes one record three ways, by the names that other programs look for [architecture, What a user types]',
  async (t) => {
    const report = t.testdir({})
    const record = { ...HOSTILE_RECORD, report }
    await writeReports(record)
    const text = (name: string): Promise<string> => readFile(join(report, name), 'utf8')
    t.same(JSON.parse(await text('run.json')), record, 'run.json is the record')
    t.equal(await text('run.tap'), tapReport(record))
    t.equal(await text('junit.xml'), junitReport(record))
  },
)

t.test('says where it could not write, and that it is a matter of the rig', async (t) => {
  const report = join(t.testdir({}), 'absent')
  await t.rejects(writeReports({ ...HOSTILE_RECORD, report }), {
    name: 'BenchError',
    code: 'ERR_VIEWNET_REPORT',
    message: /report: expected to write into '.*absent', got ENOENT/,
  })
})
