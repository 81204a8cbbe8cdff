/**
 * Messages that wait on the disk for a broker that is away.
 *
 * @module outbox
 */
export * from './disk-outbox.js'
export type { OutboxMessage } from './frame.js'
