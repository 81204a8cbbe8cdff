/**
 * One run record, and what is written from it.
 *
 * @module report
 */
export * from './certificate/index.js'
export * from './ctrf.js'
export * from './junit.js'
export * from './night-record.js'
export { nightPage } from './page/night-page.js'
export * from './parse-run-record.js'
export * from './plain-text.js'
export * from './run-record.js'
export * from './tap.js'
export * from './write-reports.js'
