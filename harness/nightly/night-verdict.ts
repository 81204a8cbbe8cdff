import type { RunVerdict } from '../report/index.js'

/** An attempt as far as a verdict rests on it. */
export interface JudgedAttempt {
  readonly verdict: RunVerdict
  readonly why: string
}

/**
 * What a device's attempts amount to: the latest that could test it decides, and earlier ones are told, not forgotten. A device whose attempts could
 * all not test it is untested.
 */
export function deviceVerdict(attempts: readonly JudgedAttempt[]): {
  readonly verdict: RunVerdict
  readonly why: string
} {
  const at = attempts.findLastIndex(({ verdict }) => verdict !== 'could-not-test')
  const deciding = attempts[at] ?? attempts.at(-1)
  if (!deciding) return { verdict: 'could-not-test', why: 'no attempt was made' }
  const { verdict } = deciding
  const others = attempts
    .map((attempt, index) => ({ ...attempt, ordinal: index + 1 }))
    .filter((attempt) => attempt.verdict !== 'pass' && attempt.why !== deciding.why)
    .map((attempt) => `attempt ${attempt.ordinal}: ${attempt.verdict}, ${attempt.why}`)
  const own = verdict === 'pass' && attempts.length > 1 ? `passed at attempt ${at + 1}` : deciding.why
  return { verdict, why: [own, ...others].filter((part) => part !== '').join('; ') }
}

/** What several devices amount to: one failure is a failure; otherwise one untested device leaves the whole untested. */
export function devicesVerdict(devices: readonly { readonly verdict: RunVerdict }[]): RunVerdict {
  if (devices.some(({ verdict }) => verdict === 'fail')) return 'fail'
  return devices.length > 0 && devices.every(({ verdict }) => verdict === 'pass') ? 'pass' : 'could-not-test'
}
