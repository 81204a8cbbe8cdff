import { exactly, type Fault, type PlacedFault } from './fault.js'
import { Pair, type Outcome, type Sabotage } from './pair.js'
import type { Scenario } from './scenario.js'

/** Past the 500 ms of the protocol's idle rounds and repeats. */
const DELAY: Fault = { kind: 'delay', byMs: 700 }
const FAULTS: readonly Fault[] = [{ kind: 'lose' }, { kind: 'duplicate' }, DELAY]
/** To lose a copy is to have made none; to copy it again says nothing that the copy did not. */
const FAULTS_OF_COPIES: readonly Fault[] = [DELAY]

/**
 * Every schedule of a scenario with exactly so many faults, on whatever packets it has, by depth-first search.
 *
 * The machines can be replayed but not cloned, so each schedule runs from the start. One with a fault more agrees with its parent up to that
 * fault, and places it after all of its parent's: so each set of faults is had once, and packets that only exist because of earlier faults have
 * their turn like all others.
 */
export function* schedulesWith(
  faultCount: number,
  scenario: Scenario,
  { visit, sabotage }: { readonly visit?: (state: string) => void; readonly sabotage?: () => Sabotage } = {},
): Generator<Outcome, void, undefined> {
  yield* extensions([])

  function* extensions(placed: readonly PlacedFault[]): Generator<Outcome, void, undefined> {
    const isWhole = placed.length === faultCount
    const outcome = new Pair(scenario, exactly(placed), sabotage?.()).run(isWhole ? visit : undefined)
    if (isWhole) {
      yield outcome
      return
    }
    for (let packet = (placed.at(-1)?.packet ?? -1) + 1; packet < outcome.packetCount; packet++) {
      for (const fault of outcome.copies.has(packet) ? FAULTS_OF_COPIES : FAULTS) {
        yield* extensions([...placed, { packet, fault }])
      }
    }
  }
}
