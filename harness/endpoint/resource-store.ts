import type { ResourceMessage } from './message.js'
import { RECORD_AT, SIZE_AT } from './resource-lane.js'

/** What a RESOURCE says of its sequence; count and round belong to the exchange. */
export type StoredResource = Omit<ResourceMessage, 'type' | 'count' | 'round'>

/** | start 8 | end 8 | channel 2 | kinds 2 | size 8 | key 8 | latest round + 1, 0: absent 2 |: the fields of a RESOURCE in their order there */
const RECORD_BYTES = 38
/** Before and after the round and the reserved octets that stand between them in a RESOURCE. */
const BEFORE_ROUND_BYTES = 20
const AFTER_ROUND_BYTES = 16
const MARK_OFFSET = BEFORE_ROUND_BYTES + AFTER_ROUND_BYTES
/** Small, so that a peer that names sequences far apart buys at most 9728 octets with a packet of 86. */
const PAGE_RECORDS = 256
/** The latest moment that a `Date` can hold; no recording begins or ends after it. */
const LATEST_DATE_MS = 8_640_000_000_000_000

interface Page {
  readonly octets: Uint8Array
  readonly view: DataView
}

/**
 * The distinct resources of one exchange, 38 octets each, in pages that are made when first needed. Whole contents are kept, not their
 * hashes, so two contents of one sequence can never look the same. Bounded by the sequences that its owner lets in.
 */
export class ResourceStore {
  readonly #pages = new Map<number, Page>()
  /** The page that was used last: sequences come one after the other. */
  #latestPage: Page | undefined
  #latestIndex = -1
  #size = 0
  #highest = 0

  /** Distinct resources. */
  get size(): number {
    return this.#size
  }

  /** The highest sequence that is here; 0: none. */
  get highest(): number {
    return this.#highest
  }

  has(sequence: number): boolean {
    return this.latestRound(sequence) !== undefined
  }

  /** The highest round in which the sequence came; undefined: it did not. */
  latestRound(sequence: number): number | undefined {
    const mark = this.#page(sequence)?.view.getUint16(offsetOf(sequence) + MARK_OFFSET) ?? 0
    return mark === 0 ? undefined : mark - 1
  }

  /** Keep a resource that is not here yet. */
  add(resource: StoredResource, round: number): void {
    const { sequence } = resource
    const { view } = this.#pageFor(sequence)
    const offset = offsetOf(sequence)
    view.setBigUint64(offset, resource.startMs)
    view.setBigUint64(offset + 8, resource.endMs)
    view.setUint16(offset + 16, resource.channel)
    view.setUint16(offset + 18, resource.kinds)
    view.setBigUint64(offset + 20, resource.sizeBytes)
    view.setBigUint64(offset + 28, resource.key)
    this.#noteNew(view, sequence, round)
  }

  /**
   * Keep a resource that is not here yet as it stands in its packet, without a label, if its times can be; the sequence is one that its owner lets in.
   *
   * @returns whether it was kept; otherwise nothing changed
   */
  addOctets(packet: Uint8Array, sequence: number, round: number): boolean {
    if (this.has(sequence) || !hasPossibleTimes(packet)) return false
    const { octets, view } = this.#pageFor(sequence)
    const offset = offsetOf(sequence)
    for (let at = 0; at < BEFORE_ROUND_BYTES; at++) octets[offset + at] = packet[RECORD_AT + at]!
    for (let at = 0; at < AFTER_ROUND_BYTES; at++) octets[offset + BEFORE_ROUND_BYTES + at] = packet[SIZE_AT + at]!
    this.#noteNew(view, sequence, round)
    return true
  }

  /** Note that a resource that is here came again. */
  noteRound(sequence: number, round: number): void {
    const latest = this.latestRound(sequence)
    if (latest !== undefined && round > latest) {
      this.#page(sequence)?.view.setUint16(offsetOf(sequence) + MARK_OFFSET, round + 1)
    }
  }

  /** The resource as it came first; undefined: it did not. */
  read(sequence: number): StoredResource | undefined {
    const view = this.#page(sequence)?.view
    if (!view || !this.has(sequence)) return undefined
    const offset = offsetOf(sequence)
    return {
      sequence,
      startMs: view.getBigUint64(offset),
      endMs: view.getBigUint64(offset + 8),
      channel: view.getUint16(offset + 16),
      kinds: view.getUint16(offset + 18),
      sizeBytes: view.getBigUint64(offset + 20),
      key: view.getBigUint64(offset + 28),
    }
  }

  #page(sequence: number): Page | undefined {
    const index = pageOf(sequence)
    return index === this.#latestIndex ? this.#latestPage : this.#pages.get(index)
  }

  #pageFor(sequence: number): Page {
    const index = pageOf(sequence)
    let page = this.#page(sequence)
    if (!page) {
      const octets = new Uint8Array(PAGE_RECORDS * RECORD_BYTES)
      page = { octets, view: new DataView(octets.buffer) }
      this.#pages.set(index, page)
    }
    this.#latestPage = page
    this.#latestIndex = index
    return page
  }

  #noteNew(view: DataView, sequence: number, round: number): void {
    view.setUint16(offsetOf(sequence) + MARK_OFFSET, round + 1)
    this.#size++
    if (sequence > this.#highest) this.#highest = sequence
  }
}

/** What is not possible is a contradiction, which the plain way words. Numbers beyond 2^53 are rounded, and beyond the latest date all the same. */
function hasPossibleTimes(packet: Uint8Array): boolean {
  const startMs = quantity(packet, RECORD_AT)
  const endMs = quantity(packet, RECORD_AT + 8)
  return startMs <= LATEST_DATE_MS && endMs <= LATEST_DATE_MS && (endMs === 0 || endMs >= startMs)
}

function quantity(octets: Uint8Array, at: number): number {
  const high = octets[at]! * 0x1000000 + ((octets[at + 1]! << 16) | (octets[at + 2]! << 8) | octets[at + 3]!)
  const low = octets[at + 4]! * 0x1000000 + ((octets[at + 5]! << 16) | (octets[at + 6]! << 8) | octets[at + 7]!)
  return high * 2 ** 32 + low
}

function pageOf(sequence: number): number {
  return Math.floor((sequence - 1) / PAGE_RECORDS)
}

function offsetOf(sequence: number): number {
  return ((sequence - 1) % PAGE_RECORDS) * RECORD_BYTES
}
