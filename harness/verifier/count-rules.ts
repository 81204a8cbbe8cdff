import { numberField, textField } from './sighting.js'
import type { Rule } from './rule.js'

/** Rules about what the converter announces. */
export const countRules: readonly Rule[] = [
  {
    id: 'response-count-agrees',
    sentence: 'every final RESPONSE of an exchange tells the same status and the same count',
    clause: 'protocol 3',
    blame: 'fail',
    basis: 'presence',
    needs: [],
    messages: ['RESPONSE'],
    packet(sighting, { response }) {
      const status = textField(sighting, 'status') ?? ''
      const count = numberField(sighting, 'count')
      if (!sighting.said || status === 'PENDING' || !response) return undefined
      if (status === response.status && count === response.count) return undefined
      return {
        expected: `${response.status} with count ${response.count}, as told before`,
        got: `${status} with count ${count}`,
        records: [response.sighting, sighting],
      }
    },
  },
  {
    id: 'count-in-every-packet',
    sentence: 'ROUND_END tells the count of the RESPONSE',
    clause: 'protocol 2',
    blame: 'fail',
    basis: 'presence',
    needs: [],
    messages: ['RESPONSE', 'ROUND_END'],
    packet(sighting, { announced, countSeen, response }) {
      const count = numberField(sighting, 'count')
      // A second RESPONSE is judged by its own rule; here only whether the first agrees with packets that were seen earlier.
      const known = sighting.message === 'RESPONSE' ? (response ? undefined : countSeen) : announced
      if (!sighting.said || known === undefined || count === known || textField(sighting, 'status') === 'PENDING') {
        return undefined
      }
      return {
        expected: `count ${known}`,
        got: `count ${count} in ${sighting.message}`,
        records: response ? [response.sighting, sighting] : [sighting],
      }
    },
  },
  {
    id: 'count-in-every-resource',
    sentence: 'every RESOURCE tells the count of the RESPONSE',
    clause: 'protocol 2',
    blame: 'fail',
    basis: 'presence',
    needs: ['octets'],
    messages: ['RESOURCE'],
    packet(sighting, { announced, response }) {
      const count = sighting.body?.count
      if (!sighting.said || count === undefined || announced === undefined || count === announced) return undefined
      return {
        expected: `count ${announced}`,
        got: `count ${count} in RESOURCE ${sighting.sequence}`,
        records: response ? [response.sighting, sighting] : [sighting],
      }
    },
  },
  {
    id: 'response-before-resources',
    sentence: 'the count is told before the first RESOURCE or ROUND_END',
    unseenByEndpoint: 'a RESPONSE may be lost or overtaken on the way',
    clause: 'protocol 3',
    blame: 'fail',
    basis: 'absence',
    needs: ['converter'],
    messages: ['RESOURCE', 'ROUND_END'],
    packet(sighting, { response, round }) {
      if (!sighting.said || response || round >= 0) return undefined
      return { expected: 'a RESPONSE with the count first', got: `${sighting.message} first`, records: [sighting] }
    },
  },
  {
    id: 'refusal-final',
    sentence: 'a RESPONSE with a status above 1 has count 0, and no RESOURCE or ROUND_END follows',
    clause: 'protocol 2',
    blame: 'fail',
    basis: 'presence',
    needs: [],
    messages: ['RESPONSE', 'RESOURCE', 'ROUND_END'],
    packet(sighting, { refused, response }) {
      if (!sighting.said) return undefined
      if (sighting.message === 'RESPONSE') {
        const status = textField(sighting, 'status')
        const count = numberField(sighting, 'count')
        if (status === 'OK' || status === 'PENDING' || count === 0) return undefined
        return { expected: `${status} with count 0`, got: `count ${count}`, records: [sighting] }
      }
      if (!refused || !response) return undefined
      return {
        expected: `nothing after ${response.status}`,
        got: sighting.message ?? '',
        records: [response.sighting, sighting],
      }
    },
  },
]
