import { z } from 'zod'

/**
 * The measurements that a bench can hold to limits, by their key in a bench file: the measurement's name in the run record, its unit, and what it
 * is held to where the file says nothing (undefined: nothing).
 */
export const LIMITS = {
  answerMs: { measurement: 'answer time', unit: 'ms', limit: undefined },
  clockOffsetMs: { measurement: 'clock offset', unit: 'ms', limit: undefined },
  listMs: { measurement: 'listing time', unit: 'ms', limit: undefined },
  exchangeMs: { measurement: 'duration', unit: 'ms', limit: undefined },
  rtspMs: { measurement: 'replay answer time', unit: 'ms', limit: 10_000 },
  bootMs: { measurement: 'boot time', unit: 'ms', limit: 180_000 },
  silentMs: { measurement: 'time to silence', unit: 'ms', limit: 20_000 },
  unreachableMs: { measurement: 'time to refusal', unit: 'ms', limit: 60_000 },
  clockAfterPowerLossMs: { measurement: 'clock offset after power loss', unit: 'ms', limit: 300_000 },
} as const

/** A key of {@link LIMITS}. */
export type LimitKey = keyof typeof LIMITS

const limit = z.strictObject({
  limit: z.number().positive().max(1e9).describe('The most that is good; one more fails the case'),
  marginal: z
    .number()
    .min(0)
    .max(1)
    .default(0.8)
    .describe('The share of the limit from which a value is marginal: told, and no failure'),
})

/** Limits by measurement. */
export const limitsSchema = z
  .strictObject(
    Object.fromEntries(
      Object.entries(LIMITS).map(([key, { measurement, unit }]) => [
        key,
        limit.optional().describe(`Limit of the ${measurement}, in ${unit}`),
      ]),
    ) as Record<LimitKey, z.ZodOptional<typeof limit>>,
  )
  .describe('What measurements are held to')

/** Limits of a bench file. */
export type BenchLimits = z.output<typeof limitsSchema>
