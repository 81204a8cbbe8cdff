import type { BenchPlan } from '../bench/index.js'
import type { CertificationCase } from './case.js'
import { CASES, type CaseId, type CaseTag } from './case-ids.js'
import { CATALOGUE } from './catalogue.js'

/** Ids and tags of cases. */
export type CaseChoice = NonNullable<NonNullable<BenchPlan['cases']>['include']>[number]

/** Cases that every other builds on: they run whatever else is chosen. */
const FOUNDATIONS: readonly string[] = ['reach', 'list']

/**
 * The cases of the catalogue that a plan chooses, in the catalogue's order. Without `include` all but the long ones; what the others build on runs
 * always, and what is excluded by name or tag does not.
 */
export function chosenCases({
  include,
  exclude = [],
}: NonNullable<BenchPlan['cases']> = {}): readonly CertificationCase[] {
  return CATALOGUE.filter(({ id }) => {
    const names: readonly CaseChoice[] = [id as CaseId, ...tagsOf(id)]
    const isIn = include ? include.some((word) => names.includes(word)) : !names.includes('long')
    return (isIn || FOUNDATIONS.includes(id)) && !exclude.some((word) => names.includes(word))
  })
}

function tagsOf(id: string): readonly CaseTag[] {
  return (CASES as Readonly<Record<string, readonly CaseTag[]>>)[id] ?? []
}
