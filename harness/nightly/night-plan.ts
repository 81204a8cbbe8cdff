import { z } from 'zod'
import { BenchError, type BenchDescription, type BenchDevice } from '../bench/index.js'

/** What of a night's options is kept in the history, so that it can go on after it was killed. */
export interface NightPlan {
  /** Path of the bench file. */
  readonly benchFile: string
  /** Attempts at a time. */
  readonly parallelCount: number
  /** Attempts after the first, for a device that did not pass. */
  readonly retryCount: number
  /** No attempt begins after so long, ms. */
  readonly budgetMs: number
  /** Longest that one attempt may take, ms. */
  readonly attemptTimeoutMs: number
}

const nightPlan: z.ZodType<NightPlan> = z.strictObject({
  benchFile: z.string(),
  parallelCount: z.int().min(1),
  retryCount: z.int().min(0),
  budgetMs: z.number().positive(),
  attemptTimeoutMs: z.number().positive(),
})

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
