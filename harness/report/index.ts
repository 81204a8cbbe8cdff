/**
 * One run record, and what is written from it.
 *
 * @module report
 */
export * from './certificate/index.js'
export * from './ctrf.js'
export * from './folder-lock.js'
export * from './junit.js'
export * from './night-record.js'
export { readStories } from './exchange-story/read-stories.js'
export type * from './exchange-story/story.js'
export { nightPage } from './page/night-page.js'
export * from './parse-run-record.js'
export { runPage, type RunPageParts } from './page/run-page.js'
export * from './plain-text.js'
export * from './run-record.js'
export * from './shell-line.js'
export * from './tap.js'
export * from './write-reports.js'
