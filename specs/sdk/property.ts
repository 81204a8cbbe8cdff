import * as fc from 'fast-check'
import type { Test } from 'tap'

/**
 * Assert a property over random values. The seed is `VIEWNET_SEED`, or a new one; it is printed, so that the run can be had again.
 *
 * @param runs - how many values are tried
 */
export function holds<Ts>(t: Test, property: fc.IProperty<Ts>, runs = 200): void {
  const seed = Number(process.env['VIEWNET_SEED'] ?? Date.now() % 0x7fffffff)
  t.doesNotThrow(() => fc.assert(property, { seed, numRuns: runs }), `${runs} runs with VIEWNET_SEED=${seed}`)
}
