import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { readNdjson } from '../../../harness/evidence/index.js'
import { Verifier } from '../../../harness/verifier/index.js'
import { BROKEN } from './broken-converters.js'
import { brokenLink } from './broken-link.js'
import { certified } from './certified.js'

for (const { name, breakage, caseId, rule, why } of BROKEN) {
  t.test(`a converter that ${name} fails by ${rule} [issue 2, Show 5]`, async (t) => {
    const folder = t.testdir({})
    const record = await certified(folder, ['reach', 'list', caseId], {
      converterLink: (link) => brokenLink(link, breakage()),
    })
    t.equal(record.verdict, 'fail')
    t.match(record.why, why)
    t.match(record.cases.at(-1), { id: caseId, outcome: 'fail' })
    t.match(record.why, `${caseId}: `)
    t.same(
      record.cases.slice(0, 2).map(({ outcome }) => outcome),
      ['pass', 'pass'],
      'the device is not blamed',
    )

    const verifier = new Verifier()
    for await (const batch of readNdjson(join(folder, 'report', 'packets.ndjson'))) verifier.add(batch)
    const verdict = verifier.finish(record.flows)
    t.equal(verdict.verdict, 'fail', 'the file alone says the same')
    const rules = verdict.findings.filter(({ blame }) => blame === 'fail').map((finding) => finding.rule)
    t.ok(rules.includes(rule), `by ${rule}; found ${rules.join(', ')}`)

    t.match(await readFile(join(folder, 'report', 'run.tap'), 'utf8'), /^not ok 3 /m)
    t.match(await readFile(join(folder, 'report', 'junit.xml'), 'utf8'), '<failure')
  })
}

t.test('the same bench with a link that breaks nothing passes', async (t) => {
  const record = await certified(t.testdir({}), ['reach', 'list', 'clean', 'loss-selective', 'unknown-device'], {
    converterLink: (link) => brokenLink(link, (message) => [message]),
  })
  t.equal(`${record.verdict}${record.why}`, 'pass')
})
