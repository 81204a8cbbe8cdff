import type { Carrier, CarrierDescription, Counters } from './carrier.js'
import { LinkError, type LinkKind, type LinkReceiver } from './link.js'
import { MSG_DONTWAIT } from './message-headers.js'
import { ReceiveBatch, RECEIVE_MESSAGES } from './receive-batch.js'
import { SendBatch } from './send-batch.js'
import { SendQueue, type QueuedRun } from './send-queue.js'
import type { SocketAddresses } from './socket-address.js'
import {
  errorName,
  getOption,
  SO_ERROR,
  SO_RCVBUF,
  SOL_SOCKET,
  systemError,
  type PollHandle,
  type SystemCalls,
} from './system-calls.js'

/** After so many packets the rest of the process has its turn; what the last call brought is handed on even so. */
const TURN_PACKETS = 512
/** How long a socket that failed, or a network that has no room and does not say when it has, is left alone. */
const PAUSE_MS = 1
const FAILURE_PAUSE_MS = 100

/** Linux's own numbers, as every architecture that the system calls are bound on has them. */
const EIO = -5
const EAGAIN = -11
const EINVAL = -22
const EMSGSIZE = -90
const ENOPROTOOPT = -92
const EOPNOTSUPP = -95
const ENOBUFS = -105

/** Errors of one segmented send that say that the path does not do it: too long for its MTU (EINVAL; newer kernels: EMSGSIZE), no checksums by the card, or no such thing at all. */
const NOT_SEGMENTED = [EINVAL, EMSGSIZE, EIO, ENOPROTOOPT, EOPNOTSUPP]

/** What a {@link BatchedSocket} is made of; it owns the descriptor from then on. */
export interface BatchedSocketOptions {
  readonly calls: SystemCalls
  readonly descriptor: number
  readonly kind: LinkKind
  readonly address: string
  readonly addresses: SocketAddresses
  /** Whether the kernel may be asked to cut runs (UDP_SEGMENT). */
  readonly cutsRuns: boolean
  readonly receiver: LinkReceiver
  readonly counters: Counters
}

/** Those that are open: nothing else in the process needs to hold a link that only receives. */
const open = new Set<BatchedSocket>()

/** A socket that many packets pass by one system call: recvmmsg, sendmmsg, and UDP's segmentation both ways. */
export class BatchedSocket implements Carrier {
  readonly address: string
  readonly #calls: SystemCalls
  readonly #descriptor: number
  readonly #kind: LinkKind
  readonly #addresses: SocketAddresses
  readonly #receiver: LinkReceiver
  readonly #counters: Counters
  readonly #incoming: ReceiveBatch
  readonly #outgoing: SendBatch
  readonly #queue = new SendQueue()
  readonly #poll: PollHandle
  #isOpen = true
  #turn: NodeJS.Immediate | undefined
  #pause: NodeJS.Timeout | undefined
  /** Packets of more octets than this are not cut by the kernel; 0: none are, for good. */
  #cutBytesMost: number
  #whyNotCut: string | undefined

  constructor({ calls, descriptor, kind, address, addresses, cutsRuns, receiver, counters }: BatchedSocketOptions) {
    this.address = address
    this.#calls = calls
    this.#descriptor = descriptor
    this.#kind = kind
    this.#addresses = addresses
    this.#receiver = receiver
    this.#counters = counters
    this.#cutBytesMost = cutsRuns ? Infinity : 0
    this.#incoming = new ReceiveBatch(calls, addresses.bytes)
    this.#outgoing = new SendBatch(calls, addresses.bytes)
    this.#poll = calls.poll(descriptor, { readable: true, writable: false }, this.#ready)
    open.add(this)
  }

  send(octets: Uint8Array, packets: number, packetBytes: number, to: string): void {
    const address = this.#addresses.encode(to)
    if (!address) {
      this.#counters.lostPackets += packets
      return
    }
    const run = { octets, packets, packetBytes, to: address }
    // Nothing overtakes what waits.
    const taken = this.#queue.packets > 0 ? 0 : this.#transmit(run)
    if (taken === packets) return
    const rest = { ...run, octets: octets.subarray(taken * packetBytes), packets: packets - taken }
    if (!this.#queue.push(rest)) this.#counters.lostPackets += rest.packets
  }

  describe(): CarrierDescription {
    return {
      kind: this.#kind,
      isAccelerated: true,
      ...(this.#whyNotCut !== undefined && { whyNotAccelerated: this.#whyNotCut }),
      receiveBufferBytes: getOption(this.#calls, this.#descriptor, SOL_SOCKET, SO_RCVBUF),
      queuedPackets: this.#queue.packets,
    }
  }

  async close(): Promise<void> {
    this.#isOpen = false
    open.delete(this)
    this.#counters.lostPackets += this.#queue.packets
    if (this.#turn) clearImmediate(this.#turn)
    clearTimeout(this.#pause)
    this.#poll.close()
    this.#calls.close(this.#descriptor)
  }

  /** Called from within the poll of the event loop, where promises and ticks do not run afterwards: so the work is done in the phase that follows it. */
  readonly #ready = (status: number): void => {
    if (status < 0) this.#fail()
    else this.#turn ??= setImmediate(() => this.#takeTurn())
  }

  #takeTurn(): void {
    this.#turn = undefined
    if (this.#queue.packets > 0) this.#flush()
    let delivered = 0
    while (this.#isOpen && delivered < TURN_PACKETS) {
      const messages = this.#incoming.receive(this.#descriptor)
      if (messages < 0) {
        // An error of the socket, such as an interface that went down, ends the polling and is told there.
        if (messages !== EAGAIN) this.#tell(systemError('recvmmsg', messages, this.address))
        return
      }
      this.#counters.receiveCalls += 1
      for (let message = 0; message < messages; message++) delivered += this.#deliver(message)
      if (messages < RECEIVE_MESSAGES) return
    }
  }

  /** Hand on a message's packets. @returns how many there were */
  #deliver(message: number): number {
    const { octets, names } = this.#incoming
    const bytes = this.#incoming.bytes(message)
    const packetBytes = this.#incoming.packetBytes(message)
    const from = this.#addresses.decode(names, this.#incoming.name(message))
    if (from === undefined) return 0
    const start = this.#incoming.start(message)
    let packets = 0
    let at = 0
    do {
      // The receiver may have closed us.
      if (!this.#isOpen) return packets
      this.#counters.receivedPackets += 1
      packets += 1
      this.#receiver.packet(octets.subarray(start + at, start + Math.min(at + packetBytes, bytes)), from)
      at += packetBytes
    } while (at < bytes)
    return packets
  }

  /** Send a run as far as the network takes it. @returns how many packets are done with: sent, or lost for good */
  #transmit({ octets, packets, packetBytes, to }: QueuedRun): number {
    if (packets === 1) return this.#sendOne(octets, to)
    const most = this.#outgoing.most(packetBytes)
    if (most === 0) {
      this.#counters.lostPackets += packets
      return packets
    }
    let done = 0
    while (done < packets) {
      const count = Math.min(most, packets - done)
      const taken = this.#sendBatch(
        octets.subarray(done * packetBytes, (done + count) * packetBytes),
        count,
        packetBytes,
        to,
      )
      done += taken
      if (taken < count) break
    }
    return done
  }

  #sendOne(octets: Uint8Array, to: Uint8Array): number {
    const sent = this.#calls.sendto(this.#descriptor, octets, octets.length, MSG_DONTWAIT, to, to.length)
    return this.#account(sent, sent < 0 ? 0 : 1)
  }

  /** As many packets as fit at once. */
  #sendBatch(octets: Uint8Array, packets: number, packetBytes: number, to: Uint8Array): number {
    this.#outgoing.load(octets, to)
    if (packets > 1 && packetBytes <= this.#cutBytesMost) {
      const sent = this.#outgoing.sendSegmented(this.#descriptor, octets.length, packetBytes)
      if (!NOT_SEGMENTED.includes(sent)) {
        if (sent >= 0) return this.#account(sent, packets)
        // Refused whole: what is wrong with one packet is wrong with all.
        if (this.#account(sent, 0) === 0) return 0
        this.#counters.lostPackets += packets - 1
        return packets
      }
      this.#giveUpCutting(sent, packetBytes)
    }
    let done = 0
    while (done < packets) {
      const sent = this.#outgoing.sendEach(this.#descriptor, done, packets, packetBytes)
      const taken = this.#account(sent, Math.max(sent, 0))
      if (taken === 0) break
      done += taken
    }
    return done
  }

  /** Count what a call returned. @returns how many packets are done with: the sent ones, none when there is no room, or the first one, which is lost */
  #account(returned: number, sent: number): number {
    this.#counters.sendCalls += 1
    if (returned >= 0 && sent > 0) {
      this.#counters.sentPackets += sent
      return sent
    }
    if (returned === EAGAIN || returned === ENOBUFS) {
      this.#await(returned)
      return 0
    }
    this.#counters.lostPackets += 1
    return 1
  }

  /** The smallest packets that could not be cut tell: those of more octets go one by one from now on. */
  #giveUpCutting(returned: number, packetBytes: number): void {
    this.#counters.sendCalls += 1
    const isTooLong = returned === EINVAL || returned === EMSGSIZE
    this.#cutBytesMost = isTooLong ? packetBytes - 1 : 0
    const which = isTooLong ? `runs of packets of ${packetBytes} octets or more` : 'runs'
    this.#whyNotCut = `the network does not cut ${which} (${errorName(returned)}); they go by sendmmsg`
  }

  /** There will be room: the socket says when, but a full queue of the interface does not. */
  #await(returned: number): void {
    if (returned === EAGAIN) this.#poll.start({ readable: true, writable: true }, this.#ready)
    else this.#pause ??= setTimeout(() => this.#resume(), PAUSE_MS)
  }

  #resume(): void {
    this.#pause = undefined
    this.#flush()
  }

  #flush(): void {
    // Asked for anew by what is not taken now.
    this.#poll.start({ readable: true, writable: false }, this.#ready)
    this.#queue.flush((run) => this.#transmit(run))
  }

  /** The polling ended with an error of the socket: say which, and begin anew in a while. */
  #fail(): void {
    const error = getOption(this.#calls, this.#descriptor, SOL_SOCKET, SO_ERROR)
    this.#pause ??= setTimeout(() => {
      this.#poll.start({ readable: true, writable: false }, this.#ready)
      this.#resume()
    }, FAILURE_PAUSE_MS)
    if (error > 0) setImmediate(() => this.#tell(systemError('poll', -error, this.address)))
  }

  #tell(cause: Error): void {
    if (this.#isOpen) this.#receiver.error?.(new LinkError('ERR_VIEWNET_LINK', cause.message, { cause }))
  }
}
