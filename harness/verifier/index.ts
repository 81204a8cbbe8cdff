/**
 * Derives a verdict from published packet records. Knows nothing of the converter, the endpoint or the bench.
 *
 * @module verifier
 */
export type { Evidence, RuleDescription } from './rule.js'
export { RULES } from './rules.js'
export * from './verdict.js'
export * from './verifier.js'
export type { VerifierOptions } from './verifier-options.js'
