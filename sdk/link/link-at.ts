import { UsageError } from '../errors.js'
import { ethernetLink, type EthernetLinkOptions } from './ethernet.js'
import { formatEthernetAddress, parseEthernetAddress } from './ethernet-address.js'
import type { Link } from './link.js'
import { udpLink, type UdpLinkOptions } from './udp.js'
import { formatUdpAddress, parseUdpAddress } from './udp-address.js'

/** Options of {@link linkAt}; each kind of link takes its own. */
export interface LinkAtOptions extends UdpLinkOptions, EthernetLinkOptions {}

/**
 * The link for an address: `udp://HOST:PORT` or `ethernet:INTERFACE`.
 *
 * @throws UsageError `ERR_VIEWNET_ADDRESS` when it is the address of neither
 */
export function linkAt(address: string, options: LinkAtOptions = {}): Link {
  return address.startsWith('ethernet:') ? ethernetLink(address, options) : udpLink(parseLinkAddress(address), options)
}

/**
 * The one spelling of a link address, `udp://HOST:PORT`, `ethernet:INTERFACE` or `ethernet:INTERFACE/STATION`, in which links tell senders.
 *
 * @throws UsageError `ERR_VIEWNET_ADDRESS` when it is none of them
 */
export function parseLinkAddress(address: string): string {
  if (address.startsWith('ethernet:')) return formatEthernetAddress(parseEthernetAddress(address))
  if (address.startsWith('udp:')) return formatUdpAddress(parseUdpAddress(address))
  const expected = 'udp://ADDRESS:PORT with a numeric IPv4 or [IPv6] address, or ethernet:INTERFACE'
  throw new UsageError('ERR_VIEWNET_ADDRESS', `expected ${expected}, got '${address}'`)
}
