import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { isIP } from 'node:net'
import { UsageError } from '../errors.js'
import { LinkError, type Link, type LinkReceiver } from './link.js'

/** Default UDP port of a conversion server (docs/protocol.md, section 1). */
export const DEFAULT_UDP_PORT = 28200

/** Asked of the kernel for received packets that wait for us: about 20,000 packets; the kernel may grant less. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024

/** A numeric IP address and a port. */
export interface UdpAddress {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
}

/**
 * Parse a UDP link address such as `udp://127.0.0.1:28200` or `udp://[::1]`.
 *
 * @param defaultPort - used where the address names no port
 * @throws {@link UsageError} `ERR_VIEWNET_ADDRESS` when it is no such address; host names are refused, because packets are matched by number
 */
export function parseUdpAddress(address: string, defaultPort: number = DEFAULT_UDP_PORT): UdpAddress {
  const match = /^udp:\/\/(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+))(?::(\d{1,5}))?$/.exec(address)
  const host = match?.[1] ?? match?.[2]
  const port = match?.[3] === undefined ? defaultPort : Number(match[3])
  if (host === undefined || isIP(host) === 0 || port > 65535) {
    throw new UsageError(
      'ERR_VIEWNET_ADDRESS',
      `expected udp://ADDRESS:PORT with a numeric IPv4 or [IPv6] address and a port of 0–65535, got '${address}'`,
    )
  }
  // One spelling for each IPv6 address, the one in which the kernel reports senders.
  return { host: isIP(host) === 6 ? new URL(`http://[${host}]`).hostname.slice(1, -1) : host, port }
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

  constructor(bind: UdpAddress) {
    this.#bind = bind
    this.#address = formatUdpAddress(bind)
  }

  get address(): string {
    return this.#address
  }

  async start(receiver: LinkReceiver): Promise<void> {
    if (this.#socket) throw new LinkError('ERR_VIEWNET_LINK_START', `${this.#address} is already started`)
    const socket = createSocket({
      type: isIP(this.#bind.host) === 6 ? 'udp6' : 'udp4',
      // Otherwise an IPv4 sender would show up under a second, mapped address.
      ipv6Only: true,
      recvBufferSize: RECEIVE_BUFFER_BYTES,
    })
    this.#socket = socket
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject)
        socket.bind({ address: this.#bind.host, port: this.#bind.port, exclusive: true }, () => {
          socket.off('error', reject)
          resolve()
        })
      })
    } catch (cause) {
      this.#socket = undefined
      socket.close()
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new LinkError('ERR_VIEWNET_LINK_START', `cannot listen on ${this.#address}: ${reason}`, { cause })
    }
    const bound = socket.address()
    this.#address = formatUdpAddress({ host: bound.address, port: bound.port })
    socket.on('error', (cause) => {
      receiver.error?.(new LinkError('ERR_VIEWNET_LINK', `${this.#address}: ${cause.message}`, { cause }))
    })
    socket.on('message', (packet: Uint8Array, from: RemoteInfo) => {
      receiver.packet(packet, formatUdpAddress({ host: from.address, port: from.port }))
    })
  }

  send(packet: Uint8Array, to: string): void {
    const target = this.#target(to)
    if (!target) return
    // dgram keeps the buffer until libuv has sent it, so a caller that reuses its buffer needs a copy. An ICMP refusal comes back as an error
    // here: the packet is lost, which the protocol recovers from.
    this.#socket?.send(packet.slice(), target.port, target.host, () => {})
  }

  async close(): Promise<void> {
    const socket = this.#socket
    this.#socket = undefined
    if (socket) await new Promise<void>((resolve) => socket.close(resolve))
  }

  /** Parsed targets are kept: a converter sends to few peers, but many packets. */
  #target(to: string): UdpAddress | undefined {
    let target = this.#targets.get(to)
    if (!target) {
      try {
        target = parseUdpAddress(to)
      } catch {
        return undefined
      }
      if (this.#targets.size >= 1024) this.#targets.clear()
      this.#targets.set(to, target)
    }
    return target
  }
}
