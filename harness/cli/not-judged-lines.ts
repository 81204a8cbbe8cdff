import type { NotJudged } from '../verifier/index.js'

/** Rules that nobody could judge, a line each for people: which, how much of it, and what was not seen. Nothing where all were judged. */
export function notJudgedLines(notJudged: readonly NotJudged[]): readonly string[] {
  if (notJudged.length === 0) return []
  const lines = notJudged.map(({ rule, extent, why }) => `  ${rule}${extent === 'part' ? ' (in part)' : ''}: ${why}`)
  return [`not judged by this evidence: ${notJudged.length} rules, wholly or in part`, ...lines]
}
