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
      if (exchange.end !== 'open') return undefined
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
