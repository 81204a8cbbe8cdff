import { join } from 'node:path'
import {
  CATALOGUE,
  certify,
  simulatedDevice,
  type CertificationCase,
  type CertifyOptions,
} from '../../../harness/certification/index.js'
import type { RunRecord } from '../../../harness/report/index.js'

/** Certify a small simulated recorder by some cases of the catalogue, into a folder. */
export async function certified(
  folder: string,
  caseIds: readonly string[],
  change: Partial<CertifyOptions> & { readonly recordings?: number } = {},
): Promise<RunRecord> {
  const { recordings = 30, ...options } = change
  const device = await simulatedDevice(7, recordings)
  try {
    return await certify({
      run: 'spec',
      device,
      seed: 7,
      site: 'lab',
      station: 'bench',
      broker: undefined,
      report: join(folder, 'report'),
      reproduce: 'viewnet certify',
      versions: {},
      signal: new AbortController().signal,
      onEvent: () => undefined,
      cases: casesNamed(caseIds),
      ...options,
    })
  } finally {
    await device.close()
  }
}

/** Cases of the catalogue, in its order. */
export function casesNamed(ids: readonly string[]): readonly CertificationCase[] {
  const cases = CATALOGUE.filter(({ id }) => ids.includes(id))
  if (cases.length !== ids.length) throw new Error(`the catalogue has not all of ${ids.join(', ')}`)
  return cases
}
