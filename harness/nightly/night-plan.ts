import { z } from 'zod'
import { BenchError, type BenchDescription, type BenchDevice } from '../bench/index.js'

/** What of a night's options is kept in the history, so that it can go on after it was killed. */
const nightPlan = z.strictObject({
  /** Path of the bench file. */
  benchFile: z.string(),
  /** Attempts at a time. */
  parallelCount: z.int().min(1),
  /** Attempts after the first, for a device that did not pass. */
  retryCount: z.int().min(0),
  /** No attempt begins after so long, ms. */
  budgetMs: z.number().positive(),
  /** Longest that one attempt may take, ms. */
  attemptTimeoutMs: z.number().positive(),
})

/** What of a night's options is kept in the history. */
export type NightPlan = z.output<typeof nightPlan>

/** @throws BenchError `ERR_VIEWNET_HISTORY` when it is no plan of this version */
export function parseNightPlan(text: string): NightPlan {
  try {
    return nightPlan.parse(JSON.parse(text))
  } catch (cause) {
    throw new BenchError('ERR_VIEWNET_HISTORY', 'history: expected the plan of a night, got something else', { cause })
  }
}

/** The devices that a bench's plan wants certified, in the order of the file. */
export function nightDevices({ devices, plan }: BenchDescription): readonly BenchDevice[] {
  const { include, exclude } = plan?.devices ?? {}
  const isNamed = ({ number, tags = [] }: BenchDevice, names: readonly string[]): boolean =>
    names.includes(number) || tags.some((tag) => names.includes(tag))
  return devices.filter((device) => (!include || isNamed(device, include)) && (!exclude || !isNamed(device, exclude)))
}
