/**
 * What a bench remembers: every attempt on every device, in SQLite or PostgreSQL.
 *
 * @module history
 */
export * from './device-history.js'
export * from './flake-score.js'
export * from './history.js'
export { shownAddress } from './open-history.js'
export { AttemptState, type AttemptTable, type NightTable } from './tables.js'
