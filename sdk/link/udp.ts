import { createSocket, type RemoteInfo, type Socket, type SocketOptions } from 'node:dgram'
import { isIP, SocketAddress } from 'node:net'
import { UsageError } from '../errors.js'
import { LinkError, runPackets, type Link, type LinkReceiver, type LinkStats } from './link.js'

/** Default UDP port of a conversion server (docs/protocol.md, section 1). */
export const DEFAULT_UDP_PORT = 28200

/** Asked of the kernel for received packets that wait for us: about 20,000 packets; the kernel may grant less. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024

/** A numeric IP address and a port. */
export interface UdpAddress {
  /** `127.0.0.1`, `::1`, or with the zone of a link-local address `fe80::1%eth0`. */
  readonly host: string
  /** 0: any free one. */
  readonly port: number
}

/**
 * Parse a UDP link address such as `udp://127.0.0.1:28200` or `udp://[::1]`.
 *
 * @param defaultPort - used where the address names no port
 * @throws UsageError `ERR_VIEWNET_ADDRESS` when it is no such address; host names are refused, because packets are matched by number
 */
export function parseUdpAddress(address: string, defaultPort: number = DEFAULT_UDP_PORT): UdpAddress {
  const match = /^udp:\/\/(?:\[([0-9a-fA-F:.]+(?:%[\w.-]+)?)\]|([0-9.]+))(?::(\d{1,5}))?$/.exec(address)
  const host = match?.[1] ?? match?.[2]
  const port = match?.[3] === undefined ? defaultPort : Number(match[3])
  if (host === undefined || isIP(host) !== (match?.[1] === undefined ? 4 : 6) || port > 65535) {
    throw new UsageError(
      'ERR_VIEWNET_ADDRESS',
      `expected udp://ADDRESS:PORT with a numeric IPv4 or [IPv6] address and a port of 0–65535, got '${address}'`,
    )
  }
  return { host: isIP(host) === 6 ? canonicalIPv6(host) : host, port }
}

/** The one spelling of an IPv6 address in which the kernel reports senders: those of a link-local address with their zone, as `fe80::1%eth0`. */
function canonicalIPv6(host: string): string {
  const [address = host, zone] = host.split('%')
  const spelled = new SocketAddress({ address, family: 'ipv6' }).address
  return zone === undefined ? spelled : `${spelled}%${zone}`
}

/** Write an address the one way in which links compare them. */
export function formatUdpAddress({ host, port }: UdpAddress): string {
  return host.includes(':') ? `udp://[${host}]:${port}` : `udp://${host}:${port}`
}

/**
 * One packet per UDP datagram.
 *
 * @param address - where to bind: `udp://HOST:PORT`; port 0 takes a free one, told by {@link Link.address} after the start
 */
export function udpLink(address: string): Link {
  return new UdpLink(parseUdpAddress(address))
}

class UdpLink implements Link {
  readonly #bind: UdpAddress
  #socket: Socket | undefined
  #address: string
  readonly #targets = new Map<string, UdpAddress>()
  #sentPackets = 0
  #queuedPackets = 0
  #lostPackets = 0
  #receivedPackets = 0

  constructor(bind: UdpAddress) {
    this.#bind = bind
    this.#address = formatUdpAddress(bind)
  }

  get address(): string {
    return this.#address
  }

  async start(receiver: LinkReceiver): Promise<void> {
    if (this.#socket) throw new LinkError('ERR_VIEWNET_LINK_START', `${this.#address} is already started`)
    const isIPv6 = isIP(this.#bind.host) === 6
    const socket = createSocket({
      type: isIPv6 ? 'udp6' : 'udp4',
      // Otherwise an IPv4 sender would show up under a second, mapped address; on an IPv4 socket the flag is an error.
      ...(isIPv6 && { ipv6Only: true }),
      recvBufferSize: RECEIVE_BUFFER_BYTES,
      lookup: numericLookup,
    })
    this.#socket = socket
    try {
      await listening(socket, this.#bind)
      if (this.#socket !== socket) throw new Error('closed while starting')
    } catch (cause) {
      // Still ours unless close() was quicker.
      if (this.#socket === socket) await this.close()
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new LinkError('ERR_VIEWNET_LINK_START', `cannot listen on ${this.#address}: ${reason}`, { cause })
    }
    const bound = socket.address()
    this.#address = formatUdpAddress({ host: bound.address, port: bound.port })
    socket.on('error', (cause) => {
      receiver.error?.(new LinkError('ERR_VIEWNET_LINK', `${this.#address}: ${cause.message}`, { cause }))
    })
    socket.on('message', (packet: Uint8Array, from: RemoteInfo) => {
      this.#receivedPackets += 1
      receiver.packet(packet, formatUdpAddress({ host: from.address, port: from.port }))
    })
  }

  send(packet: Uint8Array, to: string): void {
    const target = this.#target(to)
    if (!target || !this.#socket) {
      this.#lostPackets += 1
      return
    }
    // dgram keeps the buffer until libuv has sent it, so a caller that reuses its buffer needs a copy; not slice(), which is a view of a Buffer.
    // An ICMP refusal comes back as an error here: the packet is lost, which the protocol recovers from.
    const octets = Buffer.allocUnsafe(packet.length)
    octets.set(packet)
    this.#queuedPackets += 1
    this.#socket.send(octets, target.port, target.host, (error) => {
      this.#queuedPackets -= 1
      if (error) this.#lostPackets += 1
      else this.#sentPackets += 1
    })
  }

  sendRun(octets: Uint8Array, packetBytes: number, to: string): void {
    const packets = runPackets(octets, packetBytes)
    if (packets === 0) this.#lostPackets += 1
    for (let at = 0; at < packets; at++) this.send(octets.subarray(at * packetBytes, (at + 1) * packetBytes), to)
  }

  stats(): LinkStats {
    return {
      kind: 'udp',
      isAccelerated: false,
      sentPackets: this.#sentPackets,
      sendCalls: this.#sentPackets,
      queuedPackets: this.#queuedPackets,
      lostPackets: this.#lostPackets,
      receivedPackets: this.#receivedPackets,
      receiveCalls: this.#receivedPackets,
    }
  }

  async close(): Promise<void> {
    const socket = this.#socket
    this.#socket = undefined
    if (socket) await new Promise<void>((resolve) => socket.close(resolve))
  }

  /** Where to send, undefined where nobody can be. Parsed targets are kept: a converter sends to few peers, but many packets. */
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
      if (this.#targets.size >= 1024) this.#targets.clear()
      this.#targets.set(to, target)
    }
    return target
  }
}

/**
 * Addresses are numbers already. Node's own look-up would take a turn of the event loop for each packet only to find that out, and the packet would
 * not be sent before {@link Link.send} returns.
 */
const numericLookup: NonNullable<SocketOptions['lookup']> = (host, _options, callback) =>
  callback(null, host, isIP(host))

/** Bind a socket; rejects when it cannot be bound, and when it is closed before it is. */
function listening(socket: Socket, { host, port }: UdpAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    const closed = (): void => reject(new Error('closed while starting'))
    socket.once('error', reject)
    socket.once('close', closed)
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.off('error', reject)
      socket.off('close', closed)
      resolve()
    })
  })
}
