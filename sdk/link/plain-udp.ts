import { createSocket, type RemoteInfo, type Socket, type SocketOptions } from 'node:dgram'
import { isIP } from 'node:net'
import { BoundedMap, REMEMBERED_PEERS } from './bounded-map.js'
import { RECEIVE_BUFFER_BYTES, type Carrier, type CarrierDescription, type Counters } from './carrier.js'
import { LinkError, RUN_PACKETS_MOST, type LinkReceiver } from './link.js'
import { formatUdpAddress, parseUdpAddress, type UdpAddress } from './udp-address.js'

/** UDP by node:dgram: everywhere, one system call a packet. */
export class PlainUdp implements Carrier {
  readonly address: string
  readonly #socket: Socket
  readonly #counters: Counters
  readonly #whyNotAccelerated: string
  readonly #targets = new BoundedMap<string, UdpAddress>(REMEMBERED_PEERS)
  readonly #senders = new SenderNames()
  #slab = new RunSlab()
  #queuedPackets = 0
  /** One for all packets that go alone: dgram reports that it is done with one, sent or not. */
  readonly #sent = (error: Error | null): void => this.#done(1, error)

  /** Bind a socket; rejects with the error of the system when it cannot be bound. */
  static async open(
    bind: UdpAddress,
    receiver: LinkReceiver,
    counters: Counters,
    whyNotAccelerated: string,
  ): Promise<PlainUdp> {
    const isIPv6 = isIP(bind.host) === 6
    const socket = createSocket({
      type: isIPv6 ? 'udp6' : 'udp4',
      // Otherwise an IPv4 sender would show up under a second, mapped address; on an IPv4 socket the flag is an error.
      ...(isIPv6 && { ipv6Only: true }),
      recvBufferSize: RECEIVE_BUFFER_BYTES,
      lookup: numericLookup,
    })
    try {
      await listening(socket, bind)
    } catch (error) {
      socket.close()
      throw error
    }
    return new PlainUdp(socket, receiver, counters, whyNotAccelerated)
  }

  private constructor(socket: Socket, receiver: LinkReceiver, counters: Counters, whyNotAccelerated: string) {
    const bound = socket.address()
    this.address = formatUdpAddress({ host: bound.address, port: bound.port })
    this.#socket = socket
    this.#counters = counters
    this.#whyNotAccelerated = whyNotAccelerated
    socket.on('error', (cause) => {
      receiver.error?.(new LinkError('ERR_VIEWNET_LINK', `${this.address}: ${cause.message}`, { cause }))
    })
    socket.on('message', (packet: Uint8Array, from: RemoteInfo) => {
      counters.receivedPackets += 1
      counters.receiveCalls += 1
      receiver.packet(packet, this.#senders.of(from))
    })
  }

  send(octets: Uint8Array, packets: number, packetBytes: number, to: string): void {
    const target = this.#target(to)
    if (!target) {
      this.#counters.lostPackets += packets
      return
    }
    this.#queuedPackets += packets
    this.#counters.sendCalls += packets
    if (packets === 1) {
      // dgram keeps the octets until libuv has sent them; not slice(), which is a view of a Buffer. An ICMP refusal comes back as an error here: the
      // packet is lost, which the protocol recovers from.
      const copy = Buffer.allocUnsafe(octets.length)
      copy.set(octets)
      this.#socket.send(copy, target.port, target.host, this.#sent)
      return
    }
    const views = this.#slab.fill(octets, packets, packetBytes)
    // One that asks to be told costs a tick of its own: the last speaks for all, as what is wrong with one packet of a run is wrong with each.
    for (let at = 0; at < packets - 1; at++) this.#socket.send(views[at]!, target.port, target.host)
    this.#socket.send(views[packets - 1]!, target.port, target.host, (error) => this.#done(packets, error))
    // Nearly always the kernel has taken them by now; otherwise their octets are not to be written over.
    if (this.#socket.getSendQueueCount() > 0) this.#slab = new RunSlab()
  }

  describe(): CarrierDescription {
    return {
      kind: 'udp',
      isAccelerated: false,
      whyNotAccelerated: this.#whyNotAccelerated,
      receiveBufferBytes: this.#socket.getRecvBufferSize(),
      queuedPackets: this.#queuedPackets,
    }
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(resolve))
  }

  #done(packets: number, error: Error | null): void {
    this.#queuedPackets -= packets
    if (error) this.#counters.lostPackets += packets
    else this.#counters.sentPackets += packets
  }

  /** Where to send, undefined where nobody can be. */
  #target(to: string): UdpAddress | undefined {
    let target = this.#targets.get(to)
    if (!target) {
      try {
        target = parseUdpAddress(to)
      } catch {
        return undefined
      }
      // dgram throws for it.
      if (target.port === 0) return undefined
      this.#targets.set(to, target)
    }
    return target
  }
}

/** The octets of one run, and a view of each of its packets: made once, and used again for run after run. */
class RunSlab {
  #octets = Buffer.allocUnsafeSlow(0)
  #views: readonly Buffer[] = []
  #packetBytes = 0

  /** Copy a run. @returns its packets, and perhaps others behind them */
  fill(octets: Uint8Array, packets: number, packetBytes: number): readonly Buffer[] {
    if (packetBytes !== this.#packetBytes || packets > this.#views.length) {
      const slab = Buffer.allocUnsafeSlow(RUN_PACKETS_MOST * packetBytes)
      this.#views = Array.from({ length: RUN_PACKETS_MOST }, (_, at) =>
        slab.subarray(at * packetBytes, (at + 1) * packetBytes),
      )
      this.#octets = slab
      this.#packetBytes = packetBytes
    }
    this.#octets.set(octets)
    return this.#views
  }
}

/** One and the same string for a sender, without building it for each packet: packets of one come in a row, so that the last one is at hand. */
class SenderNames {
  #host = ''
  #port = 0
  #name = ''
  readonly #byPort = new BoundedMap<number, { readonly host: string; readonly name: string }>(REMEMBERED_PEERS)

  of({ address, port }: RemoteInfo): string {
    if (port === this.#port && address === this.#host) return this.#name
    let known = this.#byPort.get(port)
    if (known?.host !== address) {
      known = { host: address, name: formatUdpAddress({ host: address, port }) }
      this.#byPort.set(port, known)
    }
    this.#host = address
    this.#port = port
    this.#name = known.name
    return known.name
  }
}

/**
 * Addresses are numbers already. Node's own look-up would take a turn of the event loop for each packet only to find that out, and the packet would
 * not be sent before `send` returns.
 */
const numericLookup: NonNullable<SocketOptions['lookup']> = (host, family, callback) =>
  callback(null, host, Number(family))

function listening(socket: Socket, { host, port }: UdpAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.off('error', reject)
      resolve()
    })
  })
}
