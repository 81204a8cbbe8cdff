/**
 * Captures: the evidence of a run as a pcapng file, for tools that people already have.
 *
 * @module evidence/pcapng
 */
export { PCAPNG_MAGIC } from './layout.js'
export * from './pcapng-reader.js'
export * from './pcapng-sink.js'
