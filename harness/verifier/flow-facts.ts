import type { PacketBatch } from '../evidence/batch.js'
import type { ObservationPoint } from '../evidence/record.js'
import type { Sides, Sighting } from './sighting.js'

/** Batches that are remembered, so that one delivered again is known (QoS 1: at least once). A publisher has fewer under way. */
const REMEMBERED_BATCHES = 1024

/** Which sides a run has shown so far. */
export interface SeenSides {
  converter: boolean
  endpoint: boolean
  /** In the midst of its evidence the run said that it taps other sides than it said before. */
  toldOtherwise: boolean
}

/** What a flow's evidence tells of itself. */
export class FlowFacts {
  readonly flow: string
  /** Sides that the run says it taps. */
  readonly sides: Sides
  /** Sides that the run has shown so far, in any of its flows: a bench taps all of them alike. */
  readonly seen: SeenSides
  /** Index of the next batch, and of its first record. */
  nextBatch = 0
  nextRecord = 0
  batches = 0
  records = 0
  /** The latest moment at any point, in microseconds. */
  latestT = 0
  /** A RESOURCE that the converter sent was recorded without its octets. */
  resourceWithoutOctets = false
  /** Packets that the impairment damaged, and packets that nobody could read when they reached the endpoint. */
  corrupted = 0
  arrivedUnreadable = 0
  /** The endpoint was seen to send something readable: the tap is at a link of the protocol. */
  endpointSpoke = false
  /** The first sighting of an exchange beyond those that can be followed. */
  beyondBounds: Sighting | undefined
  readonly #lastAt = new Map<ObservationPoint, Sighting>()
  readonly #remembered = new Map<number, number>()

  constructor(flow: string, { sides, seen }: Pick<FlowFacts, 'sides' | 'seen'>) {
    this.flow = flow
    this.sides = sides
    this.seen = seen
  }

  /** The last sighting at one point. */
  lastAt(point: ObservationPoint): Sighting | undefined {
    return this.#lastAt.get(point)
  }

  /** Whether the very same batch was added before: a broker may deliver it twice. */
  isRepeated(batch: PacketBatch, fingerprint: number): boolean {
    return this.#remembered.get(batch.batch) === fingerprint
  }

  applyBatch(batch: PacketBatch, fingerprint: number): void {
    const records = batch.columns.t.length
    this.batches++
    this.records += records
    this.nextBatch = batch.batch + 1
    this.nextRecord = batch.first + records
    this.#remembered.set(batch.batch, fingerprint)
    this.#remembered.delete(batch.batch - REMEMBERED_BATCHES)
    if (this.seen.converter && this.seen.endpoint) return
    for (const at of batch.columns.at) {
      if (at === 'converter-in' || at === 'converter-out') this.seen.converter = true
      if (at === 'endpoint-in' || at === 'endpoint-out') this.seen.endpoint = true
    }
  }

  /** The latest sighting at its point. */
  passed(sighting: Sighting): void {
    this.#lastAt.set(sighting.at, sighting)
    this.latestT = Math.max(this.latestT, sighting.t)
  }

  applySighting(sighting: Sighting): void {
    this.passed(sighting)
    if (sighting.at === 'endpoint-out' && sighting.message !== null) this.endpointSpoke = true
    if (sighting.fate === 'corrupted') this.corrupted++
    if (sighting.at === 'endpoint-in' && sighting.message === null) this.arrivedUnreadable++
    if (sighting.said && sighting.message === 'RESOURCE' && sighting.body === undefined) {
      this.resourceWithoutOctets = true
    }
  }
}
