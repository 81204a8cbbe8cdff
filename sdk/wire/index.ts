/**
 * Octets to messages and back: pure, one profile at a time.
 *
 * @module wire
 */
export * from './codec.js'
export * from './errors.js'
export * from './message.js'
export * from './message-number.js'
export * from './profile.js'
export * from './resource-encoder.js'
