import type { ImpairmentOptions } from '../../impairment/index.js'
import type { CaseResult, CertificationCase, ExchangePlan, Findings, ObservedExchange } from '../case.js'
import { judgeExchange } from '../judgement.js'
import { expectedContent, inProtocolOrder } from '../resource-contents.js'

const NOT_LISTED: CaseResult = {
  outcome: 'could-not-test',
  measurements: [],
  why: "the device's own list is not known",
}

/** A loss that real networks reach on a bad day, and that takes several rounds to recover from. */
const LOSSY: ImpairmentOptions = { dropRatio: 0.2 }

interface RecoveryCase {
  readonly id: string
  readonly title: string
  readonly plan: ExchangePlan
  readonly droppedLeast?: number
}

/** A case that makes one exchange for the whole list, and asks that it completes whatever is done to its packets. */
function recoveryCase({ id, title, plan, droppedLeast = 0 }: RecoveryCase): CertificationCase {
  return {
    id,
    title,
    async run({ findings, exchange, isBlackBox, limitOf }) {
      const announced = findings.listing?.length
      // A black box that reaches the device where we do not is held to its own count.
      if (announced === undefined && !isBlackBox) return NOT_LISTED
      const observed = await exchange(plan)
      if (isUntouched(plan) && observed.summary) findings.duplicatesWhenClean = observed.summary.duplicates
      const size = announced ?? observed.summary?.announced ?? 0
      // A list of a handful may well lose nothing at 20 %; what must be lost by name is lost always.
      const expected = size < 20 && plan.incoming?.dropFirst === undefined ? 0 : droppedLeast
      // A path that is made bad takes the time it takes; what is promised is for a good one.
      const exchangeMs = isUntouched(plan) ? limitOf('exchangeMs') : undefined
      return judgeExchange(observed, { status: 'OK', announced, droppedLeast: expected, exchangeMs })
    },
  }
}

const isUntouched = ({ incoming, outgoing }: ExchangePlan): boolean => incoming === undefined && outgoing === undefined

/** The converter announces and sends what an independent listing of the device holds, resource by resource. */
export const countAgrees: CertificationCase = {
  id: 'count-agrees',
  title: 'count and contents equal an independent listing of the device',
  async run({ findings, exchange, limitOf }) {
    if (!findings.listing) return NOT_LISTED
    const listing = inProtocolOrder(findings.listing)
    const observed = await exchange({})
    const exchangeMs = limitOf('exchangeMs')
    const result = judgeExchange(observed, { status: 'OK', announced: listing.length, exchangeMs })
    if (result.outcome !== 'pass') return result
    for (const [at, recording] of listing.entries()) {
      const sequence = at + 1
      const got = observed.contents.get(sequence)
      const expected = expectedContent(recording, sequence, listing.length)
      if (got === expected) continue
      const why = `sequence ${sequence}: expected the content ${expected} of '${recording.identity}', published was ${got ?? 'none'}`
      return { ...result, outcome: 'fail', why }
    }
    return result
  },
}

/** Nothing is lost. */
export const clean = recoveryCase({ id: 'clean', title: 'an exchange without loss completes in one round', plan: {} })

/** A fifth of all packets is lost, and everything is sent again. */
export const lossFull = recoveryCase({
  id: 'loss-full',
  title: 'an exchange under 20 % loss completes, everything sent again',
  plan: { outgoing: LOSSY, incoming: LOSSY },
  droppedLeast: 1,
})

/** A fifth of all packets is lost, and only what is missing is sent again. */
export const lossSelective = recoveryCase({
  id: 'loss-selective',
  title: 'an exchange under 20 % loss completes, only what is missing sent again',
  plan: { selective: true, outgoing: LOSSY, incoming: LOSSY },
  droppedLeast: 1,
})

/** The RESPONSE is lost once. */
export const lostResponse = recoveryCase({
  id: 'lost-response',
  title: 'a lost RESPONSE is repeated, and the exchange completes',
  plan: { incoming: { dropFirst: ['RESPONSE'] } },
  droppedLeast: 1,
})

/** The ROUND_END is lost once. */
export const lostRoundEnd = recoveryCase({
  id: 'lost-round-end',
  title: 'a lost ROUND_END is made up for, and the exchange completes',
  plan: { incoming: { dropFirst: ['ROUND_END'] } },
  droppedLeast: 1,
})

/** The same REQUEST comes twice. */
export const repeatedRequest: CertificationCase = {
  id: 'repeated-request',
  title: 'a REQUEST that comes twice asks the device once and starts one sending',
  async run({ findings, exchange, deviceQueries, isBlackBox }) {
    const announced = findings.listing?.length
    if (announced === undefined && !isBlackBox) return NOT_LISTED
    const before = deviceQueries()
    const observed = await exchange({ outgoing: { duplicateFirst: ['REQUEST'] } })
    const result = judgeExchange(observed, { status: 'OK', announced })
    const after = deviceQueries()
    if (before === undefined || after === undefined) return judgedFromEndpoint(result, observed, findings)
    const queries = after - before
    const measurements = [
      ...result.measurements,
      { name: 'device queries', value: queries, unit: 'queries', limit: '= 1' },
    ]
    if (result.outcome !== 'pass' || queries === 1) return { ...result, measurements }
    return { outcome: 'fail', measurements, why: `expected one query of the device, got ${queries}` }
  },
}

/**
 * A black box does not tell how often it asked. A second sending shows all the same: every resource comes twice, on a network that made two of nothing
 * while nothing was done to it.
 */
function judgedFromEndpoint(result: CaseResult, { summary }: ObservedExchange, findings: Findings): CaseResult {
  if (result.outcome !== 'pass' || !summary) return result
  const { duplicates, received } = summary
  if (received > 0 && duplicates >= received && findings.duplicatesWhenClean === 0) {
    const why = `expected one sending, got ${duplicates} of ${received} resources a second time`
    return { ...result, outcome: 'fail', why }
  }
  return { ...result, why: 'how often the device was asked is not seen: the converter is a black box' }
}
