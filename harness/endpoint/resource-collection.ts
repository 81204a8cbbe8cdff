import { resourceContradiction } from './contradiction.js'
import type { ResourceEvent } from './endpoint-event.js'
import type { ResourceMessage } from './message.js'
import { ResourceStore } from './resource-store.js'
import type { RoundReport } from './round-report.js'

/**
 * What the endpoint has of the converter's list, checked as it comes: one count, sequences 1 … count, one content each. Bounded by
 * `maxResources` through the count, which the very first packet tells.
 */
export class ResourceCollection {
  readonly store = new ResourceStore()
  readonly #maxResources: number
  #count: number | undefined
  /** Who told the count first. */
  #countSource = ''
  #duplicateCount = 0
  /** Every sequence up to it was handed out, or will stay missing. */
  #releasedUpTo = 0

  constructor(maxResources: number) {
    this.#maxResources = maxResources
  }

  /** As announced; undefined: never told. */
  get count(): number | undefined {
    return this.#count
  }

  /** Everything that was announced is here. */
  get isFull(): boolean {
    return this.store.size === this.#count
  }

  /** RESOURCE packets that brought a sequence again unasked. */
  get duplicateCount(): number {
    return this.#duplicateCount
  }

  /** How many of how many are here, for people. */
  get summary(): string {
    return `${this.store.size} of ${this.#count ?? 'an unknown number of'} resources`
  }

  /**
   * Hear a count; every packet of the converter tells it.
   *
   * @returns what is wrong with it, if anything
   */
  learnCount(count: number, source: string): string | undefined {
    if (this.#count === undefined) {
      if (count > this.#maxResources) {
        return `${source} announces ${count} resources; this endpoint takes ${this.#maxResources} at most`
      }
      this.#count = count
      this.#countSource = source
      return undefined
    }
    if (count === this.#count) return undefined
    return `${source} says a count of ${count}; ${this.#countSource} said ${this.#count}`
  }

  /**
   * Check a RESOURCE, whatever its round.
   *
   * @returns what is wrong with it, if anything
   */
  check(message: ResourceMessage): string | undefined {
    // The source is worded only where it is needed: this runs for every packet.
    const wrongCount =
      message.count === this.#count
        ? undefined
        : this.learnCount(message.count, `the RESOURCE with sequence ${message.sequence}`)
    return wrongCount ?? resourceContradiction(message, message.count, this.store.read(message.sequence))
  }

  /**
   * Take a RESOURCE that is in order.
   *
   * @param round - the current one
   * @param answeredReport - what the current round was asked for; undefined in round 0
   * @returns whether it brought something new
   */
  add(message: ResourceMessage, round: number, answeredReport: RoundReport | undefined): boolean {
    if (message.round > round) {
      // Nobody asked for that round: taking it would hide that the converter sends what it likes.
      this.#duplicateCount++
      return false
    }
    const latestRound = this.store.latestRound(message.sequence)
    if (latestRound === undefined) {
      this.store.add(message, message.round)
      return true
    }
    const isAskedFor =
      message.round === round && latestRound < round && answeredReport?.asksFor(message.sequence) === true
    if (!isAskedFor) this.#duplicateCount++
    this.store.noteRound(message.sequence, message.round)
    return false
  }

  /**
   * Take a RESOURCE of the current round from its octets, if it is new and nothing is wrong with it.
   *
   * @returns false, having changed nothing, where the plain way has to look at it
   */
  addOctets(
    packet: Uint8Array,
    { sequence, count, round }: Pick<ResourceMessage, 'sequence' | 'count' | 'round'>,
  ): boolean {
    if (count !== this.#count || sequence === 0 || sequence > count) return false
    return this.store.addOctets(packet, sequence, round)
  }

  /** Count a RESOURCE that came when everything was said. */
  addUnasked(): void {
    this.#duplicateCount++
  }

  /**
   * Hand out the next resource in ascending sequence.
   *
   * @param isOver - nothing more comes: skip what is missing
   */
  release(isOver: boolean): ResourceEvent | undefined {
    while (this.#releasedUpTo < this.store.highest) {
      const resource = this.store.read(this.#releasedUpTo + 1)
      if (!resource && !isOver) return undefined
      this.#releasedUpTo++
      if (!resource) continue
      const { sequence, startMs, endMs, channel, kinds, key, sizeBytes } = resource
      return {
        type: 'resource',
        sequence,
        startMs: Number(startMs),
        endMs: endMs === 0n ? undefined : Number(endMs),
        channel,
        kinds,
        key: key.toString(16).padStart(16, '0'),
        sizeBytes: Number(sizeBytes),
      }
    }
    return undefined
  }
}
