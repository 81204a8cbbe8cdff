/**
 * Derives a verdict from published packet records. Knows nothing of the converter, the endpoint or the bench.
 *
 * @module verifier
 */
export type { Breach, Evidence, Rule } from './rule.js'
export { RULES } from './rules.js'
export * from './verdict.js'
export * from './verifier.js'
export type { ExchangeFacts } from './exchange-facts.js'
export type { FlowFacts } from './flow-facts.js'
export type { Sighting } from './sighting.js'
