import t from 'tap'
import { faultsName } from './fault.js'
import { violation } from './invariants.js'
import { minimized } from './minimized.js'
import { Pair, pairingOf } from './pair.js'
import { randomSchedule } from './random-schedule.js'
import { scenarioName } from './scenario.js'

const seed = Number(process.env['VIEWNET_SEED'] ?? 20_260_731)
const scheduleCount = Number(process.env['VIEWNET_SCHEDULES'] ?? 20_000)
/** One schedule alone, to look at; undefined: all. */
const only = process.env['VIEWNET_SCHEDULE']
/** Violations that are told; the first few say enough. */
const TOLD_MOST = 5

// Ten seconds of work on an idle core; many times that where others use them, or where more schedules are asked for.
t.setTimeout(180_000 + 6 * scheduleCount)

t.test(
  'random schedules deliver what was announced, or end openly on both sides, at any count and on any network [protocol 3]',
  async (t) => {
    const endings = new Map<string, number>()
    const sums = { packets: 0, faults: 0, rounds: 0, delivered: 0 }
    const violations: string[] = []
    let countMost = 0

    const [first, last] = only === undefined ? [0, scheduleCount - 1] : [Number(only), Number(only)]
    withoutStacks(() => {
      for (let index = first; index <= last && violations.length < TOLD_MOST; index++) {
        const { scenario, fates } = randomSchedule(seed, index)
        const outcome = new Pair(scenario, fates).run()
        const { event } = outcome.endings[0] ?? {}
        const pairing = pairingOf(outcome)
        endings.set(pairing, (endings.get(pairing) ?? 0) + 1)
        sums.packets += outcome.packetCount
        sums.faults += outcome.faults.length
        sums.rounds += event?.rounds ?? 0
        sums.delivered += outcome.deliveredCount
        countMost = Math.max(countMost, scenario.count)
        if (only !== undefined) t.comment(`${scenarioName(scenario)}; ${faultsName(outcome.faults)}; ${pairing}`)
        if (violation(outcome) !== undefined) {
          violations.push(`VIEWNET_SEED=${seed} VIEWNET_SCHEDULE=${index}: ${minimized(outcome)}`)
        }
      }
    })

    t.comment(`VIEWNET_SEED=${seed}: schedules ${first}–${last}, counts up to ${countMost}`)
    t.comment(
      `${sums.packets} packets, ${sums.faults} faults, ${sums.rounds} rounds, ${sums.delivered} resources delivered`,
    )
    t.comment(`endings (endpoint / converter): ${[...endings].map((ending) => ending.join(' ')).join(', ')}`)
    t.strictSame(violations, [], 'no schedule violates a rule')
  },
)

/** Corrupted packets are refused by errors, by the hundred thousand: looking for their stacks would take longer than all the rest. */
function withoutStacks(work: () => void): void {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    work()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}
