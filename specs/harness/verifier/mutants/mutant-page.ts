import type { Verdict } from '../../../../harness/verifier/index.js'
import type { Mutant } from './mutation.js'

/** One mutant, and what the verifier said of it. */
export interface Trial {
  readonly mutant: Mutant
  readonly verdict: Verdict
  /** What it said from the endpoint's evidence alone. */
  readonly blackBox: Verdict
}

const HEADINGS = {
  converter: 'Wrong converters',
  endpoint: 'Wrong endpoints',
  bench: 'Benches with wrong evidence',
} as const
export type Culprit = keyof typeof HEADINGS

const INTRODUCTION = `# Mutants: the verifier on trial

Each line is a converter, an endpoint or a bench with one change; everything else in it is the product's own: exchanges, codecs, impairment, taps, recorder,
verifier. Only time is virtual. Without the change, every scenario passes. \`specs/harness/verifier/mutants\` runs them all, and writes this page
(\`WRITE_PAGES=1 npm test -- dist/specs/harness/verifier/mutants/mutants.spec.js\`); it fails when the page is stale, when a mutant is not seen by the rule that is meant for it,
and when a rule sees no mutant.

The rule that is meant stands in bold; others that saw it as well follow. A wrong endpoint, or wrong evidence, convicts no converter: the verdict is \`could-not-test\`
then, whatever else was seen to be missing.

The last column is the same with a converter that is a black box: nothing is recorded but what the endpoint and the impairment before it see. A converter that nobody
convicts there is not acquitted either: the rule that is meant is then among those that the verdict names as not judged, or judged in part.
`

/** Write docs/mutants.md. */
export function mutantPage(trials: Readonly<Record<Culprit, readonly Trial[]>>, ruleIds: readonly string[]): string {
  const sections = (Object.keys(HEADINGS) as Culprit[]).map((culprit) => {
    const rows = trials[culprit].map(row)
    return [
      `## ${HEADINGS[culprit]}`,
      '',
      '| it … | scenario | verdict | seen by | as a black box |',
      '| --- | --- | --- | --- | --- |',
      ...rows,
      '',
    ].join('\n')
  })
  return [INTRODUCTION, ...sections, rulesSection(Object.values(trials).flat(), ruleIds)].join('\n')
}

/** Ids of the rules that a verdict's findings break, each once. */
export function brokenRules({ findings }: Verdict): string[] {
  return [...new Set(findings.map(({ rule }) => rule))]
}

function row({ mutant, verdict, blackBox }: Trial): string {
  const cells = [mutant.name, mutant.scenario, verdict.verdict, seenBy(verdict, mutant), fromEndpoint(blackBox, mutant)]
  return `| ${cells.join(' | ')} |`
}

/** The rule that is meant in bold, where it saw anything. */
function seenBy(verdict: Verdict, { rule }: Mutant): string {
  const broken = brokenRules(verdict)
  const others = broken.filter((id) => id !== rule)
  return [...(broken.includes(rule) ? [`**${rule}**`] : []), ...others].join(', ')
}

function fromEndpoint(verdict: Verdict, mutant: Mutant): string {
  if (verdict.verdict !== 'pass') return `${verdict.verdict}: ${seenBy(verdict, mutant)}`
  const open = verdict.notJudged.find(({ rule }) => rule === mutant.rule)
  return open ? `not seen: the rule is not judged${open.extent === 'part' ? ' in this part' : ''}` : 'pass'
}

function rulesSection(trials: readonly Trial[], ruleIds: readonly string[]): string {
  const rows = ruleIds.map((id) => {
    const meant = trials.filter(({ mutant }) => mutant.rule === id).length
    const seen = trials.filter(({ verdict }) => brokenRules(verdict).includes(id)).length
    const alone = trials.filter(({ blackBox }) => brokenRules(blackBox).includes(id)).length
    return `| \`${id}\` | ${meant} | ${seen} | ${alone} |`
  })
  return [
    '## Rules',
    '',
    '| rule | mutants meant for it | mutants that it sees | of them as black boxes |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}
