import type { PacketCodec, NetworkAddress } from './codec.js'
import { CRC32_START, updateCrc32 } from './crc32.js'
import type { MessageHeader, Resource } from './message.js'

/** Where the packets of one exchange go, and what their header says. */
export interface ResourceRoute extends MessageHeader {
  readonly destination: NetworkAddress
  readonly source: NetworkAddress
  readonly label?: number | undefined
}

const CRC_BYTES = 4
const BODY_BYTES = 48
const TWO_TO_32 = 2 ** 32
/** Of a resource's record, what stands before the round in a RESOURCE, and what after it. */
const BEFORE_ROUND_BYTES = 20
const AFTER_ROUND_BYTES = 16

/**
 * Encodes the RESOURCE packets of one exchange: the same octets as {@link PacketCodec.encode}, several times faster, because everything but the body
 * is written, and its CRC taken, only once.
 */
export class ResourceEncoder {
  readonly #octets: Uint8Array
  readonly #view: DataView
  readonly #bodyAt: number
  readonly #crcAt: number
  readonly #headerCrc: number
  readonly #littleEndianCrc: boolean

  constructor(codec: PacketCodec, { destination, source, label, exchange, converterNumber }: ResourceRoute) {
    const message: Resource = {
      type: 'RESOURCE',
      exchange,
      converterNumber,
      sequence: 0,
      count: 0,
      startMs: 0,
      endMs: 0,
      channel: 0,
      kinds: 0,
      round: 0,
      sizeBytes: 0,
      key: 0n,
    }
    this.#octets = codec.encode({ destination, source, message, ...(label !== undefined && { label }) })
    this.#view = new DataView(this.#octets.buffer)
    this.#crcAt = this.#octets.length - CRC_BYTES
    this.#bodyAt = this.#crcAt - BODY_BYTES
    this.#headerCrc = updateCrc32(CRC32_START, this.#octets, 0, this.#bodyAt)
    this.#littleEndianCrc = codec.profile.crcOrder === 'least-significant-first'
  }

  /**
   * Encode one RESOURCE of the exchange.
   *
   * @returns the encoder's own octets, 86 or 90 with a label: valid until the next call
   */
  encode({ sequence, count, startMs, endMs, channel, kinds, round, sizeBytes, key }: Resource): Uint8Array {
    const view = this.#view
    const at = this.#bodyAt
    view.setUint32(at, sequence)
    view.setUint32(at + 4, count)
    view.setUint32(at + 8, Math.floor(startMs / TWO_TO_32))
    view.setUint32(at + 12, startMs % TWO_TO_32)
    view.setUint32(at + 16, Math.floor(endMs / TWO_TO_32))
    view.setUint32(at + 20, endMs % TWO_TO_32)
    view.setUint16(at + 24, channel)
    view.setUint16(at + 26, kinds)
    view.setUint16(at + 28, round)
    view.setUint32(at + 32, Math.floor(sizeBytes / TWO_TO_32))
    view.setUint32(at + 36, sizeBytes % TWO_TO_32)
    view.setBigUint64(at + 40, key)
    const crc = ~updateCrc32(this.#headerCrc, this.#octets, at, this.#crcAt)
    view.setUint32(this.#crcAt, crc, this.#littleEndianCrc)
    return this.#octets
  }

  /** Octets of each packet: 86, or 90 with a label. */
  get packetBytes(): number {
    return this.#octets.length
  }

  /**
   * Write what all packets of the exchange have in common to the beginning of some of a slab's places, from one to before another;
   * {@link ResourceEncoder.writeBody} does the rest.
   */
  writeHeaders(slab: Uint8Array, from: number, to: number): void {
    const header = this.#octets.subarray(0, this.#bodyAt)
    for (let packet = from; packet < to; packet++) slab.set(header, packet * this.#octets.length)
  }

  /**
   * Write the body of one RESOURCE, and the CRC-32, behind a header that is in place already.
   *
   * @param at - where its packet begins in the slab
   * @param records - holds the resource at `from` as 36 octets: | start 8 | end 8 | channel 2 | kinds 2 | size 8 | key 8 |
   */
  writeBody(
    slab: Uint8Array,
    at: number,
    { sequence, count, round }: Pick<Resource, 'sequence' | 'count' | 'round'>,
    records: Uint8Array,
    from: number,
  ): void {
    const body = at + this.#bodyAt
    const crcAt = at + this.#crcAt
    write32(slab, body, sequence)
    write32(slab, body + 4, count)
    for (let octet = 0; octet < BEFORE_ROUND_BYTES; octet++) slab[body + 8 + octet] = records[from + octet]!
    slab[body + 28] = round >>> 8
    slab[body + 29] = round
    slab[body + 30] = 0
    slab[body + 31] = 0
    for (let octet = 0; octet < AFTER_ROUND_BYTES; octet++) {
      slab[body + 32 + octet] = records[from + BEFORE_ROUND_BYTES + octet]!
    }
    const crc = ~updateCrc32(this.#headerCrc, slab, body, crcAt)
    if (this.#littleEndianCrc) writeReversed32(slab, crcAt, crc)
    else write32(slab, crcAt, crc)
  }
}

function write32(octets: Uint8Array, at: number, value: number): void {
  octets[at] = value >>> 24
  octets[at + 1] = value >>> 16
  octets[at + 2] = value >>> 8
  octets[at + 3] = value
}

function writeReversed32(octets: Uint8Array, at: number, value: number): void {
  octets[at] = value
  octets[at + 1] = value >>> 8
  octets[at + 2] = value >>> 16
  octets[at + 3] = value >>> 24
}
