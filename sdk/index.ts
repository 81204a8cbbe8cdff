/**
 * What a program embeds to become a conversion server.
 *
 * @module viewnet
 */
export * from './server/index.js'
export * from './device/index.js'
export { DEFAULT_LIMITS, type CloseReason, type ExchangeFacts, type ExchangeLimits } from './exchange/index.js'
export {
  Acceleration,
  DEFAULT_UDP_PORT,
  ethernetLink,
  linkAt,
  LinkError,
  LinkKind,
  MemoryNetwork,
  RUN_PACKETS_MOST,
  udpLink,
  type EthernetLinkOptions,
  type Link,
  type LinkAtOptions,
  type LinkReceiver,
  type LinkStats,
  type UdpLinkOptions,
} from './link/index.js'
export { DecodeError, REFERENCE_1, ResponseStatus, type WireProfile } from './wire/index.js'
