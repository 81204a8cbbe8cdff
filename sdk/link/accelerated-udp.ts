import { isIP } from 'node:net'
import { BatchedSocket } from './batched-socket.js'
import { RECEIVE_BUFFER_BYTES, type Carrier, type Counters } from './carrier.js'
import type { LinkReceiver } from './link.js'
import { SOL_UDP, UDP_GRO } from './message-headers.js'
import { InternetAddresses } from './socket-address.js'
import {
  openSocket,
  ownAddress,
  setOption,
  SOCK_DGRAM,
  SOL_SOCKET,
  SO_RCVBUF,
  systemError,
  type SystemCalls,
} from './system-calls.js'
import { formatUdpAddress, type UdpAddress } from './udp-address.js'

const IPPROTO_IPV6 = 41
const IPV6_V6ONLY = 26

/**
 * Open a UDP socket of our own that many packets pass by one system call.
 *
 * @throws Error of the system when it cannot be bound
 */
export function openAcceleratedUdp(
  calls: SystemCalls,
  bind: UdpAddress,
  receiver: LinkReceiver,
  counters: Counters,
): Carrier {
  const addresses = new InternetAddresses(calls, isIP(bind.host) === 6)
  const descriptor = openSocket(calls, addresses.family, SOCK_DGRAM, 0)
  try {
    // As with node:dgram: otherwise an IPv4 sender would show up under a second, mapped address.
    if (isIP(bind.host) === 6) setOption(calls, descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 1)
    setOption(calls, descriptor, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    // Runs arrive joined, as they were sent; a kernel that does not know it hands them over one by one.
    setOption(calls, descriptor, SOL_UDP, UDP_GRO, 1)
    const bound = calls.bind(descriptor, addresses.write(bind), addresses.bytes)
    if (bound < 0) throw systemError('bind', bound, formatUdpAddress(bind))
    const address = formatUdpAddress(addresses.read(ownAddress(calls, descriptor), 0))
    const kind = 'udp-accelerated'
    return new BatchedSocket({ calls, descriptor, kind, address, addresses, cutsRuns: true, receiver, counters })
  } catch (error) {
    calls.close(descriptor)
    throw error
  }
}
