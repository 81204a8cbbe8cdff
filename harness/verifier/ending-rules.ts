import type { ExchangeFacts } from './exchange-facts.js'
import { numberField, textField, type Sighting } from './sighting.js'
import { LISTED, listed, type Breach, type Rule } from './rule.js'

/** An endpoint sends REQUEST so often until a RESPONSE, then goes by the count in other packets (docs/protocol.md, section 3). */
const REQUEST_TRIES = 5

/** Rules about how an exchange ends. */
export const endingRules: readonly Rule[] = [
  {
    id: 'losses-recovered-or-reported',
    sentence:
      'every packet that the impairment dropped was made good before COMPLETE, or the exchange ended explicitly without it',
    clause: 'protocol 3',
    blame: 'fail',
    basis: 'absence',
    needs: ['endpoint'],
    messages: ['COUNT_REPORT'],
    packet(sighting, exchange) {
      if (!isFirstComplete(sighting, exchange)) return undefined
      return lostResource(sighting, exchange) ?? lostResponse(sighting, exchange)
    },
  },
  {
    id: 'complete-means-all',
    sentence: 'at COMPLETE the distinct resources received are as many as announced, and as many as the report says',
    clause: 'protocol 3',
    blame: 'fail',
    basis: 'absence',
    needs: [],
    messages: ['COUNT_REPORT'],
    packet(sighting, exchange) {
      if (!sighting.reported || textField(sighting, 'verdict') !== 'COMPLETE' || exchange.released) return undefined
      const { announced, sequences, sides } = exchange
      const told = numberField(sighting, 'received')
      const seen = sides.endpoint ? sequences.receivedCount : told
      if (announced !== undefined && seen === announced && told === announced) return undefined
      return {
        expected:
          announced === undefined ? 'an announced count before COMPLETE' : `${announced} received, as announced`,
        got: `${seen} seen to arrive, ${told} in the report`,
        records: [sighting],
      }
    },
  },
  {
    id: 'endpoint-truthful',
    sentence:
      'COUNT_REPORT tells the count that the converter told, no more received than arrived, and COMPLETE only of all, and of a RESPONSE',
    clause: 'protocol 3',
    blame: 'could-not-test',
    basis: 'presence',
    // A bench whose own endpoint is wrong proves nothing about a converter.
    taints: true,
    needs: [],
    messages: ['COUNT_REPORT'],
    packet(sighting, exchange) {
      if (!sighting.reported || exchange.released) return undefined
      const wrong =
        otherCount(sighting, exchange) ?? moreThanArrived(sighting, exchange) ?? earlyComplete(sighting, exchange)
      return wrong && { ...wrong, records: [sighting] }
    },
  },
  {
    id: 'abandon-explained',
    sentence: 'an exchange that was abandoned had its count told, and everything missing sent and lost at least once',
    clause: 'protocol 3',
    blame: 'could-not-test',
    basis: 'absence',
    needs: ['endpoint'],
    messages: ['COUNT_REPORT'],
    packet(sighting, exchange) {
      if (!sighting.reported || textField(sighting, 'verdict') !== 'ABANDON' || exchange.end !== 'open')
        return undefined
      const { announced, sequences, sides } = exchange
      if (announced === undefined) return { expected: 'a count to have been told', got: 'none', records: [sighting] }
      const unexplained = sequences.find(announced, LISTED, (sequence) => {
        if (sequences.isReceived(sequence)) return false
        return sides.converter ? sequences.lastSaidIn(sequence) < 0 : !sequences.isDropped(sequence)
      })
      if (unexplained.length === 0) return undefined
      return {
        expected: sides.converter
          ? 'everything missing to have been sent'
          : 'everything missing to have been dropped by the impairment',
        got: `no sight of ${listed(unexplained)}`,
        records: [sighting],
      }
    },
  },
  {
    id: 'exchange-ended',
    sentence: 'an exchange has a visible end: COMPLETE, ABANDON, or a RESPONSE with a status above 1',
    clause: 'evidence',
    blame: 'could-not-test',
    basis: 'absence',
    needs: [],
    ending(exchange) {
      if (exchange.end !== 'open' || isStrangers(exchange)) return undefined
      return { expected: 'an end', got: 'none', records: [exchange.opening, exchange.latest] }
    },
  },
  {
    id: 'exchange-once',
    sentence: 'an exchange number names one request in a flow',
    clause: 'evidence',
    blame: 'could-not-test',
    basis: 'presence',
    needs: ['endpoint'],
    messages: ['REQUEST'],
    packet(sighting, { end, ending }) {
      if (!sighting.reported || end === 'open' || !ending) return undefined
      return {
        expected: 'no REQUEST of this exchange after its end',
        got: 'one: what follows it cannot be told apart',
        records: [ending, sighting],
      }
    },
  },
]

function isFirstComplete(sighting: Sighting, { end }: ExchangeFacts): boolean {
  return sighting.reported && end === 'open' && textField(sighting, 'verdict') === 'COMPLETE'
}

type Wrong = Omit<Breach, 'records'>

function otherCount(sighting: Sighting, { announced }: ExchangeFacts): Wrong | undefined {
  const count = numberField(sighting, 'count')
  // 0: the endpoint was never told (protocol 2).
  if (announced === undefined || count === 0 || count === announced) return undefined
  return { expected: `count ${announced}, as told`, got: `count ${count} in the report` }
}

/** A report that is repeated may be older than the latest arrivals: it never tells more. */
function moreThanArrived(sighting: Sighting, { sides, sequences }: ExchangeFacts): Wrong | undefined {
  const told = numberField(sighting, 'received') ?? 0
  if (!sides.endpoint || told <= sequences.receivedCount) return undefined
  return { expected: `${sequences.receivedCount} received, as seen to arrive`, got: `${told} in the report` }
}

function earlyComplete(sighting: Sighting, exchange: ExchangeFacts): Wrong | undefined {
  if (textField(sighting, 'verdict') !== 'COMPLETE' || !exchange.sides.endpoint) return undefined
  const { announced, sequences, responseArrived, requestsReported } = exchange
  const told = numberField(sighting, 'received')
  if (told !== sequences.receivedCount || told !== announced) {
    return { expected: `COMPLETE of ${announced ?? 'an announced count'}`, got: `COMPLETE of ${told}` }
  }
  if (responseArrived || requestsReported >= REQUEST_TRIES) return undefined
  return { expected: `COMPLETE after a RESPONSE, or ${REQUEST_TRIES} requests`, got: `it after ${requestsReported}` }
}

/** Asked by somebody else, and not answered: no exchange of ours, and no other came of it. */
function isStrangers({ sides, requestsReported, responsesSaid, round }: ExchangeFacts): boolean {
  return sides.endpoint && sides.converter && requestsReported === 0 && responsesSaid === 0 && round < 0
}

function lostResource(sighting: Sighting, { sequences }: ExchangeFacts): Breach | undefined {
  const lost = sequences.find(
    sequences.highest,
    LISTED,
    (sequence) => sequences.isDropped(sequence) && !sequences.isReceived(sequence),
  )
  if (lost.length === 0) return undefined
  return {
    expected: 'every dropped RESOURCE to arrive later',
    got: `COMPLETE without ${listed(lost)}`,
    records: [sighting],
  }
}

function lostResponse(sighting: Sighting, exchange: ExchangeFacts): Breach | undefined {
  const { lostResponse: lost, responseArrived, requestsReported } = exchange
  if (!lost || responseArrived || requestsReported >= REQUEST_TRIES) return undefined
  return {
    expected: `a RESPONSE to arrive after the dropped one, or ${REQUEST_TRIES} requests for it`,
    got: `COMPLETE without any, after ${requestsReported} requests`,
    records: [lost, sighting],
  }
}
