import type { Message, Resource } from 'viewnet/wire'
import { on, type Mutant } from './mutation.js'

const HOUR_MS = 3_600_000

/** Converters whose resources are wrong, each under its right sequence. */
export const resourceMutants: readonly Mutant[] = [
  {
    name: 'skips a sequence, in every round',
    rule: 'sequences-exact',
    scenario: 'clean',
    mutation: () => ({ says: on('RESOURCE', (message) => (message.sequence === 7 ? [] : message)) }),
  },
  {
    name: 'skips a sequence in the first round, and sends it when it is missed',
    rule: 'sequences-exact',
    scenario: 'clean',
    mutation: () => ({
      says: on('RESOURCE', (message) => (message.sequence === 7 && message.round === 0 ? [] : message)),
    }),
  },
  {
    name: 'counts sequences from 0',
    rule: 'sequences-exact',
    scenario: 'clean',
    mutation: () => ({ says: on('RESOURCE', (message) => ({ ...message, sequence: message.sequence - 1 })) }),
  },
  {
    name: 'ends the first round in the middle',
    rule: 'sequences-exact',
    scenario: 'clean',
    mutation: () => ({
      says: (message) => {
        if (message.type === 'RESOURCE' && message.round === 0 && message.sequence > 20) return []
        return message.type === 'ROUND_END' && message.round === 0 ? [{ ...message, sentCount: 20 }] : [message]
      },
    }),
  },
  {
    name: 'sends a later round in descending order',
    rule: 'sequences-exact',
    scenario: 'losses, by name',
    mutation: () => {
      const held: Message[] = []
      return {
        says: (message) => {
          if (message.type === 'ROUND_END') return [...held.splice(0).toReversed(), message]
          if (message.type !== 'RESOURCE' || message.round === 0) return [message]
          held.push(message)
          return []
        },
      }
    },
  },
  {
    name: 'announces four thousand million, and sends the last',
    rule: 'within-bounds',
    scenario: 'clean',
    mutation: () => ({
      says: (message) => {
        const many = 'count' in message ? { ...message, count: 0xffff_ffff } : message
        return [many.type === 'RESOURCE' ? { ...many, sequence: 0xffff_ffff } : many]
      },
    }),
  },
  {
    name: 'renumbers in round 1',
    rule: 'content-stable',
    scenario: 'losses, all again',
    mutation: () => ({
      says: on('RESOURCE', (message) => (message.round === 0 ? message : renumbered(message, message.count))),
    }),
  },
  {
    name: 'numbers what is sent again by name from 1',
    rule: 'content-stable',
    scenario: 'losses, by name',
    mutation: () => {
      let next = 1
      return {
        says: on('RESOURCE', (message) => (message.round === 0 ? message : { ...message, sequence: next++ })),
      }
    },
  },
  {
    name: 'changes a size between rounds',
    rule: 'content-stable',
    scenario: 'losses, all again',
    mutation: () => ({
      says: on('RESOURCE', (message) => ({ ...message, sizeBytes: message.sizeBytes + message.round })),
    }),
  },
  {
    name: 'gives a resource that is still recording the present as its end',
    rule: 'content-stable',
    scenario: 'losses, all again',
    mutation: () => ({
      says: on('RESOURCE', (message, { nowMs }) =>
        message.endMs === 0 ? { ...message, endMs: message.startMs + 1000 + Math.round(nowMs) } : message,
      ),
    }),
  },
  {
    name: 'gives a resource that is still recording an end of long ago',
    rule: 'resource-plausible',
    scenario: 'clean',
    mutation: () => ({ says: on('RESOURCE', (message) => (message.endMs === 0 ? { ...message, endMs: 1 } : message)) }),
  },
  {
    name: 'takes start for end, and end for start',
    rule: 'resource-plausible',
    scenario: 'clean',
    mutation: () => ({
      says: on('RESOURCE', (message) =>
        message.endMs === 0 ? message : { ...message, startMs: message.endMs, endMs: message.startMs },
      ),
    }),
  },
  {
    name: 'counts channels from 0',
    rule: 'resource-plausible',
    scenario: 'clean',
    mutation: () => ({ says: on('RESOURCE', (message) => ({ ...message, channel: message.channel - 1 })) }),
  },
  {
    name: 'shifts every time by a zone of eight hours',
    rule: 'resource-wanted',
    scenario: 'a narrow range',
    mutation: () => ({
      says: on('RESOURCE', (message) => ({
        ...message,
        startMs: message.startMs + 8 * HOUR_MS,
        endMs: message.endMs + 8 * HOUR_MS,
      })),
    }),
  },
  {
    name: 'takes the end of the range for included',
    rule: 'resource-wanted',
    scenario: 'a narrow range',
    mutation: () => ({ hears: on('REQUEST', (message) => ({ ...message, toMs: message.toMs + 1 })) }),
  },
  {
    name: 'lists every channel, whichever is wanted',
    rule: 'resource-wanted',
    scenario: 'one channel',
    mutation: () => ({ hears: on('REQUEST', (message) => ({ ...message, channel: 0 })) }),
  },
  {
    name: 'lists every kind, whichever is wanted',
    rule: 'resource-wanted',
    scenario: 'one kind',
    mutation: () => ({ hears: on('REQUEST', (message) => ({ ...message, kinds: 0 })) }),
  },
  {
    name: 'lists the latest first',
    rule: 'resources-ordered',
    scenario: 'clean',
    mutation: () => ({
      says: on('RESOURCE', (message, { snapshot }) => {
        const other = snapshot?.resource(message.count + 1 - message.sequence)
        return other ? { ...message, ...other, sequence: message.sequence } : message
      }),
    }),
  },
  {
    name: 'leaves channels of one start in the order in which the device told them',
    rule: 'resources-ordered',
    scenario: 'clean',
    mutation: () => ({
      // Two begin at a time; their contents change places.
      says: on('RESOURCE', (message, { snapshot }) => {
        const other = snapshot?.resource(((message.sequence - 1) ^ 1) + 1)
        return other ? { ...message, ...other, sequence: message.sequence } : message
      }),
    }),
  },
]

/** The content of every sequence under the number of the next. */
function renumbered(message: Resource, count: number): Resource {
  return { ...message, sequence: (message.sequence % count) + 1 }
}
