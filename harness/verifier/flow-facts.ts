import type { PacketBatch } from '../evidence/batch.js'
import type { ObservationPoint } from '../evidence/record.js'
import type { Sighting } from './sighting.js'

/** Batches that are remembered, so that one delivered again is known (QoS 1: at least once). A publisher has fewer under way. */
const REMEMBERED_BATCHES = 1024

/** What a flow's evidence tells of itself. */
export class FlowFacts {
  readonly flow: string
  /** Sides that the run has shown so far, in any of its flows: a bench taps all of them alike. */
  readonly sides: { converter: boolean; endpoint: boolean }
  /** Index of the next batch, and of its first record. */
  nextBatch = 0
  nextRecord = 0
  batches = 0
  records = 0
  /** The latest moment at any point, in microseconds. */
  latestT = 0
  /** A RESOURCE that the converter sent was recorded without its octets. */
  resourceWithoutOctets = false
  /** The first sighting of an exchange beyond those that can be followed. */
  beyondBounds: Sighting | undefined
  readonly #lastAt = new Map<ObservationPoint, Sighting>()
  readonly #remembered = new Map<number, number>()

  constructor(flow: string, sides: FlowFacts['sides']) {
    this.flow = flow
    this.sides = sides
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
    // Sides are known before the batch's first record is judged: they change what a record means.
    if (this.sides.converter && this.sides.endpoint) return
    for (const at of batch.columns.at) {
      if (at === 'converter-in' || at === 'converter-out') this.sides.converter = true
      if (at === 'endpoint-in' || at === 'endpoint-out') this.sides.endpoint = true
    }
  }

  /** The latest sighting at its point. */
  passed(sighting: Sighting): void {
    this.#lastAt.set(sighting.at, sighting)
    this.latestT = Math.max(this.latestT, sighting.t)
  }

  applySighting(sighting: Sighting): void {
    this.passed(sighting)
    if (sighting.said && sighting.message === 'RESOURCE' && sighting.body === undefined) {
      this.resourceWithoutOctets = true
    }
  }
}
