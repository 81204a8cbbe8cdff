import { BatchedSocket } from './batched-socket.js'
import { BoundedMap, REMEMBERED_PEERS } from './bounded-map.js'
import { RECEIVE_BUFFER_BYTES, type Carrier, type Counters } from './carrier.js'
import {
  DEFAULT_ETHER_TYPE,
  formatEthernetAddress,
  isGroup,
  parseEthernetAddress,
  type EthernetAddress,
} from './ethernet-address.js'
import { LinkError, type Link, type LinkReceiver } from './link.js'
import type { SocketAddresses } from './socket-address.js'
import { SocketLink } from './socket-link.js'
import {
  getOption,
  loadSystemCalls,
  openSocket,
  ownAddress,
  setOption,
  SOCK_DGRAM,
  SOL_SOCKET,
  SO_ERROR,
  SO_RCVBUF,
  systemError,
  type SystemCalls,
} from './system-calls.js'

const AF_PACKET = 17
const SOCKADDR_LL_BYTES = 20
const ARPHRD_ETHER = 1
/** To us alone: not to a group, and not what we, or a station that only passes by, sent to another. */
const PACKET_HOST = 0
const EPERM = -1
const EACCES = -13

/** Options of {@link ethernetLink}. */
export interface EthernetLinkOptions {
  /** 0x0600–0xffff; default 0x88b5. A wire profile may name another. */
  readonly etherType?: number
}

/**
 * One packet per Ethernet frame, without IP: needs Linux, the optional package koffi, and the right to open raw sockets (CAP_NET_RAW).
 *
 * Only frames of the EtherType that are addressed to this station are received; the interface is not made promiscuous. Starting it throws a
 * {@link LinkError}: `ERR_VIEWNET_LINK_UNSUPPORTED`, `ERR_VIEWNET_LINK_PERMISSION`, `ERR_VIEWNET_LINK_INTERFACE`, or `ERR_VIEWNET_LINK_START`.
 *
 * @param address - `ethernet:INTERFACE`; {@link Link.address} names the station, too, after the start
 * @throws UsageError `ERR_VIEWNET_ADDRESS` when it is no such address
 */
export function ethernetLink(address: string, { etherType = DEFAULT_ETHER_TYPE }: EthernetLinkOptions = {}): Link {
  const parsed = parseEthernetAddress(address)
  const name = formatEthernetAddress(parsed)
  return new SocketLink(name, 'ethernet', async (receiver, counters) => {
    const system = await loadSystemCalls()
    if ('calls' in system) return openEthernet(system.calls, parsed, etherType, receiver, counters)
    const message = `${name}: raw Ethernet is not possible here: ${system.whyNot}`
    throw new LinkError('ERR_VIEWNET_LINK_UNSUPPORTED', message)
  })
}

function openEthernet(
  calls: SystemCalls,
  wanted: EthernetAddress,
  etherType: number,
  receiver: LinkReceiver,
  counters: Counters,
): Carrier {
  const name = formatEthernetAddress(wanted)
  const descriptor = openPacketSocket(calls, name)
  try {
    const index = calls.interfaceIndex(wanted.interface)
    if (index === 0) throw interfaceError(name, 'this machine has no such interface; `ip link` lists them')
    const addresses = new EthernetAddresses(wanted.interface, index, etherType)
    setOption(calls, descriptor, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    const bound = calls.bind(descriptor, addresses.listening, SOCKADDR_LL_BYTES)
    if (bound < 0) throw systemError('bind', bound, name)
    if (getOption(calls, descriptor, SOL_SOCKET, SO_ERROR) !== 0) {
      throw interfaceError(name, `the interface is down; \`ip link set ${wanted.interface} up\``)
    }
    const own = ownAddress(calls, descriptor)
    const address = formatEthernetAddress({ interface: wanted.interface, station: stationAt(own, 12) })
    if (hardwareOf(own) !== ARPHRD_ETHER) throw interfaceError(name, 'it is no Ethernet interface')
    if (wanted.station !== undefined && address !== name) {
      throw interfaceError(name, `the interface is another station: ${address}`)
    }
    const kind = 'ethernet'
    return new BatchedSocket({ calls, descriptor, kind, address, addresses, cutsRuns: false, receiver, counters })
  } catch (error) {
    calls.close(descriptor)
    throw error
  }
}

function openPacketSocket(calls: SystemCalls, name: string): number {
  try {
    // Of protocol 0, which receives nothing: only what it is bound to counts, and no frame of another interface slips in before.
    return openSocket(calls, AF_PACKET, SOCK_DGRAM, 0)
  } catch (cause) {
    const { errno } = cause as NodeJS.ErrnoException
    if (errno !== EPERM && errno !== EACCES) throw cause
    const message = `${name}: this process may not open raw sockets; give it CAP_NET_RAW`
    throw new LinkError('ERR_VIEWNET_LINK_PERMISSION', message, { cause })
  }
}

function interfaceError(name: string, reason: string): LinkError {
  return new LinkError('ERR_VIEWNET_LINK_INTERFACE', `${name}: ${reason}`)
}

/** `struct sockaddr_ll`: | family u16, native | EtherType u16 | interface i32, native | hardware u16, native | packet type u8 | length u8 | station 8 |. */
class EthernetAddresses implements SocketAddresses {
  readonly bytes = SOCKADDR_LL_BYTES
  /** What to bind to. */
  readonly listening: Uint8Array
  readonly #interface: string
  readonly #encoded = new BoundedMap<string, Uint8Array>(REMEMBERED_PEERS)
  readonly #decoded = new BoundedMap<number, string>(REMEMBERED_PEERS)

  constructor(name: string, index: number, etherType: number) {
    this.#interface = name
    this.listening = new Uint8Array(SOCKADDR_LL_BYTES)
    const view = new DataView(this.listening.buffer)
    view.setUint16(0, AF_PACKET, true)
    view.setUint16(2, etherType)
    view.setInt32(4, index, true)
  }

  encode(to: string): Uint8Array | undefined {
    let octets = this.#encoded.get(to)
    if (!octets) {
      octets = this.#parse(to)
      if (octets) this.#encoded.set(to, octets)
    }
    return octets
  }

  decode(octets: Uint8Array, at: number): string | undefined {
    if (octets[at + 10] !== PACKET_HOST || isGroup(octets[at + 12]!)) return undefined
    const upper = (octets[at + 12]! << 16) | (octets[at + 13]! << 8) | octets[at + 14]!
    const lower = (octets[at + 15]! << 16) | (octets[at + 16]! << 8) | octets[at + 17]!
    const key = upper * 0x100_0000 + lower
    let name = this.#decoded.get(key)
    if (name === undefined) {
      name = formatEthernetAddress({ interface: this.#interface, station: stationAt(octets, at + 12) })
      this.#decoded.set(key, name)
    }
    return name
  }

  /** Only stations that this interface reaches. */
  #parse(to: string): Uint8Array | undefined {
    let address: EthernetAddress
    try {
      address = parseEthernetAddress(to)
    } catch {
      return undefined
    }
    if (address.station === undefined || address.interface !== this.#interface) return undefined
    const octets = new Uint8Array(this.listening)
    octets[11] = 6
    octets.set(
      address.station.split(':').map((part) => Number.parseInt(part, 16)),
      12,
    )
    return octets
  }
}

function stationAt(octets: Uint8Array, at: number): string {
  return Array.from(octets.subarray(at, at + 6), (octet) => octet.toString(16).padStart(2, '0')).join(':')
}

function hardwareOf(address: Uint8Array): number {
  return new DataView(address.buffer, address.byteOffset).getUint16(8, true)
}
