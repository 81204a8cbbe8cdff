/**
 * How packets travel: the contract, and the kinds of link that the SDK brings.
 *
 * @module link
 */
export * from './link.js'
export * from './link-at.js'
export * from './memory.js'
export * from './udp.js'
export { DEFAULT_UDP_PORT, formatUdpAddress, parseUdpAddress, type UdpAddress } from './udp-address.js'
export * from './ethernet.js'
export {
  DEFAULT_ETHER_TYPE,
  formatEthernetAddress,
  parseEthernetAddress,
  type EthernetAddress,
} from './ethernet-address.js'
