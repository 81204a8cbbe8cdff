import type { ExchangeFacts } from './exchange-facts.js'
import { numberField, textField, type Sighting } from './sighting.js'
import type { Breach, Rule } from './rule.js'

/** A RESPONSE, if only PENDING, is due within 300 ms (docs/protocol.md, section 3); three times as long is no busy machine any more. */
const ANSWER_MICROSECONDS = 1_000_000

/** An endpoint waits 60 s at most on PENDING (section 3); a little less, because its clock is not ours. */
const PENDING_MICROSECONDS = 59_000_000

/** Rules about whom the converter answers, and with what. */
export const answerRules: readonly Rule[] = [
  {
    id: 'packets-readable',
    sentence: 'every packet of the converter can be read: length, CRC, packet type, version, command, fields',
    clause: 'protocol 1',
    blame: 'fail',
    basis: 'presence',
    needs: [],
    record(sighting, { sides, corrupted, arrivedUnreadable, endpointSpoke }) {
      if (sighting.message !== null || sighting.at !== (sides.converter ? 'converter-out' : 'endpoint-in'))
        return undefined
      // What the impairment damaged on the way is no fault of the converter's.
      if (!sides.converter && (arrivedUnreadable < corrupted || !endpointSpoke)) return undefined
      return {
        expected: 'a packet of the protocol',
        got: `${sighting.octets} octets that are none`,
        records: [sighting],
      }
    },
  },
  {
    id: 'request-answered',
    sentence: 'every REQUEST that arrives is answered, also one that comes again, and PENDING is followed by an answer',
    unseenByEndpoint:
      'whether a REQUEST arrived, and whether its answer, or the one after PENDING, was lost on the way, is seen at the converter alone',
    clause: 'protocol 3',
    blame: 'fail',
    basis: 'absence',
    needs: ['converter'],
    messages: ['COUNT_REPORT'],
    packet(sighting, exchange) {
      const { end, unanswered, pending, response } = exchange
      const verdict = textField(sighting, 'verdict')
      if (!sighting.reported || end !== 'open' || verdict === 'MISMATCH') return undefined
      if (unanswered && sighting.t - unanswered.t >= ANSWER_MICROSECONDS) {
        return { expected: 'a RESPONSE to the REQUEST', got: `none until ${verdict}`, records: [unanswered, sighting] }
      }
      if (!pending || response || sighting.t - pending.t < PENDING_MICROSECONDS) return undefined
      const waited = Math.round((sighting.t - pending.t) / 1_000_000)
      return { expected: 'an answer after PENDING', got: `none in ${waited} s`, records: [pending, sighting] }
    },
  },
  {
    id: 'strangers-unanswered',
    sentence: 'nobody but the endpoint is answered',
    unseenByEndpoint: 'what strangers are told does not pass the endpoint',
    clause: 'protocol 1',
    blame: 'fail',
    basis: 'absence',
    needs: ['converter', 'endpoint'],
    messages: ['RESPONSE', 'RESOURCE', 'ROUND_END'],
    packet(sighting, { requestsAsked, requestsReported, responsesSaid, unanswered }) {
      // Told once, at the first answer.
      if (!sighting.said || requestsAsked === 0 || requestsReported > 0 || responsesSaid > 0) return undefined
      return {
        expected: 'no answer to a REQUEST that the endpoint did not send',
        got: sighting.message ?? '',
        records: unanswered ? [unanswered, sighting] : [sighting],
      }
    },
  },
  {
    id: 'one-snapshot',
    sentence:
      'every final RESPONSE is about the device that the REQUEST names, and from one snapshot: the device is asked once',
    clause: 'protocol 3',
    blame: 'fail',
    basis: 'presence',
    needs: [],
    messages: ['RESPONSE'],
    packet(sighting, exchange) {
      if (!sighting.said || textField(sighting, 'status') === 'PENDING') return undefined
      return ofOtherDevice(sighting, exchange) ?? ofOtherSnapshot(sighting, exchange)
    },
  },
  {
    id: 'limit-kept',
    sentence: 'no more resources are announced than the REQUEST wants at most',
    clause: 'protocol 2',
    blame: 'fail',
    basis: 'presence',
    needs: [],
    messages: ['RESPONSE'],
    packet(sighting, { request }) {
      const limit = Number(request?.['limit'] ?? 0)
      const count = numberField(sighting, 'count') ?? 0
      if (!sighting.said || limit === 0 || count <= limit) return undefined
      return { expected: `a count of ${limit} at most`, got: `count ${count}`, records: [sighting] }
    },
  },
]

function ofOtherDevice(sighting: Sighting, { request }: ExchangeFacts): Breach | undefined {
  const wanted = request?.['device']
  const device = textField(sighting, 'device')
  if (wanted === undefined || device === undefined || device === wanted) return undefined
  return { expected: `device ${wanted}`, got: `device ${device}`, records: [sighting] }
}

function ofOtherSnapshot(sighting: Sighting, { response }: ExchangeFacts): Breach | undefined {
  const before = response && textField(response.sighting, 'snapshotMs')
  const snapshot = textField(sighting, 'snapshotMs')
  if (!response || before === undefined || snapshot === undefined || snapshot === before) return undefined
  return {
    expected: `the snapshot of ${before} ms again`,
    got: `one of ${snapshot} ms`,
    records: [response.sighting, sighting],
  }
}
