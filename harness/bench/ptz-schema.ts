import { pelcoSchema } from 'viewnet/devices/ptz'
import { z } from 'zod'

/** Ways in which a simulated head can be broken, one at a time. */
const HEAD_FAULTS = ['no-answer', 'garbage', 'stuck', 'runs-on'] as const

/** What turns an analogue head. */
export const ptzSchema = z
  .discriminatedUnion('driver', [
    pelcoSchema.extend({ driver: z.literal('pelco-d') }),
    z.strictObject({
      driver: z.literal('simulated').describe('A head that exists only in software, and tells where it stands'),
      fault: z
        .enum(HEAD_FAULTS)
        .optional()
        .describe('What is wrong with it: it tells no position, or garbage; it does not turn; it heeds no stop'),
    }),
  ])
  .describe('The analogue pan and tilt head, by Pelco-D')

/** How a bench file attaches a pan and tilt head. */
export type BenchPtz = z.output<typeof ptzSchema>
