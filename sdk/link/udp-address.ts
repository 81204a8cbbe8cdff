import { isIP, SocketAddress } from 'node:net'
import { UsageError } from '../errors.js'

/** Default UDP port of a conversion server (docs/protocol.md, section 1). */
export const DEFAULT_UDP_PORT = 28200

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
export function canonicalIPv6(host: string): string {
  const [address = host, zone] = host.split('%')
  const spelled = new SocketAddress({ address, family: 'ipv6' }).address
  return zone === undefined ? spelled : `${spelled}%${zone}`
}

/** Write an address the one way in which links compare them. */
export function formatUdpAddress({ host, port }: UdpAddress): string {
  return host.includes(':') ? `udp://[${host}]:${port}` : `udp://${host}:${port}`
}
