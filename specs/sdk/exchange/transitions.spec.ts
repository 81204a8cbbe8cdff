import t from 'tap'
import {
  TRANSITIONS,
  type ExchangeInput,
  type ExchangeLimits,
  type ExchangeState,
  type Transition,
} from '../../../sdk/exchange/index.js'
import { missingOf, progressOf, reportOf, requestOf, snapshotOf, VirtualConverter } from './virtual-converter.js'

/** Rows that an exchange took, in order: each row tells when what it does is looked up. */
const taken: Transition[] = []
for (const row of TRANSITIONS) {
  const { does } = row
  Object.defineProperty(row, 'does', {
    get() {
      taken.push(row)
      return does
    },
  })
}

const credit = { selective: true, credit: true, windowPackets: 2 }

/** An exchange of three resources in each state; the first one is open, nothing is due at this moment. */
const inState: Readonly<Record<ExchangeState, (limits: Partial<ExchangeLimits>) => VirtualConverter>> = {
  asking: (limits) => new VirtualConverter(credit, limits),
  sending: (limits) => inState.asking(limits).listed(3),
  reporting: (limits) => inState.sending(limits).gets(progressOf(3)).passes(10),
  collecting: (limits) => inState.reporting(limits).gets(reportOf(1, { missingPackets: 1 })),
  closed: (limits) => inState.asking(limits).gets(reportOf(2)),
}

/** Something runs out: the exchange hears of the time alone, and sends nothing. */
const late = (ms: number) => (converter: VirtualConverter) => converter.exchange.handleTimeout(converter.nowMs + ms)

/** How each input is made, whatever the state. */
const input: Readonly<Record<ExchangeInput, (converter: VirtualConverter) => unknown>> = {
  requestRepeated: (converter) => converter.gets(requestOf(credit)),
  deviceListed: (converter) => converter.exchange.deviceListed(snapshotOf(3), converter.nowMs),
  deviceFailed: (converter) => converter.exchange.deviceFailed(5, converter.nowMs),
  pendingDue: late(300),
  deviceTimedOut: late(55_000),
  roundSent: (converter) => converter.gets(progressOf(2)).passes(10),
  reportedComplete: (converter) => converter.gets(reportOf(0)),
  reportedAbandon: (converter) => converter.gets(reportOf(2)),
  reportedMismatch: (converter) => converter.gets(reportOf(1, { missingPackets: 1 })),
  missingNamed: (converter) => converter.gets(missingOf([2], { index: 1 })),
  missingCollected: late(200),
  roundsSpent: late(200),
  progressed: (converter) => converter.gets(progressOf(2)),
  roundEndDue: late(500),
  silent: late(60_000),
  stopped: (converter) => converter.exchange.stop(converter.nowMs),
}

const limitsFor = (on: ExchangeInput): Partial<ExchangeLimits> => (on === 'roundsSpent' ? { roundsMost: 1 } : {})

for (const from of Object.keys(inState) as ExchangeState[]) {
  for (const on of Object.keys(input) as ExchangeInput[]) {
    const row = TRANSITIONS.find((one) => one.from === from && one.on === on)
    t.test(`${from}, ${on}: ${row ? `goes to ${row.to}` : 'is ignored'} [protocol 3]`, async (t) => {
      const converter = inState[from](limitsFor(on))
      t.equal(converter.exchange.state, from)
      taken.length = 0
      input[on](converter)
      const first = taken.find((one) => one.on === on)
      t.equal(first === undefined ? undefined : `${first.from} → ${first.to}`, row && `${from} → ${row.to}`)
      if (taken.length === 0) t.equal(converter.exchange.state, from, 'nothing changes')
      else t.equal(converter.exchange.state, taken.at(-1)!.to, 'the exchange is where the last row says')
    })
  }
}

t.test('each state and input has one row at most', async (t) => {
  const keys = TRANSITIONS.map(({ from, on }) => `${from} ${on}`)
  t.equal(new Set(keys).size, keys.length)
})

t.test('nothing leads out of closed, and everything leads there', async (t) => {
  t.strictSame(
    TRANSITIONS.filter(({ from }) => from === 'closed'),
    [],
  )
  const open = new Set(TRANSITIONS.map(({ from }) => from))
  for (const state of open) {
    t.ok(
      TRANSITIONS.some(({ from, on, to }) => from === state && on === 'stopped' && to === 'closed'),
      state,
    )
  }
})
