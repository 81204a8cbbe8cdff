import { strictEqual } from 'node:assert'
import { BOTH_SIDES, type FlowTotals, type PacketBatch, type Side } from '../../../harness/evidence/index.js'
import { Verifier, type Verdict } from '../../../harness/verifier/index.js'

/** What a verifier makes of batches, which must be the same, to the letter, whether common runs are passed over together or shown to every rule. */
export function judgeBothWays(
  batches: readonly PacketBatch[],
  totals?: Readonly<Record<string, FlowTotals>>,
  sides: readonly Side[] = BOTH_SIDES,
): Verdict {
  const together = verdictOn(batches, totals, sides, false)
  strictEqual(JSON.stringify(together), JSON.stringify(verdictOn(batches, totals, sides, true)))
  return together
}

function verdictOn(
  batches: readonly PacketBatch[],
  totals: Readonly<Record<string, FlowTotals>> | undefined,
  sides: readonly Side[],
  everyRecordByRules: boolean,
): Verdict {
  const verifier = new Verifier({ everyRecordByRules })
  verifier.tapped(sides)
  for (const batch of batches) verifier.add(batch)
  return verifier.finish(totals)
}
