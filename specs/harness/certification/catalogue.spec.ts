import { readFile } from 'node:fs/promises'
import t from 'tap'
import { inCheckout } from '../../checkout.js'
import { CASE_IDS, CASES, CATALOGUE, chosenCases, type CaseId } from '../../../harness/certification/index.js'

const idsOf = (choice: Parameters<typeof chosenCases>[0]): readonly string[] => chosenCases(choice).map(({ id }) => id)

t.test('a bench file knows the cases that the catalogue has, in its order', (t) => {
  t.strictSame(
    CATALOGUE.map(({ id }) => id),
    CASE_IDS,
  )
  t.end()
})

t.test('a plan chooses cases by id and by tag; what they build on comes along', (t) => {
  t.strictSame(idsOf({ include: ['clean', 'refusal'] }), [
    'reach',
    'list',
    'clean',
    'wrong-credentials',
    'unknown-device',
  ])
  t.strictSame(idsOf({ include: ['refusal'], exclude: ['unknown-device'] }), ['reach', 'list', 'wrong-credentials'])
  t.ok(idsOf({}).includes('clean'))
  t.notOk(idsOf({ exclude: ['exchange'] }).includes('clean'))
  t.end()
})

t.test('docs/cases.md has the row of every case, in its own words, and of no other', async (t) => {
  const page = await readFile(inCheckout('docs/cases.md'), 'utf8')
  for (const { id, title } of CATALOGUE)
    t.ok(page.includes(`| \`${id}\` | ${title} | ${CASES[id as CaseId].join(', ')} |`), id)
  t.strictSame(page.match(/(?<=^\| `)[\w-]+(?=`)/gm), CASE_IDS)
})
