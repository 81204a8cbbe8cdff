import { createSocket, type RemoteInfo, type Socket, type SocketOptions } from 'node:dgram'
import { isIP } from 'node:net'
import { BoundedMap, REMEMBERED_PEERS } from './bounded-map.js'
import { RECEIVE_BUFFER_BYTES, type Carrier, type CarrierDescription, type Counters } from './carrier.js'
import { LinkError, type LinkReceiver } from './link.js'
import { formatUdpAddress, parseUdpAddress, type UdpAddress } from './udp-address.js'

/** UDP by node:dgram: everywhere, one system call a packet. */
export class PlainUdp implements Carrier {
  readonly address: string
  readonly #socket: Socket
  readonly #counters: Counters
  readonly #whyNotAccelerated: string
  readonly #targets = new BoundedMap<string, UdpAddress>(REMEMBERED_PEERS)
  readonly #senders = new SenderNames()
  #queuedPackets = 0
  /** One for all packets: dgram reports that it is done with one, sent or not. */
  readonly #sent = (error: Error | null): void => {
    this.#queuedPackets -= 1
    if (error) this.#counters.lostPackets += 1
    else this.#counters.sentPackets += 1
  }

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
    // dgram keeps the buffer until libuv has sent it, so a caller that reuses its buffer needs a copy, one for the whole run; not slice(), which is
    // a view of a Buffer. An ICMP refusal comes back as an error here: the packet is lost, which the protocol recovers from.
    const copy = Buffer.allocUnsafe(octets.length)
    copy.set(octets)
    this.#queuedPackets += packets
    this.#counters.sendCalls += packets
    for (let at = 0; at < packets; at++) {
      const packet = packets === 1 ? copy : copy.subarray(at * packetBytes, (at + 1) * packetBytes)
      this.#socket.send(packet, target.port, target.host, this.#sent)
    }
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
const numericLookup: NonNullable<SocketOptions['lookup']> = (host, _options, callback) =>
  callback(null, host, isIP(host))

function listening(socket: Socket, { host, port }: UdpAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.off('error', reject)
      resolve()
    })
  })
}
