import type { CaseRecord, RunCounts, RunRecord } from '../report/index.js'
import type { Verdict } from '../verifier/index.js'

/** What a run amounts to. */
export type Conclusion = Pick<RunRecord, 'verdict' | 'why' | 'counts'> & Required<Pick<RunRecord, 'notJudged'>>

const NO_COUNTS = { announced: 0, received: 0, resent: 0, dropped: 0, duplicates: 0 } as const satisfies RunCounts

/**
 * Conclude for a run that ended before its cases did, because its rig fell apart. What failed by then has failed; nothing else can be said,
 * and nothing was counted to the end.
 */
export function cutShort(done: readonly CaseRecord[], why: string): Conclusion {
  const failed = done.filter(({ outcome }) => outcome === 'fail')
  if (failed.length > 0) return { verdict: 'fail', why: reasons(failed), counts: NO_COUNTS, notJudged: [] }
  return { verdict: 'could-not-test', why, counts: NO_COUNTS, notJudged: [] }
}

/**
 * Conclude from the cases and from the verifier's verdict on all evidence. One failure is a failure; otherwise one thing that could not be tested
 * leaves the whole untested; only if all that applies passed, and the evidence is whole, the run passed.
 */
export function sumUp(cases: readonly CaseRecord[], evidence: Verdict): Conclusion {
  const counts = countsOf(evidence)
  const { notJudged } = evidence
  const failed = cases.filter(({ outcome }) => outcome === 'fail')
  if (failed.length > 0) return { verdict: 'fail', why: reasons(failed), counts, notJudged }
  const [finding] = evidence.findings
  const said = finding
    ? `${finding.rule}: expected ${finding.expected}, got ${finding.got}`
    : 'the evidence shows nothing'
  if (evidence.verdict === 'fail') return { verdict: 'fail', why: said, counts, notJudged }
  const unsettled = cases.filter(({ outcome }) => outcome !== 'pass' && outcome !== 'not-applicable')
  if (unsettled.length > 0) return { verdict: 'could-not-test', why: reasons(unsettled), counts, notJudged }
  if (evidence.verdict !== 'pass') return { verdict: 'could-not-test', why: said, counts, notJudged }
  return { verdict: 'pass', why: '', counts, notJudged }
}

/** Each reason once, with the cases that have it: `clean, loss-full: the run was stopped`. */
function reasons(cases: readonly CaseRecord[]): string {
  const idsByReason = new Map<string, string[]>()
  for (const { id, why } of cases) idsByReason.set(why, [...(idsByReason.get(why) ?? []), id])
  return [...idsByReason].map(([why, ids]) => `${ids.join(', ')}: ${why}`).join('; ')
}

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
