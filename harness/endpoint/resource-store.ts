import type { ResourceMessage } from './message.js'

/** What a RESOURCE says of its sequence; count and round belong to the exchange. */
export type StoredResource = Omit<ResourceMessage, 'type' | 'count' | 'round'>

/** | start 8 | end 8 | size 8 | key 8 | channel 2 | kinds 2 | latest round + 1, 0: absent 2 | */
const RECORD_BYTES = 38
/** Small, so that a peer that names sequences far apart buys at most 9728 octets with a packet of 86. */
const PAGE_RECORDS = 256

/**
 * The distinct resources of one exchange, 38 octets each, in pages that are made when first needed. Whole contents are kept, not their
 * hashes, so two contents of one sequence can never look the same. Bounded by the sequences that its owner lets in.
 */
export class ResourceStore {
  readonly #pages = new Map<number, DataView>()
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
    const page = this.#pages.get(pageOf(sequence))
    const mark = page?.getUint16(offsetOf(sequence) + 36) ?? 0
    return mark === 0 ? undefined : mark - 1
  }

  /** Keep a resource that is not here yet. */
  add(resource: StoredResource, round: number): void {
    const { sequence } = resource
    let page = this.#pages.get(pageOf(sequence))
    if (!page) {
      page = new DataView(new ArrayBuffer(PAGE_RECORDS * RECORD_BYTES))
      this.#pages.set(pageOf(sequence), page)
    }
    const offset = offsetOf(sequence)
    page.setBigUint64(offset, resource.startMs)
    page.setBigUint64(offset + 8, resource.endMs)
    page.setBigUint64(offset + 16, resource.sizeBytes)
    page.setBigUint64(offset + 24, resource.key)
    page.setUint16(offset + 32, resource.channel)
    page.setUint16(offset + 34, resource.kinds)
    page.setUint16(offset + 36, round + 1)
    this.#size++
    this.#highest = Math.max(this.#highest, sequence)
  }

  /** Note that a resource that is here came again. */
  noteRound(sequence: number, round: number): void {
    const latest = this.latestRound(sequence)
    if (latest !== undefined && round > latest) {
      this.#pages.get(pageOf(sequence))?.setUint16(offsetOf(sequence) + 36, round + 1)
    }
  }

  /** The resource as it came first; undefined: it did not. */
  read(sequence: number): StoredResource | undefined {
    const page = this.#pages.get(pageOf(sequence))
    if (!page || !this.has(sequence)) return undefined
    const offset = offsetOf(sequence)
    return {
      sequence,
      startMs: page.getBigUint64(offset),
      endMs: page.getBigUint64(offset + 8),
      sizeBytes: page.getBigUint64(offset + 16),
      key: page.getBigUint64(offset + 24),
      channel: page.getUint16(offset + 32),
      kinds: page.getUint16(offset + 34),
    }
  }
}

function pageOf(sequence: number): number {
  return Math.floor((sequence - 1) / PAGE_RECORDS)
}

function offsetOf(sequence: number): number {
  return ((sequence - 1) % PAGE_RECORDS) * RECORD_BYTES
}
