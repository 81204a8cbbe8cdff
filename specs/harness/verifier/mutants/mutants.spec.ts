import { readFile, writeFile } from 'node:fs/promises'
import t from 'tap'
import { inCheckout } from '../../../checkout.js'
import { RULES } from '../../../../harness/verifier/index.js'
import { MUTANTS } from './mutants.js'
import { judgeMutation } from './mutant-bench.js'
import { brokenRules, mutantPage, type Culprit, type Trial } from './mutant-page.js'
import { SCENARIOS, type ScenarioName } from './scenario.js'

const PAGE = inCheckout('docs/mutants.md')

t.test('without a change, every scenario passes, and shows the traffic that it is for', async (t) => {
  for (const name of Object.keys(SCENARIOS) as ScenarioName[]) {
    const verdict = await judgeMutation(name)
    t.match(verdict, { verdict: 'pass', findings: [], notJudged: [], evidence: { totals: 'checked' } }, name)
    const [exchange] = verdict.exchanges
    t.equal(exchange?.end, name === 'a refusal' ? 'refused' : 'complete', name)
    if (name.startsWith('losses')) t.ok(exchange && exchange.dropped > 0 && exchange.rounds > 1, name)
  }
})

t.test('without a change, every scenario passes as a black box too, and tells what is left open', async (t) => {
  const open = RULES.filter(({ unseenByEndpoint }) => unseenByEndpoint !== undefined).map(({ id }) => id)
  for (const name of Object.keys(SCENARIOS) as ScenarioName[]) {
    const verdict = await judgeMutation(name, {}, ['endpoint'])
    t.match(verdict, { verdict: 'pass', findings: [] }, name)
    t.strictSame(
      verdict.notJudged.map(({ rule }) => rule),
      open,
      name,
    )
  }
})

const trials: Record<Culprit, Trial[]> = { converter: [], endpoint: [], bench: [] }

for (const culprit of Object.keys(MUTANTS) as Culprit[]) {
  for (const mutant of MUTANTS[culprit]) {
    t.test(`'${mutant.rule}' sees a ${culprit} that ${mutant.name}`, async (t) => {
      const verdict = await judgeMutation(mutant.scenario, mutant.mutation())
      const blackBox = await judgeMutation(mutant.scenario, mutant.mutation(), ['endpoint'])
      trials[culprit].push({ mutant, verdict, blackBox })
      t.not(verdict.verdict, 'pass')
      if (culprit !== 'converter') t.equal(verdict.verdict, 'could-not-test', 'a wrong rig convicts nobody')
      if (culprit === 'converter' && blackBox.verdict === 'pass')
        t.ok(
          blackBox.notJudged.some(({ rule }) => rule === mutant.rule),
          'as a black box it is not passed over in silence',
        )
      if (culprit !== 'converter') t.not(blackBox.verdict, 'fail', 'nor does it convict a black box')
      t.ok(brokenRules(verdict).includes(mutant.rule), `seen by: ${brokenRules(verdict).join(', ') || 'none'}`)
    })
  }
}

t.test('there are enough of them, each with a name of its own, and every rule sees one that is meant for it', (t) => {
  const all = Object.values(MUTANTS).flat()
  t.ok(all.length >= 40, `${all.length} mutants`)
  t.equal(new Set(all.map(({ name }) => name)).size, all.length)
  t.strictSame(
    RULES.map(({ id }) => id).filter((id) => !all.some(({ rule }) => rule === id)),
    [],
  )
  t.equal(new Set(RULES.map(({ id }) => id)).size, RULES.length)
  t.end()
})

t.test('docs/mutants.md shows them as they are', async (t) => {
  const page = mutantPage(
    trials,
    RULES.map(({ id }) => id),
  )
  if (process.env['WRITE_PAGES'] === '1') await writeFile(PAGE, page)
  t.equal(await readFile(PAGE, 'utf8'), page, 'write it anew with WRITE_PAGES=1')
})
