import { z } from 'zod'
import { CASE_IDS, CaseTag } from '../certification/case-ids.js'

const cases = z
  .array(z.enum([...CASE_IDS, ...CaseTag]))
  .min(1)
  .describe('Cases by their ids, or by a tag that several have')

const devices = z.array(z.string().min(1)).min(1).describe('Devices by their numbers, or by a tag that several have')

/** What of a bench is certified, and how. */
export const planSchema = z
  .strictObject({
    cases: z
      .strictObject({ include: cases.optional(), exclude: cases.optional() })
      .optional()
      .describe(
        'Which cases run; left out: all that are not tagged long, and the long ones where the device has power',
      ),
    devices: z
      .strictObject({ include: devices.optional(), exclude: devices.optional() })
      .optional()
      .describe('Which devices a night certifies; left out: all'),
    retries: z.int().min(0).max(10).default(1).describe('How often a device that did not pass is tried again'),
    parallel: z
      .int()
      .min(1)
      .max(64)
      .optional()
      .describe('Devices at a time; left out: as many as the machine has cores'),
    budgetMinutes: z
      .number()
      .positive()
      .max(7 * 24 * 60)
      .default(600)
      .describe('No attempt begins after this many minutes'),
    seed: z
      .int()
      .min(0)
      .max(0xffffffff)
      .optional()
      .describe('Everything random follows from it; left out: a fresh one'),
  })
  .describe('What is certified, and how')

/** The plan of a bench file. */
export type BenchPlan = z.output<typeof planSchema>
