import { CountVerdict, ResponseStatus, type Message } from './message.js'
import type { MessageType } from './profile.js'
import { DecodeError } from './errors.js'

/** How one field stands in a payload; offsets count from the payload's first octet. */
export interface Field<T> {
  /** @param payloadAt - where the payload begins in its packet, for errors */
  read(payload: DataView, payloadAt: number): T
  write(payload: DataView, value: T): void
}

/** Octets of a MISSING packet's bitmap, and of any data packet's data. */
export const BITMAP_BYTES = 1024

const TWO_TO_32 = 2 ** 32

const u16 = (at: number): Field<number> => ({
  read: (payload) => payload.getUint16(at),
  write: (payload, value) => payload.setUint16(at, value),
})

const u32 = (at: number): Field<number> => ({
  read: (payload) => payload.getUint32(at),
  write: (payload, value) => payload.setUint32(at, value),
})

/** A 64-bit identifier, kept exactly. */
const u64 = (at: number): Field<bigint> => ({
  read: (payload) => payload.getBigUint64(at),
  write: (payload, value) => payload.setBigUint64(at, value),
})

/** A 64-bit quantity as a number; what no number holds exactly (times beyond the year 287,000) reads as the largest that does. */
const quantity = (at: number): Field<number> => ({
  read: (payload) => Math.min(payload.getUint32(at) * TWO_TO_32 + payload.getUint32(at + 4), Number.MAX_SAFE_INTEGER),
  write: (payload, value) => {
    payload.setUint32(at, Math.floor(value / TWO_TO_32))
    payload.setUint32(at + 4, value % TWO_TO_32)
  },
})

const flag = (at: number, bit: number): Field<boolean> => ({
  read: (payload) => ((payload.getUint8(at) >> bit) & 1) === 1,
  write: (payload, value) => payload.setUint8(at, (payload.getUint8(at) & ~(1 << bit)) | (Number(value) << bit)),
})

/** A u16 that may hold only the values of a closed set. */
const oneOf = <T extends number>(name: string, at: number, values: Readonly<Record<string, T>>): Field<T> => {
  const known = new Set<number>(Object.values(values))
  return {
    read: (payload, payloadAt) => {
      const value = payload.getUint16(at)
      if (!known.has(value))
        throw new DecodeError('field', payloadAt + at, `${name} is ${value}; expected one of ${[...known].join(', ')}`)
      return value as T
    },
    write: (payload, value) => payload.setUint16(at, value),
  }
}

const octets = (at: number, length: number): Field<Uint8Array> => ({
  read: (payload) => new Uint8Array(payload.buffer, payload.byteOffset + at, length),
  write: (payload, value) =>
    new Uint8Array(payload.buffer, payload.byteOffset + at, length).set(value.subarray(0, length)),
})

/** The fields of each message beyond the common header, at their offsets in docs/protocol.md, section 2. */
export type Layout<M extends Message> = {
  readonly [K in Exclude<keyof M, 'type' | 'exchange' | 'converterNumber'>]: Field<M[K]>
}

type Layouts = { readonly [T in MessageType]: Layout<Extract<Message, { type: T }>> }

/** Where the fields of every message stand. */
export const LAYOUTS: Layouts = {
  REQUEST: {
    selective: flag(3, 0),
    credit: flag(3, 1),
    deviceNumber: u64(16),
    channel: u16(24),
    kinds: u16(26),
    resourceLimit: u32(28),
    fromMs: quantity(32),
    toMs: quantity(40),
    ratePacketsPerSecond: u32(48),
    windowPackets: u32(52),
  },
  RESPONSE: {
    status: oneOf('status', 16, ResponseStatus),
    count: u32(20),
    deviceNumber: u64(24),
    snapshotAtMs: quantity(32),
  },
  RESOURCE: {
    sequence: u32(16),
    count: u32(20),
    startMs: quantity(24),
    endMs: quantity(32),
    channel: u16(40),
    kinds: u16(42),
    round: u16(44),
    sizeBytes: quantity(48),
    key: u64(56),
  },
  ROUND_END: { count: u32(16), sentCount: u32(20), round: u16(24) },
  COUNT_REPORT: {
    verdict: oneOf('verdict', 16, CountVerdict),
    round: u16(18),
    receivedCount: u32(20),
    count: u32(24),
    missingPackets: u16(28),
  },
  MISSING: { firstSequence: u32(16), round: u16(20), index: u16(22), bitmap: octets(32, BITMAP_BYTES) },
  PROGRESS: { highestSequence: u32(16), round: u16(20) },
}
