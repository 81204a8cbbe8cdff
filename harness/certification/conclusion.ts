import type { CaseRecord, RunCounts, RunRecord } from '../report/index.js'
import type { Verdict } from '../verifier/index.js'

/** What a run amounts to. */
export type Conclusion = Pick<RunRecord, 'verdict' | 'why' | 'counts'>

const NO_COUNTS = { announced: 0, received: 0, resent: 0, dropped: 0, duplicates: 0 } as const satisfies RunCounts

/** A run whose rig failed: nobody can say anything. */
export const NOTHING_SEEN: Conclusion = { verdict: 'could-not-test', why: '', counts: NO_COUNTS }

/**
 * Conclude from the cases and from the verifier's verdict on all evidence. One failure is a failure; otherwise one thing that could not be tested
 * leaves the whole untested; only if all that applies passed, and the evidence is whole, the run passed.
 */
export function sumUp(cases: readonly CaseRecord[], evidence: Verdict): Conclusion {
  const counts = countsOf(evidence)
  const failed = cases.filter(({ outcome }) => outcome === 'fail')
  if (failed.length > 0) return { verdict: 'fail', why: failed.map(whyOf).join('; '), counts }
  const [finding] = evidence.findings
  const said = finding
    ? `${finding.rule}: expected ${finding.expected}, got ${finding.got}`
    : 'the evidence shows nothing'
  if (evidence.verdict === 'fail') return { verdict: 'fail', why: said, counts }
  const unsettled = cases.filter(({ outcome }) => outcome !== 'pass' && outcome !== 'not-applicable')
  if (unsettled.length > 0) return { verdict: 'could-not-test', why: unsettled.map(whyOf).join('; '), counts }
  if (evidence.verdict !== 'pass') return { verdict: 'could-not-test', why: said, counts }
  return { verdict: 'pass', why: '', counts }
}

const whyOf = ({ id, why }: CaseRecord): string => `${id}: ${why}`

/** Sums over the exchanges, as the verifier counted them. */
function countsOf({ exchanges }: Verdict): RunCounts {
  const counts: { -readonly [K in keyof RunCounts]: number } = { ...NO_COUNTS }
  for (const exchange of exchanges) {
    counts.announced += exchange.announced ?? 0
    counts.received += exchange.received
    counts.resent += exchange.resent
    counts.dropped += exchange.dropped
    counts.duplicates += exchange.duplicates
  }
  return counts
}
