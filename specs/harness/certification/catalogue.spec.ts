import t from 'tap'
import { CASE_IDS, CATALOGUE, chosenCases } from '../../../harness/certification/index.js'

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
