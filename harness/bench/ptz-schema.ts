import { pelcoSchema } from 'viewnet/devices/ptz'
import { z } from 'zod'

/** What turns an analogue head. */
export const ptzSchema = z
  .discriminatedUnion('driver', [pelcoSchema.extend({ driver: z.literal('pelco-d') })])
  .describe('The analogue pan and tilt head, by Pelco-D')

/** How a bench file attaches a pan and tilt head. */
export type BenchPtz = z.output<typeof ptzSchema>
