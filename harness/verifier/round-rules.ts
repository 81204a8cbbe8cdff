import type { ExchangeFacts } from './exchange-facts.js'
import type { FlowFacts } from './flow-facts.js'
import { MISSING_WAIT_MICROSECONDS } from './missing-names.js'
import { numberField, type Sighting } from './sighting.js'
import { LISTED, listed, type Breach, type Rule } from './rule.js'

/**
 * A converter answers a MISMATCH within 200 ms (docs/protocol.md, section 3). One that did not in five times as long, and was told twice,
 * does not answer; less may be a busy machine.
 */
const ANSWER_MICROSECONDS = 1_000_000

/** Timers fire on whole milliseconds, and a clock that is read before a wait is a little early. */
const TIMER_MICROSECONDS = 5000

/** Rules about rounds: what starts them, what they hold, and how they end. */
export const roundRules: readonly Rule[] = [
  {
    id: 'rounds-consecutive',
    sentence: 'rounds count from 0, one by one, and never go back',
    unseenByEndpoint: 'a packet of an earlier round may be late, and a whole round lost on the way',
    clause: 'protocol 3',
    blame: 'fail',
    basis: 'absence',
    needs: ['converter'],
    messages: ['RESOURCE', 'ROUND_END'],
    packet(sighting, { round }) {
      const got = sighting.round ?? 0
      if (!sighting.said || got === round || got === round + 1) return undefined
      return {
        expected: round < 0 ? 'round 0' : `round ${round} or ${round + 1}`,
        got: `round ${got} in ${sighting.message}`,
        records: [sighting],
      }
    },
  },
  {
    id: 'nothing-unasked',
    sentence:
      'nothing is sent that was not asked for: no answer without a REQUEST, no later round without a MISMATCH, no sequence that was not named, none twice in a round, none after the end',
    unseenByEndpoint:
      'what the converter had heard when it sent something, and whether what came twice was sent twice, is seen there alone; judged are answers and rounds that nobody asked for, and what a round holds beside MISSING where that follows from its beginning or its ROUND_END',
    clause: 'protocol 3',
    blame: 'fail',
    basis: 'absence',
    needs: [],
    messages: ['RESPONSE', 'RESOURCE', 'ROUND_END'],
    packet(sighting, exchange) {
      if (!sighting.said) return undefined
      const wrong =
        unaskedExchange(sighting, exchange) ?? unaskedRound(sighting, exchange) ?? unaskedSequence(sighting, exchange)
      return wrong && { ...wrong, records: [sighting] }
    },
  },
  {
    id: 'round-end-truthful',
    sentence: 'ROUND_END tells how many RESOURCE packets its round held, and is the last of them',
    unseenByEndpoint:
      'packets may be lost on the way, or overtake each other; judged is whether more came than it tells, and whether it tells more than there are',
    clause: 'protocol 2',
    blame: 'fail',
    basis: 'absence',
    needs: [],
    messages: ['RESOURCE', 'ROUND_END'],
    packet(sighting, exchange) {
      if (!sighting.said) return undefined
      const round = sighting.round ?? 0
      const isCurrent = round === exchange.round
      if (sighting.message === 'RESOURCE') {
        // As they arrive, packets may overtake the ROUND_END.
        if (!exchange.sides.converter || !isCurrent || !exchange.roundEnded) return undefined
        return { expected: `nothing of round ${round} after its ROUND_END`, got: 'a RESOURCE', records: [sighting] }
      }
      const told = numberField(sighting, 'sent') ?? 0
      const seen = exchange.sides.converter ? (isCurrent ? exchange.roundSent : 0) : exchange.arrivedIn(round)
      // Where only arrivals are seen, some were lost on the way: there may be fewer of them, never more.
      const truthful = exchange.sides.converter ? told === seen : told >= seen
      if (round < exchange.round) return undefined
      if (!truthful) {
        return { expected: `${seen} sent in round ${round}`, got: `${told} in its ROUND_END`, records: [sighting] }
      }
      const { announced = told } = exchange
      if (exchange.sides.converter || told <= announced) return undefined
      const expected = `${announced} sent in round ${round} at most, as announced`
      return { expected, got: `${told} in its ROUND_END`, records: [sighting] }
    },
  },
  {
    id: 'mismatch-answered',
    sentence: 'every MISMATCH is followed by a round that holds everything missing, unless the exchange ends',
    unseenByEndpoint:
      'whether a report arrived, and whether an answer was lost on the way, is seen at the converter alone; judged is whether ROUND_END tells of as many as are missing',
    clause: 'protocol 3',
    blame: 'fail',
    basis: 'absence',
    needs: [],
    messages: ['ROUND_END'],
    packet(sighting, exchange) {
      if (!sighting.said) return undefined
      return exchange.sides.converter ? roundHoldsMissing(sighting, exchange) : roundTellsMissing(sighting, exchange)
    },
    ending: roundFollows,
  },
]

type Wrong = Omit<Breach, 'records'>

function unaskedExchange(sighting: Sighting, exchange: ExchangeFacts): Wrong | undefined {
  if (exchange.requestsAsked === 0 && exchange.responsesSaid === 0 && exchange.round < 0) {
    return { expected: 'a REQUEST first', got: sighting.message ?? '' }
  }
  if (exchange.endHeard && sighting.message === 'RESOURCE' && exchange.sides.converter) {
    return { expected: 'nothing after COMPLETE or ABANDON', got: `RESOURCE ${sighting.sequence}` }
  }
  return undefined
}

function unaskedRound(sighting: Sighting, exchange: ExchangeFacts): Wrong | undefined {
  const round = sighting.round ?? 0
  // Told once, when the round begins; its other packets are no further news.
  if (round <= Math.max(exchange.round, 0)) return undefined
  if (!exchange.roundsReported.has(round - 1)) {
    return { expected: `a MISMATCH for round ${round - 1} before round ${round}`, got: 'none' }
  }
  const { report, sides } = exchange
  const awaited = exchange.awaitedMissing(round)
  if (!sides.converter || !report || awaited <= 0) return undefined
  const waited = sighting.t - report.t
  if (waited >= MISSING_WAIT_MICROSECONDS - TIMER_MICROSECONDS) return undefined
  return {
    expected: `round ${round} when ${awaited} more MISSING packets are here, or after 200 ms`,
    got: `it after ${Math.round(waited / 1000)} ms`,
  }
}

function unaskedSequence(sighting: Sighting, exchange: ExchangeFacts): Wrong | undefined {
  if (!exchange.sides.converter) return unnamedSequence(sighting, exchange)
  if (sighting.message !== 'RESOURCE') return undefined
  const sequence = sighting.sequence ?? 0
  const round = sighting.round ?? 0
  if (exchange.sequences.lastSaidIn(sequence) === round) {
    return { expected: `sequence ${sequence} once in round ${round}`, got: 'it again' }
  }
  if (round < exchange.round || isNamed(sequence, round, exchange)) return undefined
  return { expected: `only sequences that MISSING named for round ${round}`, got: `sequence ${sequence}` }
}

/**
 * The same, as the endpoint sees it. Which MISSING packets the converter got is not known: with none, it sends everything. But then it has waited for
 * them; and its ROUND_END tells of everything, or else it went by names.
 */
function unnamedSequence(sighting: Sighting, exchange: ExchangeFacts): Wrong | undefined {
  const round = sighting.round ?? 0
  if (round < exchange.round) return undefined
  const expected = `only sequences that MISSING named for round ${round}`
  if (sighting.message === 'RESOURCE') {
    const sequence = sighting.sequence ?? 0
    const waited = exchange.waitedBefore(round, sighting.t)
    if (waited >= MISSING_WAIT_MICROSECONDS - TIMER_MICROSECONDS || isNamed(sequence, round, exchange)) return undefined
    return {
      expected,
      got: `sequence ${sequence}, in a round that began ${Math.round(waited / 1000)} ms after the report`,
    }
  }
  const { unnamed, announced } = exchange
  const told = numberField(sighting, 'sent')
  if (round !== exchange.round || exchange.roundEnded) return undefined
  if (unnamed === undefined || announced === undefined || told === announced) return undefined
  return { expected: `${expected}, or all ${announced}`, got: `sequence ${unnamed} in a round of ${told}` }
}

function isNamed(sequence: number, round: number, exchange: ExchangeFacts): boolean {
  const isCurrent = round === exchange.round
  const { allowed } = isCurrent ? exchange.plan : exchange.planFor(round)
  if (allowed === 'all') return true
  if (isCurrent) return exchange.sequences.isAllowed(sequence)
  return allowed.some((ranges) => ranges.some(([first, last]) => first <= sequence && sequence <= last))
}

function roundHoldsMissing(sighting: Sighting, exchange: ExchangeFacts): Breach | undefined {
  const round = sighting.round ?? 0
  const { announced = 0, sequences, roundEnded } = exchange
  // The first round is judged for its sequences.
  if (round === 0 || round < exchange.round || (round === exchange.round && roundEnded)) return undefined
  const { required } = round > exchange.round ? exchange.planFor(round) : exchange.plan
  const inRound = (sequence: number): boolean => sequences.lastSaidIn(sequence) === round
  const lacking: number[] = []
  for (const [first, last] of required === 'all' ? [[1, announced] as const] : required) {
    for (let sequence = first; sequence <= Math.min(last, announced) && lacking.length < LISTED; sequence++) {
      if (!inRound(sequence)) lacking.push(sequence)
    }
  }
  if (lacking.length === 0) return undefined
  const asked = required === 'all' ? `all of 1–${announced}` : 'everything that MISSING named'
  const report = exchange.report?.round === round - 1 ? [exchange.report.sighting] : []
  return {
    expected: `round ${round} to hold ${asked}`,
    got: `its end without ${listed(lacking)}`,
    records: [...report, sighting],
  }
}

/** By the converter's own word: a round holds at least the names of one MISSING packet, or everything. */
function roundTellsMissing(sighting: Sighting, exchange: ExchangeFacts): Breach | undefined {
  const round = sighting.round ?? 0
  const { announced, roundEnded } = exchange
  if (round === 0 || round < exchange.round || (round === exchange.round && roundEnded)) return undefined
  const { leastSent } = round > exchange.round ? exchange.planFor(round) : exchange.plan
  const least = leastSent === 'all' ? announced : leastSent
  const told = numberField(sighting, 'sent')
  if (least === undefined || told === undefined || told >= least) return undefined
  const report = exchange.report?.round === round - 1 ? [exchange.report.sighting] : []
  return {
    expected: `round ${round} to hold the ${least} that are missing, or more`,
    got: `its end after ${told}`,
    records: [...report, sighting],
  }
}

function roundFollows(exchange: ExchangeFacts, flow: FlowFacts): Breach | undefined {
  if (!exchange.sides.converter) return undefined
  const { report, round, end, ending } = exchange
  // At COMPLETE nothing is missing any more: late packets brought it.
  if (!report || report.round < round || end === 'complete') return undefined
  const waited = (ending?.t ?? flow.latestT) - report.t
  if (report.times < 2 || waited < ANSWER_MICROSECONDS) return undefined
  return {
    expected: `round ${report.round + 1} after the MISMATCH`,
    got: `none in ${Math.round(waited / 1000)} ms, and ${report.times} such reports`,
    records: [report.sighting],
  }
}
