/**
 * Octets to messages and back: pure, one profile at a time.
 *
 * @module wire
 */
export * from './codec.js'
export { crc32 } from './crc32.js'
export * from './errors.js'
export { PROTOCOL_VERSION } from './frame.js'
export * from './message.js'
export * from './message-number.js'
export * from './packet-view.js'
export * from './profile.js'
export * from './resource-encoder.js'
export * from './resource-run.js'
