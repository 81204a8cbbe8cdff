import type { CaseBench, CaseResult, CertificationCase } from '../case.js'
import { heldTo } from '../held-to.js'
import type { Boot, PowerBench } from '../power-cut.js'

const NO_POWER: CaseResult = {
  outcome: 'not-applicable',
  measurements: [],
  why: 'the bench does not switch the power of this device',
}

const NOT_LISTED: CaseResult = {
  outcome: 'could-not-test',
  measurements: [],
  why: "the device's own list is not known, so nobody can tell when it is back",
}

/** Power cases wait for a device to boot, some of them often. */
export const MINUTE_MS = 60_000

/** A case that needs to switch the device's power; whatever comes of it, the device has power afterwards. */
export function powerCase(
  entry: Omit<CertificationCase, 'run'>,
  run: (bench: CaseBench & PowerBench) => Promise<CaseResult>,
): CertificationCase {
  return {
    limitMs: 10 * MINUTE_MS,
    ...entry,
    async run(bench) {
      const { power } = bench
      if (power === undefined) return NO_POWER
      // A device that cannot list would be waited for, after each cut, as long as any may boot.
      if (bench.findings.listing === undefined) return NOT_LISTED
      try {
        return await run({ ...bench, power })
      } finally {
        await power.on()
      }
    },
  }
}

/** A device that did not come back, or too late. */
export function bootResult(bench: PowerBench, boot: Boot | undefined): CaseResult {
  const limit = bench.limitOf('bootMs')
  if (boot === undefined) {
    const why = `expected a good listing within ${limit?.limit} ms after power on, got none`
    return { outcome: 'fail', measurements: [], why }
  }
  const { measurement, problem } = heldTo('bootMs', boot.bootMs, limit)
  return { outcome: problem === '' ? 'pass' : 'fail', measurements: [measurement], why: problem }
}
