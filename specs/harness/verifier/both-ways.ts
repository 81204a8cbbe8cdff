import { strictEqual } from 'node:assert'
import type { FlowTotals, PacketBatch } from '../../../harness/evidence/index.js'
import { Verifier, type Verdict } from '../../../harness/verifier/index.js'

/** What a verifier makes of batches, which must be the same, to the letter, whether common runs are passed over together or shown to every rule. */
export function judgeBothWays(batches: readonly PacketBatch[], totals?: Readonly<Record<string, FlowTotals>>): Verdict {
  const together = verdictOn(batches, totals, false)
  strictEqual(JSON.stringify(together), JSON.stringify(verdictOn(batches, totals, true)))
  return together
}

function verdictOn(
  batches: readonly PacketBatch[],
  totals: Readonly<Record<string, FlowTotals>> | undefined,
  everyRecordByRules: boolean,
): Verdict {
  const verifier = new Verifier({ everyRecordByRules })
  for (const batch of batches) verifier.add(batch)
  return verifier.finish(totals)
}
