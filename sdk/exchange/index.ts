/**
 * The converter's side of the protocol, without sockets, clocks or randomness.
 *
 * @module exchange
 */
export * from './events.js'
export * from './exchange.js'
export * from './exchange-table.js'
export * from './limits.js'
export * from './transitions.js'
