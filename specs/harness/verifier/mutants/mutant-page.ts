import type { Verdict } from '../../../../harness/verifier/index.js'
import type { Mutant } from './mutation.js'

/** One mutant, and what the verifier said of it. */
export interface Trial {
  readonly mutant: Mutant
  readonly verdict: Verdict
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
(\`WRITE_PAGES=1 npx tap specs/harness/verifier/mutants/mutants.spec.ts\`); it fails when the page is stale, when a mutant is not seen by the rule that is meant for it,
and when a rule sees no mutant.

The rule that is meant stands in bold; others that saw it as well follow. A wrong endpoint, or wrong evidence, convicts no converter: the verdict is \`could-not-test\`
then, whatever else was seen to be missing.
`

/** Write docs/mutants.md. */
export function mutantPage(trials: Readonly<Record<Culprit, readonly Trial[]>>, ruleIds: readonly string[]): string {
  const sections = (Object.keys(HEADINGS) as Culprit[]).map((culprit) => {
    const rows = trials[culprit].map(row)
    return [
      `## ${HEADINGS[culprit]}`,
      '',
      '| it … | scenario | verdict | seen by |',
      '| --- | --- | --- | --- |',
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

function row({ mutant, verdict }: Trial): string {
  const others = brokenRules(verdict).filter((rule) => rule !== mutant.rule)
  const seen = [`**${mutant.rule}**`, ...others].join(', ')
  return `| ${mutant.name} | ${mutant.scenario} | ${verdict.verdict} | ${seen} |`
}

function rulesSection(trials: readonly Trial[], ruleIds: readonly string[]): string {
  const rows = ruleIds.map((id) => {
    const meant = trials.filter(({ mutant }) => mutant.rule === id).length
    const seen = trials.filter(({ verdict }) => brokenRules(verdict).includes(id)).length
    return `| \`${id}\` | ${meant} | ${seen} |`
  })
  return [
    '## Rules',
    '',
    '| rule | mutants meant for it | mutants that it sees |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}
