import type { Message, Resource } from 'viewnet/wire'
import { on, type Mutant, type Mutation } from './mutation.js'

const isMismatch = (message: Message): boolean => message.type === 'COUNT_REPORT' && message.verdict === 1

/** Converters whose rounds are wrong. */
export const roundMutants: readonly Mutant[] = [
  {
    name: 'sends a sequence twice',
    rule: 'nothing-unasked',
    scenario: 'clean',
    mutation: () => ({ says: on('RESOURCE', (message) => (message.sequence === 7 ? [message, message] : message)) }),
  },
  {
    name: 'sends everything again when REQUEST comes again',
    rule: 'nothing-unasked',
    scenario: 'a lost RESPONSE',
    mutation: () => ({ isForgetful: true, says: sameSnapshot() }),
  },
  {
    name: 'sends everything again although only some is missing, by name',
    rule: 'nothing-unasked',
    scenario: 'losses, by name',
    mutation: () => ({ hears: on('REQUEST', (message) => ({ ...message, selective: false })) }),
  },
  {
    name: 'sends one more than is missing, by name',
    rule: 'nothing-unasked',
    scenario: 'losses, by name',
    mutation: () => ({
      hears: on('MISSING', (message) => ({ ...message, bitmap: withBit(message.bitmap, firstClear(message.bitmap)) })),
    }),
  },
  {
    name: 'begins a second round unasked',
    rule: 'nothing-unasked',
    scenario: 'clean',
    mutation: () => {
      const sent: Resource[] = []
      return {
        says: (message) => {
          if (message.type === 'RESOURCE') sent.push(message)
          if (message.type !== 'ROUND_END' || message.round > 0) return [message]
          const again = sent.splice(0).map((resource) => ({ ...resource, round: 1 }))
          return [message, ...again, { ...message, round: 1 }]
        },
      }
    },
  },
  {
    name: 'sends a RESOURCE after COMPLETE',
    rule: 'nothing-unasked',
    scenario: 'clean',
    mutation: () => {
      let last: Resource | undefined
      return {
        says: on('RESOURCE', (message) => (last = message)),
        hears: (message, { say }) => {
          // It has forgotten by the second of the three that the first ended it.
          if (message.type === 'COUNT_REPORT' && message.verdict === 0 && last) say({ ...last, round: 1 })
          return [message]
        },
      }
    },
  },
  {
    name: 'mixes up the numbers of exchanges',
    rule: 'nothing-unasked',
    scenario: 'clean',
    mutation: () => ({
      says: on('RESOURCE', (message) => ({ ...message, exchange: message.exchange + (message.sequence % 2) })),
    }),
  },
  {
    name: 'calls every round 0',
    rule: 'nothing-unasked',
    scenario: 'losses, all again',
    mutation: () => ({ says: (message) => ['round' in message ? { ...message, round: 0 } : message] }),
  },
  {
    name: 'counts rounds from 1',
    rule: 'rounds-consecutive',
    scenario: 'clean',
    mutation: () => ({ says: (message) => ['round' in message ? { ...message, round: message.round + 1 } : message] }),
  },
  {
    name: 'counts rounds by twos',
    rule: 'rounds-consecutive',
    scenario: 'losses, all again',
    mutation: () => ({ says: (message) => ['round' in message ? { ...message, round: message.round * 2 } : message] }),
  },
  {
    name: 'ends a later round in the name of the first',
    rule: 'rounds-consecutive',
    scenario: 'losses, all again',
    mutation: () => ({ says: on('ROUND_END', (message) => ({ ...message, round: 0 })) }),
  },
  {
    name: 'says ROUND_END before the last RESOURCE',
    rule: 'round-end-truthful',
    scenario: 'clean',
    mutation: () => {
      const held: Message[] = []
      return {
        says: (message) => {
          if (message.type === 'ROUND_END') return [message, ...held.splice(0)]
          if (message.type !== 'RESOURCE' || message.sequence < message.count) return [message]
          held.push(message)
          return []
        },
      }
    },
  },
  {
    name: 'tells one too many in ROUND_END',
    rule: 'round-end-truthful',
    scenario: 'clean',
    mutation: () => ({ says: on('ROUND_END', (message) => ({ ...message, sentCount: message.sentCount + 1 })) }),
  },
  {
    name: 'tells the count of all in the ROUND_END of some',
    rule: 'round-end-truthful',
    scenario: 'losses, by name',
    mutation: () => ({ says: on('ROUND_END', (message) => ({ ...message, sentCount: message.count })) }),
  },
  {
    name: 'ignores every MISMATCH',
    rule: 'mismatch-answered',
    scenario: 'losses, all again',
    mutation: () => ({ hears: (message) => (isMismatch(message) ? [] : [message]) }),
  },
  {
    name: 'answers a MISMATCH with an empty round',
    rule: 'mismatch-answered',
    scenario: 'losses, all again',
    mutation: () => ({
      says: (message) => {
        if (message.type === 'RESOURCE' && message.round > 0) return []
        return [message.type === 'ROUND_END' && message.round > 0 ? { ...message, sentCount: 0 } : message]
      },
    }),
  },
  {
    name: 'leaves out one of what is missing',
    rule: 'mismatch-answered',
    scenario: 'losses, by name',
    mutation: () => {
      const left = new Map<number, number>()
      return {
        says: (message) => {
          if (message.type === 'RESOURCE' && message.round > 0 && !left.has(message.round)) {
            left.set(message.round, message.sequence)
            return []
          }
          if (message.type !== 'ROUND_END' || message.round === 0) return [message]
          return [{ ...message, sentCount: message.sentCount - 1 }]
        },
      }
    },
  },
  {
    name: 'reads the bitmap least significant bit first',
    rule: 'mismatch-answered',
    scenario: 'losses, by name',
    mutation: () => ({ hears: on('MISSING', (message) => ({ ...message, bitmap: message.bitmap.map(mirrored) })) }),
  },
  {
    name: 'sends what is missing by name as if the bitmap began one later',
    rule: 'mismatch-answered',
    scenario: 'losses, by name',
    mutation: () => ({
      hears: on('MISSING', (message) => ({ ...message, firstSequence: message.firstSequence + 1 })),
    }),
  },
]

/** The first RESPONSE again, whichever snapshot a later one comes from. */
function sameSnapshot(): NonNullable<Mutation['says']> {
  let first: Message | undefined
  return on('RESPONSE', (message) => (first ??= message))
}

function mirrored(octet: number): number {
  let bits = 0
  for (let bit = 0; bit < 8; bit++) bits |= ((octet >> bit) & 1) << (7 - bit)
  return bits
}

function firstClear(bitmap: Uint8Array): number {
  let bit = 0
  while ((bitmap[bit >> 3]! & (0x80 >> (bit & 7))) !== 0) bit++
  return bit
}

function withBit(bitmap: Uint8Array, bit: number): Uint8Array {
  const copy = new Uint8Array(bitmap)
  copy[bit >> 3]! |= 0x80 >> (bit & 7)
  return copy
}
