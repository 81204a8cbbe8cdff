import { sortedOrder } from './natural-merge-sort.js'
import { KEY_BYTES, writeResourceKey } from './resource-key.js'

/** The values of one resource, without its number. */
export interface ResourceRow {
  readonly startMs: number
  readonly endMs: number
  readonly channel: number
  readonly kinds: number
  readonly sizeBytes: number
  readonly key: bigint
}

/** What a record is written from; its key is that of its identity. */
export interface RecordSource extends Omit<ResourceRow, 'key'> {
  readonly identity: string
}

/**
 * Octets of one resource: | start 8 | end 8 | channel 2 | kinds 2 | size 8 | key 8 |, big-endian. These are the fields of a RESOURCE in their order
 * there (docs/protocol.md, section 2), so that sending one copies octets; and big-endian octets compare as the numbers do.
 */
export const RECORD_BYTES = 36

const END_AT = 8
const CHANNEL_AT = 16
const KINDS_AT = 18
const SIZE_AT = 20
const KEY_AT = 28
const TWO_TO_32 = 2 ** 32

/** Records of a chunk: a long list grows by chunks, and is never copied to grow. */
const CHUNK_SHIFT = 12
const CHUNK_RECORDS = 1 << CHUNK_SHIFT
/** A short list has one small chunk, which doubles. */
const FIRST_RECORDS = 16

/** Resources as records in chunks: 36 octets each, and 4 more where they came out of order; an array of objects would take some 150. */
export class ResourceRecords {
  #length = 0
  readonly #chunks: Uint8Array[] = []
  /** Which record stands at each place; undefined: they came in order. */
  #order: Uint32Array | undefined

  get length(): number {
    return this.#length
  }

  /** So many may come in a row: room for them is made at once, where there is none yet. */
  expect(records: number): void {
    if (this.#chunks.length > 0 || records === 0) return
    this.#chunks[0] = new Uint8Array(Math.min(CHUNK_RECORDS, Math.max(FIRST_RECORDS, records)) * RECORD_BYTES)
  }

  push({ identity, startMs, endMs, channel, kinds, sizeBytes }: RecordSource): void {
    const octets = this.#room()
    const at = offsetOf(this.#length++)
    writeQuantity(octets, at, startMs)
    writeQuantity(octets, at + END_AT, endMs)
    write16(octets, at + CHANNEL_AT, channel)
    write16(octets, at + KINDS_AT, kinds)
    writeQuantity(octets, at + SIZE_AT, sizeBytes)
    writeResourceKey(identity, octets, at + KEY_AT)
  }

  /** @param at - 0 … length − 1; the caller has checked it */
  row(at: number): ResourceRow {
    const octets = this.chunk(at)
    const view = new DataView(octets.buffer, octets.byteOffset + this.offset(at), RECORD_BYTES)
    const quantity = (offset: number): number => view.getUint32(offset) * TWO_TO_32 + view.getUint32(offset + 4)
    return {
      startMs: quantity(0),
      endMs: quantity(END_AT),
      channel: view.getUint16(CHANNEL_AT),
      kinds: view.getUint16(KINDS_AT),
      sizeBytes: quantity(SIZE_AT),
      key: view.getBigUint64(KEY_AT),
    }
  }

  /** The octets that hold a record, at {@link ResourceRecords.offset}; not to be written to. */
  chunk(at: number): Uint8Array {
    return this.#chunks[(this.#order ? this.#order[at]! : at) >>> CHUNK_SHIFT]!
  }

  /** Where in its {@link ResourceRecords.chunk} a record begins. */
  offset(at: number): number {
    return offsetOf(this.#order ? this.#order[at]! : at)
  }

  /** Put them in the order of start, channel, key, in steps, and keep the first `limit`; nothing is added afterwards. */
  *order(limit: number): Generator<undefined> {
    this.#order = yield* sortedOrder(this.#length, (a, b) => this.#compare(a, b))
    this.#length = Math.min(limit, this.#length)
    this.#order = this.#order?.slice(0, this.#length)
    const chunks = Math.ceil(this.#length / CHUNK_RECORDS)
    if (!this.#order) this.#chunks.length = chunks
    else if (chunks < this.#chunks.length) this.#compact(chunks)
    this.#trim()
  }

  /** Few are wanted of many: keep those alone. */
  #compact(chunks: number): void {
    const kept = Array.from({ length: chunks }, () => new Uint8Array(CHUNK_RECORDS * RECORD_BYTES))
    for (let at = 0; at < this.#length; at++) {
      const from = this.offset(at)
      kept[at >>> CHUNK_SHIFT]!.set(this.chunk(at).subarray(from, from + RECORD_BYTES), offsetOf(at))
    }
    this.#chunks.splice(0, Infinity, ...kept)
    this.#order = undefined
  }

  /** The last chunk holds no more than its records. */
  #trim(): void {
    const last = this.#chunks.length - 1
    const used = (this.#order ? Infinity : this.#length - last * CHUNK_RECORDS) * RECORD_BYTES
    if (last >= 0 && used < this.#chunks[last]!.length) this.#chunks[last] = this.#chunks[last]!.slice(0, used)
  }

  /** The chunk that the next record goes to. */
  #room(): Uint8Array {
    const index = this.#length >>> CHUNK_SHIFT
    const chunk = this.#chunks[index]
    const offset = offsetOf(this.#length)
    if (chunk && offset < chunk.length) return chunk
    const records = index > 0 ? CHUNK_RECORDS : Math.max(FIRST_RECORDS, (offset / RECORD_BYTES) * 2)
    const room = new Uint8Array(records * RECORD_BYTES)
    if (chunk) room.set(chunk)
    this.#chunks[index] = room
    return room
  }

  /** By start, channel and key, of records in the order in which they came. */
  #compare(a: number, b: number): number {
    const [chunkA, chunkB] = [this.#chunks[a >>> CHUNK_SHIFT]!, this.#chunks[b >>> CHUNK_SHIFT]!]
    const [atA, atB] = [offsetOf(a), offsetOf(b)]
    return (
      compareOctets(chunkA, atA, chunkB, atB, 8) ||
      compareOctets(chunkA, atA + CHANNEL_AT, chunkB, atB + CHANNEL_AT, 2) ||
      compareOctets(chunkA, atA + KEY_AT, chunkB, atB + KEY_AT, KEY_BYTES)
    )
  }
}

const offsetOf = (index: number): number => (index & (CHUNK_RECORDS - 1)) * RECORD_BYTES

function compareOctets(a: Uint8Array, atA: number, b: Uint8Array, atB: number, length: number): number {
  for (let octet = 0; octet < length; octet++) {
    const difference = a[atA + octet]! - b[atB + octet]!
    if (difference !== 0) return difference
  }
  return 0
}

function write16(octets: Uint8Array, at: number, value: number): void {
  octets[at] = value >>> 8
  octets[at + 1] = value
}

function write32(octets: Uint8Array, at: number, value: number): void {
  octets[at] = value >>> 24
  octets[at + 1] = value >>> 16
  octets[at + 2] = value >>> 8
  octets[at + 3] = value
}

function writeQuantity(octets: Uint8Array, at: number, value: number): void {
  write32(octets, at, Math.floor(value / TWO_TO_32))
  write32(octets, at + 4, value % TWO_TO_32)
}
