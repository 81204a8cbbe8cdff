import { generateKeyPairSync } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import {
  ctrfReport,
  junitReport,
  readPublicKey,
  SigningKey,
  tapReport,
  verifyCertificate,
  writeReports,
} from '../../../harness/report/index.js'
import { HOSTILE_RECORD } from './hostile-record.js'

t.test(
  'writes one record in every way, by the names that other programs look for [architecture, What a user types]',
  async (t) => {
    const report = t.testdir({})
    const record = { ...HOSTILE_RECORD, report }
    await writeReports(record)
    const text = (name: string): Promise<string> => readFile(join(report, name), 'utf8')
    const said = JSON.stringify(record).replaceAll(String.raw`\ud800`, '\uFFFD')
    t.same(JSON.parse(await text('run.json')), JSON.parse(said), 'run.json is the record, in whole characters')
    t.equal(await text('run.tap'), tapReport(record))
    t.equal(await text('junit.xml'), junitReport(record))
    t.equal(await text('ctrf.json'), ctrfReport(record))
  },
)

t.test('certifies the run, and leaves no certificate of another run behind [issue 6, JSON contracts]', async (t) => {
  const report = t.testdir({})
  const record = { ...HOSTILE_RECORD, report }
  const { privateKey } = generateKeyPairSync('ed25519')
  const signingKey = await SigningKey.parse(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 'this spec')
  await writeReports(record, { signingKey })
  const [jws, json] = await Promise.all(['run.jws', 'run.json'].map((name) => readFile(join(report, name))))
  const trusted = await readPublicKey(join(report, 'run.pub.pem'))
  t.same(await verifyCertificate(jws!, json!, trusted), { signer: signingKey.thumbprint, run: 'r1' })
  await writeReports(record)
  t.notOk((await readdir(report)).some((name) => name === 'run.jws' || name === 'run.pub.pem'))
})

t.test('says where it could not write, and that it is a matter of the rig', async (t) => {
  const report = join(t.testdir({}), 'absent')
  await t.rejects(writeReports({ ...HOSTILE_RECORD, report }), {
    name: 'BenchError',
    code: 'ERR_VIEWNET_REPORT',
    message: /report: expected to write into '.*absent', got ENOENT/,
  })
})
