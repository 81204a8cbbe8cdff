import type { FlakeScore, RunVerdict } from '../report/index.js'

/** 97.5th percentile of the normal distribution: 95 % between its two sides. */
const Z = 1.959964

/**
 * Score the verdicts of attempts that were made under the same conditions. What could not be tested says nothing of the device, and is left out.
 *
 * @returns undefined when no attempt passed or failed
 * @see E. B. Wilson, Probable inference, the law of succession, and statistical inference, 1927
 */
export function flakeScore(verdicts: readonly RunVerdict[]): FlakeScore | undefined {
  const passes = verdicts.filter((verdict) => verdict === 'pass').length
  const fails = verdicts.filter((verdict) => verdict === 'fail').length
  const runs = passes + fails
  if (runs === 0) return undefined
  const score = Math.min(passes, fails) / runs
  const spread = Z * Math.sqrt((score * (1 - score)) / runs + Z ** 2 / (4 * runs ** 2))
  const scale = 1 + Z ** 2 / runs
  const centre = score + Z ** 2 / (2 * runs)
  return {
    score,
    low: Math.max(0, (centre - spread) / scale),
    // A share of the rarer verdict is never above a half.
    high: Math.min(0.5, (centre + spread) / scale),
    runs,
  }
}
