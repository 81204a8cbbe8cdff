import { crc32 } from 'node:zlib'
import { DecodeError } from './errors.js'
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
import { LAYOUTS, type Field } from './layout.js'
import type { Message } from './message.js'
import { MessageType, PacketKind, REFERENCE_1, type WireProfile } from './profile.js'

/** An address of the video network. */
export interface NetworkAddress {
  /** Metropolitan-area address, 40 bits. */
  readonly area: number
  /** Access address, 16 bits. */
  readonly access: number
}

/** One message and how it travels. */
export interface Packet {
  readonly destination: NetworkAddress
  readonly source: NetworkAddress
  /** 0–65535; absent in a packet without a label. */
  readonly label?: number
  readonly message: Message
}

/**
 * Packets to octets and back, for one wire profile. Pure: no state beyond the profile's tables.
 *
 * This is the plain, readable form of the wire; it is the reference that {@link PacketView} and {@link ResourceEncoder} are compared with.
 */
export class PacketCodec {
  readonly profile: WireProfile
  readonly #kinds: ReadonlyMap<number, PacketKind>
  readonly #messages: ReadonlyMap<number, MessageType>

  constructor(profile: WireProfile = REFERENCE_1) {
    this.profile = profile
    this.#kinds = new Map(PacketKind.map((kind) => [profile.packetTypes[kind], kind]))
    this.#messages = new Map(MessageType.map((type) => [profile.commands[type], type]))
  }

  /**
   * Decode one access-network packet.
   *
   * @param input - exactly one packet, 86–1082 octets: | DA 8 | SA 8 | reserved 2 | [label 4] | payload 64 or 1056 | CRC-32 4 |
   * @returns the packet; the bitmap of a MISSING message is a view into `input`, everything else is a copy
   * @throws {@link DecodeError} saying what was expected, what came and at which offset
   * @see docs/protocol.md, sections 1 and 2
   */
  decode(input: Uint8Array): Packet {
    if (input.length < ADDRESSES_BYTES) {
      throw new DecodeError('length', 0, `packet is ${input.length} octets; the shortest is a protocol packet of 86`)
    }
    const view = new DataView(input.buffer, input.byteOffset, input.byteLength)
    const type = view.getUint8(0)
    const kind = this.#kinds.get(type & ~LABELLED)
    if (kind === undefined) throw new DecodeError('packetType', 0, `packet type is ${hex(type, 2)}; no such packet`)
    const sourceType = view.getUint8(SOURCE_AT)
    if (sourceType !== type) {
      const message = `packet type is ${hex(sourceType, 2)} in SA; expected that of DA, ${hex(type, 2)}`
      throw new DecodeError('packetType', SOURCE_AT, message)
    }
    const labelled = (type & LABELLED) !== 0
    const payloadAt = ADDRESSES_BYTES + (labelled ? LABEL_BYTES : 0)
    const expected = payloadAt + PAYLOAD_BYTES[kind] + CRC_BYTES
    if (input.length !== expected) {
      throw new DecodeError(
        'length',
        input.length,
        `packet is ${input.length} octets; a ${kind} packet of type ${hex(type, 2)} is ${expected}`,
      )
    }
    const crcAt = expected - CRC_BYTES
    const stored = view.getUint32(crcAt, this.#littleEndianCrc)
    const computed = crc32(input.subarray(0, crcAt))
    if (stored !== computed) {
      throw new DecodeError(
        'crc',
        crcAt,
        `CRC-32 is ${hex(stored, 8)}; ${hex(computed, 8)} over the ${crcAt} octets before it`,
      )
    }
    return {
      destination: readAddress(view, 0),
      source: readAddress(view, SOURCE_AT),
      ...(labelled ? { label: view.getUint16(ADDRESSES_BYTES + 2) } : {}),
      message: this.#decodeMessage(
        new DataView(input.buffer, input.byteOffset + payloadAt, PAYLOAD_BYTES[kind]),
        kind,
        payloadAt,
      ),
    }
  }

  /**
   * Encode one packet. Values are taken as they are: one that does not fit its field's width is cut to it.
   *
   * @returns its octets, newly allocated: 86 or 1078, and 4 more with a label
   */
  encode({ destination, source, label, message }: Packet): Uint8Array {
    const kind = kindOf(message.type)
    const payloadAt = ADDRESSES_BYTES + (label === undefined ? 0 : LABEL_BYTES)
    const crcAt = payloadAt + PAYLOAD_BYTES[kind]
    const output = new Uint8Array(crcAt + CRC_BYTES)
    const view = new DataView(output.buffer)
    const type = this.profile.packetTypes[kind] | (label === undefined ? 0 : LABELLED)
    writeAddress(view, 0, type, destination)
    writeAddress(view, SOURCE_AT, type, source)
    if (label !== undefined) view.setUint16(ADDRESSES_BYTES + 2, label)
    this.#encodeMessage(new DataView(output.buffer, payloadAt, PAYLOAD_BYTES[kind]), message)
    view.setUint32(crcAt, crc32(output.subarray(0, crcAt)), this.#littleEndianCrc)
    return output
  }

  get #littleEndianCrc(): boolean {
    return this.profile.crcOrder === 'least-significant-first'
  }

  #decodeMessage(payload: DataView, kind: PacketKind, payloadAt: number): Message {
    const command = payload.getUint16(0)
    const type = this.#messages.get(command)
    const version = payload.getUint8(2)
    if (version !== PROTOCOL_VERSION) {
      throw new DecodeError('version', payloadAt + 2, `version is ${version}; expected ${PROTOCOL_VERSION}`)
    }
    if (type === undefined || kindOf(type) !== kind) {
      throw new DecodeError('command', payloadAt, `command code ${hex(command, 4)} is unknown in a ${kind} packet`)
    }
    const exchange = payload.getUint32(4)
    if (exchange === 0) throw new DecodeError('field', payloadAt + 4, 'exchange is 0; expected 1–4294967295')
    const message: Record<string, unknown> = { type, exchange, converterNumber: payload.getBigUint64(8) }
    for (const [name, field] of fieldsOf(type)) message[name] = field.read(payload, payloadAt)
    // The layout table is typed to hold exactly the fields of this type's message, so nothing is missing here.
    return message as unknown as Message
  }

  #encodeMessage(payload: DataView, message: Message): void {
    payload.setUint16(0, this.profile.commands[message.type])
    payload.setUint8(2, PROTOCOL_VERSION)
    payload.setUint32(4, message.exchange)
    payload.setBigUint64(8, message.converterNumber)
    const values: Readonly<Record<string, unknown>> = { ...message }
    for (const [name, field] of fieldsOf(message.type)) field.write(payload, values[name])
  }
}

/** The codec of reference profile 1. */
export const referenceCodec = new PacketCodec(REFERENCE_1)

const FIELDS = new Map<MessageType, readonly (readonly [string, Field<unknown>])[]>(
  MessageType.map((type) => [
    type,
    Object.entries<Field<unknown>>(LAYOUTS[type] as Readonly<Record<string, Field<unknown>>>),
  ]),
)

function fieldsOf(type: MessageType): readonly (readonly [string, Field<unknown>])[] {
  return FIELDS.get(type) ?? []
}

function readAddress(view: DataView, at: number): NetworkAddress {
  return { area: view.getUint8(at + 1) * 2 ** 32 + view.getUint32(at + 2), access: view.getUint16(at + 6) }
}

function writeAddress(view: DataView, at: number, type: number, { area, access }: NetworkAddress): void {
  view.setUint8(at, type)
  view.setUint8(at + 1, Math.floor(area / 2 ** 32))
  view.setUint32(at + 2, area % 2 ** 32)
  view.setUint16(at + 6, access)
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`
}
