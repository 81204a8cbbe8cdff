import { isIP } from 'node:net'
import { BoundedMap, REMEMBERED_PEERS } from './bounded-map.js'
import type { SystemCalls } from './system-calls.js'
import { canonicalIPv6, formatUdpAddress, parseUdpAddress, type UdpAddress } from './udp-address.js'

/** The link addresses of one socket, in the form that the kernel has of them (`struct sockaddr_…`). */
export interface SocketAddresses {
  /** Length of each. */
  readonly bytes: number
  /** Where to send; undefined where nobody can be. The same octets for the same address. */
  encode(to: string): Uint8Array | undefined
  /** Who sent; undefined of what is not for us. The same string for the same octets. */
  decode(octets: Uint8Array, at: number): string | undefined
}

export const AF_INET = 2
export const AF_INET6 = 10
const SOCKADDR_IN_BYTES = 16
const SOCKADDR_IN6_BYTES = 28

/** `struct sockaddr_in` or `sockaddr_in6`: | family u16, native | port u16 | address 4 | … or | family | port | flow u32 | address 16 | scope u32, native |. */
export class InternetAddresses implements SocketAddresses {
  readonly bytes: number
  readonly family: number
  readonly #calls: SystemCalls
  readonly #encoded = new BoundedMap<string, Uint8Array>(REMEMBERED_PEERS)
  readonly #decoded = new BoundedMap<string | number, string>(REMEMBERED_PEERS)

  constructor(calls: SystemCalls, isIPv6: boolean) {
    this.#calls = calls
    this.family = isIPv6 ? AF_INET6 : AF_INET
    this.bytes = isIPv6 ? SOCKADDR_IN6_BYTES : SOCKADDR_IN_BYTES
  }

  encode(to: string): Uint8Array | undefined {
    let octets = this.#encoded.get(to)
    if (!octets) {
      octets = this.#parse(to)
      if (octets) this.#encoded.set(to, octets)
    }
    return octets
  }

  decode(octets: Uint8Array, at: number): string {
    const key = this.family === AF_INET ? keyOfIPv4(octets, at) : keyOfIPv6(octets, at)
    let name = this.#decoded.get(key)
    if (name === undefined) {
      name = formatUdpAddress(this.read(octets, at))
      this.#decoded.set(key, name)
    }
    return name
  }

  /** @throws RangeError when its zone is no interface of this machine */
  write({ host, port }: UdpAddress): Uint8Array {
    const octets = new Uint8Array(this.bytes)
    const view = new DataView(octets.buffer)
    view.setUint16(0, this.family, true)
    view.setUint16(2, port)
    if (this.family === AF_INET) {
      octets.set(host.split('.').map(Number), 4)
      return octets
    }
    const [address = host, zone] = host.split('%')
    octets.set(octetsOfIPv6(address), 8)
    view.setUint32(24, zone === undefined ? 0 : this.#scopeOf(zone), true)
    return octets
  }

  read(octets: Uint8Array, at: number): UdpAddress {
    const view = new DataView(octets.buffer, octets.byteOffset + at, this.bytes)
    const port = view.getUint16(2)
    if (this.family === AF_INET) return { host: octets.subarray(at + 4, at + 8).join('.'), port }
    const groups = Array.from({ length: 8 }, (_, group) => view.getUint16(8 + group * 2).toString(16))
    const scope = view.getUint32(24, true)
    const isLinkLocal = (view.getUint16(8) & 0xffc0) === 0xfe80
    // As Node has it: the zone belongs to link-local addresses alone.
    const zone = isLinkLocal && scope > 0 ? `%${this.#calls.interfaceName(scope) ?? scope}` : ''
    return { host: canonicalIPv6(groups.join(':') + zone), port }
  }

  #parse(to: string): Uint8Array | undefined {
    try {
      const address = parseUdpAddress(to)
      if (address.port === 0 || isIP(address.host) !== (this.family === AF_INET ? 4 : 6)) return undefined
      return this.write(address)
    } catch {
      return undefined
    }
  }

  #scopeOf(zone: string): number {
    const index = /^\d+$/.test(zone) ? Number(zone) : this.#calls.interfaceIndex(zone)
    if (index === 0) throw new RangeError(`expected an interface of this machine, got '${zone}'`)
    return index
  }
}

/** Port and address as one number: 48 bits. */
function keyOfIPv4(octets: Uint8Array, at: number): number {
  const port = (octets[at + 2]! << 8) | octets[at + 3]!
  const host = (octets[at + 4]! << 24) | (octets[at + 5]! << 16) | (octets[at + 6]! << 8) | octets[at + 7]!
  return port * 0x1_0000_0000 + (host >>> 0)
}

/** All but the flow label, which a sender may change from packet to packet. */
function keyOfIPv6(octets: Uint8Array, at: number): string {
  const name = Buffer.from(octets.buffer, octets.byteOffset + at, SOCKADDR_IN6_BYTES)
  return name.toString('latin1', 2, 4) + name.toString('latin1', 8)
}

/** @param address - spelled as `canonicalIPv6` does, which may end in dots: `::ffff:127.0.0.1` */
function octetsOfIPv6(address: string): Uint8Array {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  const pair = (high = '0', low = '0'): string => ((Number(high) << 8) | Number(low)).toString(16)
  const hexadecimal = dotted ? `${dotted[1] ?? ''}${pair(dotted[2], dotted[3])}:${pair(dotted[4], dotted[5])}` : address
  const [head = '', tail] = hexadecimal.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after]
  const octets = new Uint8Array(16)
  const view = new DataView(octets.buffer)
  groups.forEach((group, index) => view.setUint16(index * 2, Number.parseInt(group, 16)))
  return octets
}
