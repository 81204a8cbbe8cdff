import type { NetworkAddress } from './codec.js'
import { crc32 } from './crc32.js'
import type { DecodeErrorReason } from './errors.js'
import {
  ADDRESSES_BYTES,
  CRC_BYTES,
  kindOf,
  LABEL_BYTES,
  LABELLED,
  PAYLOAD_BYTES,
  PROTOCOL_VERSION,
  SOURCE_AT,
} from './frame.js'
import { messageViews, type LazyMessage } from './message-views.js'
import { CountVerdict, ResponseStatus, type Message } from './message.js'
import { MessageType, PacketKind, REFERENCE_1, type WireProfile } from './profile.js'

/** Where the payload of the longest header begins. */
const PAYLOAD_AT = ADDRESSES_BYTES + LABEL_BYTES

/** What a type octet says, with its label bit. */
interface Frame {
  readonly kind: PacketKind
  readonly payloadAt: number
  readonly crcAt: number
}

/** What a type of message is read with. */
interface Reader {
  readonly command: number
  readonly kind: PacketKind
  readonly message: LazyMessage
  /** Most that the u16 at offset 16 may say: a status or a verdict; both are dense from 0. */
  readonly mostAt16: number
}

/**
 * Packets without an object for each: one view that is shown packet after packet, checks each as {@link PacketCodec.decode} does, and reads a field
 * when it is asked for. Garbage costs no error object either.
 *
 * What it gives is valid until it is shown the next packet: keep copies, or decode with the plain codec what is to be kept. The packet's octets are copied,
 * which takes less than reading a handful of fields octet by octet, and may be used again at once.
 *
 * @example
 * const view = new PacketView(REFERENCE_1)
 * const reason = view.look(datagram)
 * if (reason === undefined && view.message.type === 'PROGRESS') progressed(view.message.highestSequence)
 */
export class PacketView {
  /** By type octet. */
  readonly #frames: readonly (Frame | undefined)[]
  readonly #readers: ReadonlyMap<number, Reader>
  /** That of the packet before: most packets are like it. */
  #reader: Reader
  readonly #littleEndianCrc: boolean
  /** The packet, such that its payload begins at the same place with a label and without. */
  readonly #copy = new Uint8Array(PAYLOAD_AT + Math.max(...Object.values(PAYLOAD_BYTES)) + CRC_BYTES)
  readonly #numbers = new DataView(this.#copy.buffer)
  #start = 0

  constructor(profile: WireProfile = REFERENCE_1) {
    this.#frames = Array.from({ length: 256 }, (_, type) => frameOf(type, profile))
    const views = messageViews(new DataView(this.#copy.buffer, PAYLOAD_AT))
    const readers = MessageType.map((type): Reader => {
      const mostAt16 = MOST_AT_16[type] ?? 0xffff
      return { command: profile.commands[type], kind: kindOf(type), message: views[type], mostAt16 }
    })
    this.#readers = new Map(readers.map((reader) => [reader.command, reader]))
    this.#reader = readers[0]!
    this.#littleEndianCrc = profile.crcOrder === 'least-significant-first'
  }

  /**
   * Look at one packet instead of the one before. Never throws.
   *
   * @param octets - exactly one packet: | DA 8 | SA 8 | reserved 2 | [label 4] | payload 64 or 1056 | CRC-32 4 |
   * @returns undefined when it can be read; otherwise why not, and then nothing may be asked of the view
   */
  look(octets: Uint8Array): DecodeErrorReason | undefined {
    if (octets.length < ADDRESSES_BYTES) return 'length'
    const type = octets[0]!
    const frame = this.#frames[type]
    if (frame === undefined || octets[SOURCE_AT] !== type) return 'packetType'
    const { payloadAt, crcAt } = frame
    if (octets.length !== crcAt + CRC_BYTES) return 'length'
    if (crc32(octets, 0, crcAt) !== this.#storedCrc(octets, crcAt)) return 'crc'
    if (octets[payloadAt + 2] !== PROTOCOL_VERSION) return 'version'
    const command = (octets[payloadAt]! << 8) | octets[payloadAt + 1]!
    const reader = command === this.#reader.command ? this.#reader : this.#readers.get(command)
    if (reader?.kind !== frame.kind) return 'command'
    const start = PAYLOAD_AT - payloadAt
    this.#copy.set(octets, start)
    if (this.#numbers.getUint32(PAYLOAD_AT + 4) === 0) return 'field'
    if (this.#numbers.getUint16(PAYLOAD_AT + 16) > reader.mostAt16) return 'field'
    this.#start = start
    this.#reader = reader
    return undefined
  }

  get destination(): NetworkAddress {
    return this.#address(this.#start)
  }

  get source(): NetworkAddress {
    return this.#address(this.#start + SOURCE_AT)
  }

  /** 0–65535; undefined in a packet without a label. */
  get label(): number | undefined {
    return this.#start === 0 ? this.#numbers.getUint16(PAYLOAD_AT - 2) : undefined
  }

  /** The message; its fields are read when they are asked for. */
  get message(): Message {
    return this.#reader.message
  }

  #address(at: number): NetworkAddress {
    const numbers = this.#numbers
    return { area: numbers.getUint8(at + 1) * 2 ** 32 + numbers.getUint32(at + 2), access: numbers.getUint16(at + 6) }
  }

  #storedCrc(octets: Uint8Array, at: number): number {
    const a = octets[at]!
    const b = octets[at + 1]!
    const c = octets[at + 2]!
    const d = octets[at + 3]!
    return (this.#littleEndianCrc ? a | (b << 8) | (c << 16) | (d << 24) : (a << 24) | (b << 16) | (c << 8) | d) >>> 0
  }
}

function frameOf(type: number, { packetTypes }: WireProfile): Frame | undefined {
  const kind = PacketKind.find((kind) => packetTypes[kind] === (type & ~LABELLED))
  if (kind === undefined) return undefined
  const payloadAt = (type & LABELLED) === 0 ? ADDRESSES_BYTES : ADDRESSES_BYTES + LABEL_BYTES
  return { kind, payloadAt, crcAt: payloadAt + PAYLOAD_BYTES[kind] }
}

const most = (values: Readonly<Record<string, number>>): number => Math.max(...Object.values(values))

const MOST_AT_16: Readonly<Partial<Record<MessageType, number>>> = {
  RESPONSE: most(ResponseStatus),
  COUNT_REPORT: most(CountVerdict),
}
