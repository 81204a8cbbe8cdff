import { openAcceleratedUdp } from './accelerated-udp.js'
import { LinkError, type Link } from './link.js'
import { PlainUdp } from './plain-udp.js'
import { SocketLink } from './socket-link.js'
import { loadSystemCalls } from './system-calls.js'
import { formatUdpAddress, parseUdpAddress } from './udp-address.js'

/** Whether a UDP link takes many packets by one system call, which needs Linux and the optional package koffi. */
export const Acceleration = {
  /** Where it can. */
  auto: 'auto',
  /** Never: by node:dgram alone. */
  off: 'off',
  /** Or it does not start. */
  required: 'required',
} as const
export type Acceleration = (typeof Acceleration)[keyof typeof Acceleration]

/** Options of {@link udpLink}. */
export interface UdpLinkOptions {
  /** Default `auto`; {@link Link.stats} says which it became, and why. */
  readonly acceleration?: Acceleration
}

/**
 * One packet per UDP datagram.
 *
 * Starting it throws a {@link LinkError} `ERR_VIEWNET_LINK_UNSUPPORTED` when acceleration is required and there is none.
 *
 * @param address - where to bind: `udp://HOST:PORT`; port 0 takes a free one, told by {@link Link.address} after the start
 * @throws UsageError `ERR_VIEWNET_ADDRESS` when it is no such address
 */
export function udpLink(address: string, { acceleration = Acceleration.auto }: UdpLinkOptions = {}): Link {
  const bind = parseUdpAddress(address)
  const name = formatUdpAddress(bind)
  return new SocketLink(name, 'udp', async (receiver, counters) => {
    if (acceleration === Acceleration.off) return PlainUdp.open(bind, receiver, counters, 'it is turned off')
    const system = await loadSystemCalls()
    if ('calls' in system) return openAcceleratedUdp(system.calls, bind, receiver, counters)
    if (acceleration === Acceleration.required) {
      const message = `${name}: acceleration is required, but ${system.whyNot}; install koffi on Linux, or take 'auto'`
      throw new LinkError('ERR_VIEWNET_LINK_UNSUPPORTED', message)
    }
    return PlainUdp.open(bind, receiver, counters, system.whyNot)
  })
}
