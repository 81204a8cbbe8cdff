import { crc32 } from 'node:zlib'
import { ResponseStatus } from 'viewnet/wire'
import t from 'tap'
import { schedulesWith } from './fault-placement.js'
import { BORNE_FAULT_COUNT, violation } from './invariants.js'
import { pairingOf, type Outcome } from './pair.js'
import type { Scenario } from './scenario.js'

/** How long the search may take beyond {@link BORNE_FAULT_COUNT} faults; it bounds the effort, and nothing is asserted about it. */
const budgetMs = 1000 * Number(process.env['VIEWNET_EXPLORE_SECONDS'] ?? 10)
// A search on purpose may be longer than what a file of specs otherwise gets; a slow machine needs a while for what has no budget, too.
t.setTimeout(budgetMs + 180_000)

/** More would not fit a set; the figure then says that there are more. */
const STATES_MOST = 10_000_000
/** Past the 300 ms of PENDING. */
const SLOW_MS = 400

const scenarios: readonly Scenario[] = [
  ...[0, SLOW_MS].flatMap((afterMs) =>
    [0, 1, 2, 3].flatMap((count) =>
      [false, true].flatMap((selective) =>
        [0, 2].map((windowPackets) => scenarioOf({ count, selective, windowPackets, device: lists(afterMs) })),
      ),
    ),
  ),
  ...[0, SLOW_MS].map((afterMs) => scenarioOf({ device: { afterMs, refusal: ResponseStatus.deviceRefused } })),
]

t.test(
  'every schedule of losing, duplicating and delaying packets delivers what was announced, or ends openly on both sides [protocol 3]',
  async (t) => {
    const deadlineMs = performance.now() + budgetMs
    const tally = { schedules: 0, states: new Set<number>(), endings: new Map<string, number>() }
    const violations: string[] = []
    let exploredCount = -1

    for (let faultCount = 0; ; faultCount++) {
      const isOver = (): boolean =>
        violations.length > 0 || (faultCount > BORNE_FAULT_COUNT && performance.now() > deadlineMs)
      if (isOver()) break
      const before = tally.schedules
      let isCut = false
      for (const outcome of inTurn(faultCount, tally.states)) {
        tally.schedules += 1
        const pairing = pairingOf(outcome)
        tally.endings.set(pairing, (tally.endings.get(pairing) ?? 0) + 1)
        const wrong = violation(outcome)
        if (wrong !== undefined) violations.push(wrong)
        isCut = isOver()
        if (isCut) break
      }
      if (!isCut) exploredCount = faultCount
      t.comment(`${faultCount} faults: ${tally.schedules - before} schedules, ${isCut ? 'cut short' : 'all there are'}`)
    }

    t.comment(
      `${scenarios.length} scenarios, ${tally.schedules} schedules, at least ${tally.states.size} distinct states`,
    )
    t.comment(`complete up to ${exploredCount} faults; then the budget of ${budgetMs / 1000} s was spent`)
    t.comment(`endings (endpoint / converter): ${[...tally.endings].map((ending) => ending.join(' ')).join(', ')}`)
    t.strictSame(violations, [], 'no schedule violates a rule')
    t.ok(
      exploredCount >= BORNE_FAULT_COUNT,
      `${BORNE_FAULT_COUNT} faults, which every exchange must bear, are explored`,
    )
  },
)

/** The schedules of all scenarios in turn, so that a level that is cut short has seen something of each. */
function* inTurn(faultCount: number, states: Set<number>): Generator<Outcome, void, undefined> {
  let searches = scenarios.map((scenario, at) => {
    const visit = (state: string): void => {
      // By hash, or millions would not fit: two states that share one count as one.
      if (states.size < STATES_MOST) states.add(at * 2 ** 32 + crc32(state))
    }
    return schedulesWith(faultCount, scenario, { visit })
  })
  while (searches.length > 0) {
    const open: typeof searches = []
    for (const search of searches) {
      const { value: outcome, done } = search.next()
      if (done) continue
      open.push(search)
      yield outcome
    }
    searches = open
  }
}

function scenarioOf(more: Partial<Scenario>): Scenario {
  return {
    count: 0,
    selective: false,
    windowPackets: 0,
    ratePacketsPerSecond: 0,
    device: lists(0),
    latencyMs: 2,
    ...more,
  }
}

function lists(afterMs: number): Scenario['device'] {
  return { afterMs, refusal: undefined }
}
