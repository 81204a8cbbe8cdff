import type { Test } from 'tap'
import type { Verdict } from '../../../../harness/verifier/index.js'
import { judgeBothWays } from '../both-ways.js'
import type { Evidence } from '../evidence-of.js'

/** One way of breaking the protocol, and the rule that has to see it first. */
export interface BrokenEvidence {
  readonly name: string
  readonly rule: string
  readonly evidence: Evidence
  readonly verdict?: Verdict['verdict']
  /** Other rules that see it too. */
  readonly also?: readonly string[]
}

/** Each is seen by the rule that is meant for it, and by no other. */
export function testEach(t: Test, broken: readonly BrokenEvidence[]): void {
  for (const { name, rule, evidence, verdict = 'fail', also = [] } of broken) {
    t.test(`'${rule}' sees ${name}`, (t) => {
      const result = judgeBothWays(evidence.batches(5))
      t.equal(result.verdict, verdict)
      const rules = new Set(result.findings.map((finding) => finding.rule))
      t.ok(rules.delete(rule), `broken: ${[...rules].join(', ')}`)
      t.strictSame(
        [...rules].filter((id) => !also.includes(id)),
        [],
        'and no other rule',
      )
      const finding = result.findings.find((each) => each.rule === rule)
      for (const { batch, index, t: moment } of finding?.records ?? []) {
        t.equal(evidence.records[batch * 5 + index]?.t, moment, 'its records are found where it says')
      }
      t.end()
    })
  }
}
