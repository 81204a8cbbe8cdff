import { RUN_PACKETS_MOST } from './link.js'
import {
  CONTROL_BYTES,
  IOVEC_BYTES,
  MMSGHDR_BYTES,
  MSG_DONTWAIT,
  writeHeader,
  writeSegmentControl,
  writeVector,
} from './message-headers.js'
import type { SystemCalls } from './system-calls.js'

/** The longest datagram over IPv4; what one segmented send may hold in all. */
const DATAGRAM_BYTES_MOST = 65_507

/** Sends the packets of a run by few system calls, out of memory that is laid out once. */
export class SendBatch {
  readonly #calls: SystemCalls
  readonly #view: DataView
  readonly #octets: Uint8Array
  readonly #name: Uint8Array
  readonly #headers: bigint
  readonly #vectorsAt: number
  /** The packet length that the vectors of {@link SendBatch.sendEach} are written for. */
  #vectorBytes = 0

  constructor(calls: SystemCalls, nameBytes: number) {
    this.#calls = calls
    // Of each kind one more than packets in a run: the last one is the segmented send's.
    const messages = RUN_PACKETS_MOST + 1
    this.#vectorsAt = messages * MMSGHDR_BYTES
    const controlAt = this.#vectorsAt + messages * IOVEC_BYTES
    const nameAt = controlAt + CONTROL_BYTES
    const octetsAt = nameAt + nameBytes
    const buffer = new ArrayBuffer(octetsAt + DATAGRAM_BYTES_MOST)
    this.#view = new DataView(buffer)
    this.#name = new Uint8Array(buffer, nameAt, nameBytes)
    this.#octets = new Uint8Array(buffer, octetsAt)
    this.#headers = calls.addressOf(buffer)
    for (let message = 0; message < messages; message++) {
      writeHeader(this.#view, message * MMSGHDR_BYTES, {
        name: this.#headers + BigInt(nameAt),
        nameBytes,
        vector: this.#headers + BigInt(this.#vectorsAt + message * IOVEC_BYTES),
        control: message === RUN_PACKETS_MOST ? this.#headers + BigInt(controlAt) : 0n,
      })
    }
    writeSegmentControl(this.#view, controlAt)
    writeVector(this.#view, this.#vectorsAt + RUN_PACKETS_MOST * IOVEC_BYTES, this.#base, 0)
    this.#controlAt = controlAt
  }

  readonly #controlAt: number

  get #base(): bigint {
    return this.#headers + BigInt(this.#octets.byteOffset)
  }

  /** How many packets of a length fit at once. */
  most(packetBytes: number): number {
    return Math.min(RUN_PACKETS_MOST, Math.floor(DATAGRAM_BYTES_MOST / packetBytes))
  }

  /** Take packets, {@link SendBatch.most} of them at most, to be sent to an address. */
  load(octets: Uint8Array, to: Uint8Array): void {
    this.#octets.set(octets)
    this.#name.set(to)
  }

  /** Send what was loaded as one datagram that the kernel, or the network card, cuts into packets. @returns `-errno`, or not below 0: all of it went */
  sendSegmented(descriptor: number, bytes: number, packetBytes: number): number {
    this.#view.setUint32(this.#vectorsAt + RUN_PACKETS_MOST * IOVEC_BYTES + 8, bytes, true)
    this.#view.setUint16(this.#controlAt + 16, packetBytes, true)
    const header = this.#headers + BigInt(RUN_PACKETS_MOST * MMSGHDR_BYTES)
    return this.#calls.sendmsg(descriptor, header, MSG_DONTWAIT)
  }

  /** Send of what was loaded the packets from `first` on, each as a datagram of its own. @returns how many went, or `-errno` of the first */
  sendEach(descriptor: number, first: number, packets: number, packetBytes: number): number {
    if (this.#vectorBytes !== packetBytes) this.#cut(packetBytes)
    return this.#calls.sendmmsg(
      descriptor,
      this.#headers + BigInt(first * MMSGHDR_BYTES),
      packets - first,
      MSG_DONTWAIT,
    )
  }

  #cut(packetBytes: number): void {
    for (let packet = 0; packet < RUN_PACKETS_MOST; packet++) {
      const base = this.#base + BigInt(packet * packetBytes)
      writeVector(this.#view, this.#vectorsAt + packet * IOVEC_BYTES, base, packetBytes)
    }
    this.#vectorBytes = packetBytes
  }
}
