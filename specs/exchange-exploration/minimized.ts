import { exactly, type PlacedFault } from './fault.js'
import { violation } from './invariants.js'
import { Pair, type Outcome, type Sabotage } from './pair.js'

/** Replays that a search for fewer faults may take. */
const REPLAYS_MOST = 2_000

/**
 * A schedule that still violates a rule, perhaps another one, with faults left out for as long as leaving any one out keeps a violation.
 *
 * @param failed - an outcome with a violation
 * @returns its violation, or that of a smaller schedule
 */
export function minimized(failed: Outcome, sabotage?: () => Sabotage): string {
  let [faults, wrong] = [failed.faults, violation(failed) ?? 'no violation']
  let replays = 0
  // Halves first, then quarters … then single faults: most of a long schedule has nothing to do with what is wrong.
  for (let size = Math.ceil(faults.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < faults.length && replays < REPLAYS_MOST; replays++) {
      const fewer: readonly PlacedFault[] = faults.filter((_, at) => at < from || at >= from + size)
      // Without an earlier fault later packets have other numbers, so what is left may be another schedule: it only has to fail as well.
      const stillWrong = violation(new Pair(failed.scenario, exactly(fewer), sabotage?.()).run())
      if (stillWrong === undefined) from += size
      else [faults, wrong] = [fewer, stillWrong]
    }
  }
  return wrong
}
