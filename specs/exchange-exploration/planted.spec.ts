import t from 'tap'
import { schedulesWith } from './fault-placement.js'
import { violation } from './invariants.js'
import { minimized } from './minimized.js'
import { Pair, type Sabotage } from './pair.js'
import { randomSchedule } from './random-schedule.js'
import type { Scenario } from './scenario.js'

const scenario: Scenario = {
  count: 2,
  selective: false,
  windowPackets: 0,
  ratePacketsPerSecond: 0,
  device: { afterMs: 0, refusal: undefined },
  latencyMs: 2,
}

/** A fault of a machine, how many faults of the network bring it to light, and what is then said. */
interface Planted {
  readonly name: string
  /** Made anew for each run. */
  readonly sabotage: () => Sabotage
  readonly change?: Partial<Scenario>
  readonly faultCount: number
  readonly found: RegExp
}

const planted: readonly Planted[] = [
  {
    name: 'a converter that skips a sequence',
    sabotage: () => ({ converterSays: (said) => (said.type === 'RESOURCE' && said.sequence === 2 ? [] : [said]) }),
    faultCount: 0,
    found: /abandoned \/ abandoned, with 0 faults/,
  },
  {
    name: 'a converter that announces one too many',
    sabotage: () => ({ converterSays: (said) => ['count' in said ? { ...said, count: said.count + 1 } : said] }),
    faultCount: 0,
    found: /heard of 3 resources/,
  },
  {
    name: 'a converter that sends a resource of its own making',
    sabotage: () => ({ converterSays: (said) => [said.type === 'RESOURCE' ? { ...said, channel: 9 } : said] }),
    faultCount: 0,
    found: /another content of sequence 1 than the device has/,
  },
  {
    name: 'a converter that changes a resource in a later round',
    sabotage: () => ({
      converterSays: (said) => [said.type === 'RESOURCE' && said.round > 0 ? { ...said, channel: 9 } : said],
    }),
    faultCount: 1,
    found: /another content of sequence 1 than the device has/,
  },
  {
    name: 'a converter that never counts its rounds',
    sabotage: () => ({ converterSays: (said) => ['round' in said ? { ...said, round: 0 } : said] }),
    faultCount: 1,
    found: /abandoned \/ abandoned, with 1 faults/,
  },
  {
    name: 'a converter that never repeats a RESPONSE',
    sabotage: () => ({ converterSays: onceOnly((said) => said.type === 'RESPONSE') }),
    change: { count: 0 },
    faultCount: 2,
    found: /no-response \/ \w+, with 2 faults/,
  },
  {
    name: 'a converter that forgets closed exchanges',
    sabotage: () => ({ limits: { rememberMs: 0 } }),
    faultCount: 2,
    found: /asked 2 times for 2 REQUESTs/,
  },
  {
    name: 'a converter that waits for ever',
    sabotage: () => ({ limits: { silenceMs: Infinity } }),
    faultCount: 3,
    found: /1 exchange is open, and nothing is due/,
  },
  {
    name: 'an endpoint that says COMPLETE once',
    sabotage: () => ({
      endpointSays: onceOnly((said) => said.type === 'COUNT_REPORT' && said.verdict === 0),
    }),
    faultCount: 1,
    found: /complete \/ unconfirmed, with 1 faults/,
  },
]

for (const { name, sabotage, change, faultCount, found } of planted) {
  t.test(`${name} is found with ${faultCount} faults, and not with fewer`, async (t) => {
    for (let fewer = 0; fewer < faultCount; fewer++) t.equal(firstViolation(fewer), undefined)
    t.match(firstViolation(faultCount), found)
  })

  function firstViolation(faults: number): string | undefined {
    for (const outcome of schedulesWith(faults, { ...scenario, ...change }, { sabotage })) {
      const wrong = violation(outcome)
      if (wrong !== undefined) return wrong
    }
    return undefined
  }
}

t.test('a violation found at random is told with the few faults that it takes', async (t) => {
  const sabotage = (): Sabotage => ({ limits: { rememberMs: 0 } })
  for (let index = 0; index < 10_000; index++) {
    const { scenario, fates } = randomSchedule(1, index)
    const outcome = new Pair(scenario, fates, sabotage()).run()
    if (violation(outcome) === undefined || outcome.faults.length < 10) continue
    const told = minimized(outcome, sabotage)
    t.comment(`${outcome.faults.length} faults: ${told}`)
    t.match(told, /asked \d times/)
    const faultCount = told.split('; ')[1]?.split(', ').length ?? 0
    t.ok(faultCount <= 5, `${faultCount} faults are told`)
    return
  }
  t.fail('found nothing')
})

/** Says the first of such messages, and none after it. */
function onceOnly<Message>(isSuch: (message: Message) => boolean): (message: Message) => readonly Message[] {
  let saidCount = 0
  return (said) => (isSuch(said) && saidCount++ > 0 ? [] : [said])
}
