import { createHash } from 'node:crypto'
import type { MessageName, PacketDescription } from '../evidence/record.js'
import type { Impairment } from './impairment-options.js'
import { packetIdentity } from './packet-identity.js'
import { Sightings } from './sightings.js'

/** Which way a packet goes: `outgoing` was sent through the impaired link, `incoming` arrives through it. */
export type Direction = 'outgoing' | 'incoming'

/** What happens to one packet. */
export type PacketFate =
  | { readonly type: 'passed' }
  | { readonly type: 'dropped' }
  | { readonly type: 'duplicated' }
  /** `bit`: which one flips, counted from the most significant of octet 0. */
  | { readonly type: 'corrupted'; readonly bit: number }
  | { readonly type: 'delayed'; readonly delayMs: number }
  | { readonly type: 'reordered' }

const PASSED: PacketFate = { type: 'passed' }
const DROPPED: PacketFate = { type: 'dropped' }
const DUPLICATED: PacketFate = { type: 'duplicated' }

/**
 * Decides what happens to the packets of one direction.
 *
 * Each decision depends on the seed, the direction, what the packet says (`packetIdentity`) and how often it was seen in its exchange, and
 * on nothing else: not on its place in the stream, nor on what happened to others. So two runs of one seed lose the same packets though their
 * timers race, and each exchange loses the same as every other.
 */
export class FateDecider {
  readonly #seed: number
  readonly #direction: Direction
  readonly #impairment: Impairment
  readonly #sightings = new Sightings()

  constructor(seed: number, direction: Direction, impairment: Impairment) {
    this.#seed = seed
    this.#direction = direction
    this.#impairment = impairment
  }

  decide(packet: Uint8Array, description: PacketDescription): PacketFate {
    const { dropFirst, duplicateFirst, spared } = this.#impairment
    const { message, exchange } = description
    if (this.#isFirst('drop', dropFirst, message, exchange)) return DROPPED
    if (this.#isFirst('duplicate', duplicateFirst, message, exchange)) return DUPLICATED
    if (message !== null && spared.includes(message)) return PASSED

    const identity = packetIdentity(description, packet)
    // A RESOURCE is sent once in a round, so its identity says it all and needs no memory, of which a million would need a lot. One that is
    // sent again in its round by mistake meets the same fate again.
    const seenBefore = message === 'RESOURCE' ? 0 : this.#sightings.note(`${exchange} ${identity}`)
    return this.#draw(`${this.#seed} ${this.#direction} ${identity} ${seenBefore}`, packet)
  }

  #isFirst(what: string, named: readonly MessageName[], message: MessageName | null, exchange: number | null): boolean {
    return (
      message !== null && named.includes(message) && this.#sightings.note(`first ${what} ${exchange} ${message}`) === 0
    )
  }

  #draw(name: string, packet: Uint8Array): PacketFate {
    const { dropRatio, corruptRatio, duplicateRatio, delayRatio, delayMs, reorderRatio } = this.#impairment
    const lots = createHash('sha256').update(name).digest()
    // Every kind has a lot of its own, so that changing one ratio changes nothing of the others' choice.
    const drawn = (index: number, ratio: number): boolean => lots.readUInt32BE(index * 4) / 2 ** 32 < ratio
    if (drawn(0, dropRatio)) return DROPPED
    if (drawn(1, corruptRatio))
      return { type: 'corrupted', bit: lots.readUInt32BE(20) % Math.max(1, packet.byteLength * 8) }
    if (drawn(2, duplicateRatio)) return DUPLICATED
    if (drawn(3, delayRatio)) return { type: 'delayed', delayMs }
    if (drawn(4, reorderRatio)) return { type: 'reordered' }
    return PASSED
  }
}
