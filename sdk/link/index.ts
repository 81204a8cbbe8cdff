/**
 * How packets travel: the contract, and the kinds of link that the SDK brings.
 *
 * @module link
 */
export * from './link.js'
export * from './memory.js'
export * from './udp.js'
export * from './udp-address.js'
