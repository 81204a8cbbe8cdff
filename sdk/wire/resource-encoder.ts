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
}
