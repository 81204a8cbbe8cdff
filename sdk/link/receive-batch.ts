import {
  CONTROL_BYTES,
  IOVEC_BYTES,
  MMSGHDR_BYTES,
  MSG_DONTWAIT,
  SOL_UDP,
  UDP_GRO,
  writeHeader,
  writeVector,
} from './message-headers.js'
import type { SystemCalls } from './system-calls.js'

/** Messages taken by one call; each may hold a whole run that the kernel joined, so that one turn is 16 × 64 packets at most. */
export const RECEIVE_MESSAGES = 16
/** Longer than any datagram, so that none is cut. Memory that no packet touches is never really taken. */
const MESSAGE_BYTES = 0x1_0000

/** What recvmmsg(2) writes into: laid out once, used for every call. */
export class ReceiveBatch {
  /** The messages' octets, see {@link ReceiveBatch.start}. */
  readonly octets: Uint8Array
  /** The senders' addresses, see {@link ReceiveBatch.name}. */
  readonly names: Uint8Array
  readonly #calls: SystemCalls
  readonly #nameBytes: number
  readonly #view: DataView
  readonly #headers: bigint
  readonly #controlsAt: number
  #received = 0

  constructor(calls: SystemCalls, nameBytes: number) {
    this.#calls = calls
    this.#nameBytes = nameBytes
    const vectorsAt = RECEIVE_MESSAGES * MMSGHDR_BYTES
    this.#controlsAt = vectorsAt + RECEIVE_MESSAGES * IOVEC_BYTES
    const namesAt = this.#controlsAt + RECEIVE_MESSAGES * CONTROL_BYTES
    // Of JavaScript, and not of C: a packet that somebody keeps too long is then wrong, but never freed memory.
    const buffer = new ArrayBuffer(namesAt + RECEIVE_MESSAGES * nameBytes)
    const messages = new ArrayBuffer(RECEIVE_MESSAGES * MESSAGE_BYTES)
    this.octets = new Uint8Array(messages)
    this.names = new Uint8Array(buffer, namesAt)
    this.#view = new DataView(buffer)
    this.#headers = calls.addressOf(buffer)
    const address = (at: number, index: number, bytes: number): bigint => this.#headers + BigInt(at + index * bytes)
    for (let index = 0; index < RECEIVE_MESSAGES; index++) {
      const base = calls.addressOf(messages) + BigInt(index * MESSAGE_BYTES)
      writeVector(this.#view, vectorsAt + index * IOVEC_BYTES, base, MESSAGE_BYTES)
      writeHeader(this.#view, index * MMSGHDR_BYTES, {
        name: address(namesAt, index, nameBytes),
        nameBytes,
        vector: address(vectorsAt, index, IOVEC_BYTES),
        control: address(this.#controlsAt, index, CONTROL_BYTES),
      })
    }
  }

  /** Take what waits. @returns how many messages there are now, or `-errno` */
  receive(descriptor: number): number {
    // The kernel wrote lengths over those that it was given.
    for (let message = 0; message < this.#received; message++) {
      this.#view.setUint32(message * MMSGHDR_BYTES + 8, this.#nameBytes, true)
      this.#view.setUint32(message * MMSGHDR_BYTES + 40, CONTROL_BYTES, true)
    }
    const returned = this.#calls.recvmmsg(descriptor, this.#headers, RECEIVE_MESSAGES, MSG_DONTWAIT, null)
    this.#received = Math.max(returned, 0)
    return returned
  }

  /** Where in `octets` a message begins. */
  start(message: number): number {
    return message * MESSAGE_BYTES
  }

  bytes(message: number): number {
    return this.#view.getUint32(message * MMSGHDR_BYTES + 56, true)
  }

  /** Where in `names` its sender is. */
  name(message: number): number {
    return message * this.#nameBytes
  }

  /** Length of the packets that the kernel joined to this message, of which the last may be shorter; all of it where it joined none. */
  packetBytes(message: number): number {
    const bytes = this.bytes(message)
    const control = this.#controlsAt + message * CONTROL_BYTES
    const isJoined =
      this.#view.getUint32(message * MMSGHDR_BYTES + 40, true) > 16 &&
      this.#view.getInt32(control + 8, true) === SOL_UDP &&
      this.#view.getInt32(control + 12, true) === UDP_GRO
    const joined = isJoined ? this.#view.getInt32(control + 16, true) : 0
    return joined > 0 ? joined : bytes
  }
}
