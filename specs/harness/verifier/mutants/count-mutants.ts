import { on, type Mutant } from './mutation.js'
import type { Message } from 'viewnet/wire'

/** What tells a count. */
function counting(message: Message, change: number): Message {
  if (message.type === 'RESPONSE' && message.status !== 0) return message
  return 'count' in message ? { ...message, count: message.count + change } : message
}

/** Converters that answer wrongly, or announce a wrong count. */
export const countMutants: readonly Mutant[] = [
  {
    name: 'announces one too many, everywhere',
    rule: 'sequences-exact',
    scenario: 'clean',
    mutation: () => ({ says: (message) => [counting(message, 1)] }),
  },
  {
    name: 'announces one too few, everywhere',
    rule: 'sequences-exact',
    scenario: 'clean',
    mutation: () => ({ says: (message) => [counting(message, -1)] }),
  },
  {
    name: 'announces one too many in the RESPONSE alone',
    rule: 'count-in-every-resource',
    scenario: 'clean',
    mutation: () => ({ says: on('RESPONSE', (message) => counting(message, 1)) }),
  },
  {
    name: 'tells another count in the last RESOURCE',
    rule: 'count-in-every-resource',
    scenario: 'clean',
    mutation: () => ({
      says: on('RESOURCE', (message) => (message.sequence === message.count ? counting(message, 1) : message)),
    }),
  },
  {
    name: 'tells another count in ROUND_END',
    rule: 'count-in-every-packet',
    scenario: 'clean',
    mutation: () => ({ says: on('ROUND_END', (message) => counting(message, 1)) }),
  },
  {
    name: 'tells another count when REQUEST comes again',
    rule: 'response-count-agrees',
    scenario: 'a lost RESPONSE',
    mutation: () => {
      let responses = 0
      return { says: on('RESPONSE', (message) => counting(message, responses++)) }
    },
  },
  {
    name: 'says BUSY when REQUEST comes again',
    rule: 'response-count-agrees',
    scenario: 'a lost RESPONSE',
    mutation: () => {
      let responses = 0
      return { says: on('RESPONSE', (message) => (responses++ > 0 ? { ...message, status: 7, count: 0 } : message)) }
    },
  },
  {
    name: 'sends the first RESOURCE before the RESPONSE',
    rule: 'response-before-resources',
    scenario: 'clean',
    mutation: () => {
      const held: Message[] = []
      return {
        says: (message) => {
          if (message.type !== 'RESPONSE') return [message, ...held.splice(0)]
          held.push(message)
          return []
        },
      }
    },
  },
  {
    name: 'refuses, with a count',
    rule: 'refusal-final',
    scenario: 'a refusal',
    mutation: () => ({ says: on('RESPONSE', (message) => ({ ...message, count: 40 })) }),
  },
  {
    name: 'refuses, and ends a round all the same',
    rule: 'refusal-final',
    scenario: 'a refusal',
    mutation: () => ({
      says: on('RESPONSE', (message) => [
        message,
        {
          type: 'ROUND_END',
          exchange: message.exchange,
          converterNumber: message.converterNumber,
          count: 0,
          sentCount: 0,
          round: 0,
        },
      ]),
    }),
  },
  {
    name: 'asks the device again when REQUEST comes again',
    rule: 'one-snapshot',
    scenario: 'a lost RESPONSE',
    mutation: () => ({ isForgetful: true }),
  },
  {
    name: 'answers for another device',
    rule: 'one-snapshot',
    scenario: 'clean',
    mutation: () => ({ says: on('RESPONSE', (message) => ({ ...message, deviceNumber: message.deviceNumber + 1n })) }),
  },
  {
    name: 'never says a word',
    rule: 'request-answered',
    scenario: 'clean',
    mutation: () => ({ says: () => [] }),
  },
  {
    name: 'says its RESPONSE once, and never again',
    rule: 'request-answered',
    scenario: 'a lost RESPONSE',
    mutation: () => {
      let responses = 0
      return { says: on('RESPONSE', (message) => (responses++ > 0 ? [] : message)) }
    },
  },
  {
    name: 'says PENDING for ever',
    rule: 'request-answered',
    scenario: 'a slow device',
    mutation: () => ({
      says: (message) => (message.type === 'RESPONSE' ? [{ ...message, status: 1, count: 0 }] : []),
    }),
  },
  {
    name: 'ignores how many are wanted at most',
    rule: 'limit-kept',
    scenario: 'at most ten',
    mutation: () => ({ hears: on('REQUEST', (message) => ({ ...message, resourceLimit: 0 })) }),
  },
  {
    name: 'answers a stranger',
    rule: 'strangers-unanswered',
    scenario: 'a stranger',
    mutation: () => ({ admitsAll: true }),
  },
  {
    name: 'answers an exchange that nobody asked for',
    rule: 'nothing-unasked',
    scenario: 'clean',
    mutation: () => ({ says: on('RESPONSE', (message) => [message, { ...message, exchange: message.exchange + 1 }]) }),
  },
]
