/**
 * Bad networks, on purpose and reproducibly: a link around a link.
 *
 * @module harness/impairment
 */
export * from './fate.js'
export type { Schedule } from './held-packets.js'
export * from './impaired-link.js'
export { parseImpairment, type Impairment, type ImpairmentOptions } from './impairment-options.js'
