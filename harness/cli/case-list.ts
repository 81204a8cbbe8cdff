import { CASES, CATALOGUE, chosenCases, type CaseId, type CaseTag } from '../certification/index.js'

/** A case as `certify --list` tells it. */
export interface ListedCase {
  readonly id: string
  readonly title: string
  readonly tags: readonly CaseTag[]
  /** Whether it is chosen, by the plan or by itself; what does not apply to a device is told only once it is there. */
  readonly chosen: boolean
}

/** Every case of the catalogue, in the order in which they run. */
export function caseList(plan: Parameters<typeof chosenCases>[0]): readonly ListedCase[] {
  const chosen = new Set(chosenCases(plan))
  return CATALOGUE.map((entry) => ({
    id: entry.id,
    title: entry.title,
    // A spec keeps the two lists of ids the same.
    tags: CASES[entry.id as CaseId],
    chosen: chosen.has(entry),
  }))
}

/** The same for people; what does not run is in brackets. */
export function caseTable(plan: Parameters<typeof chosenCases>[0]): string {
  const cases = caseList(plan)
  const width = Math.max(...cases.map(({ id }) => id.length)) + 2
  const lines = cases.map(({ id, title, tags, chosen }) => {
    const name = chosen ? ` ${id} ` : `(${id})`
    return `${name.padEnd(width)}  ${title} [${tags.join(', ')}]`
  })
  const count = cases.filter(({ chosen }) => chosen).length
  return [...lines, `${count} of ${cases.length} cases are chosen; docs/cases.md tells what each measures`].join('\n')
}
