import { z } from 'zod'

/** What turns an analogue head. */
export const ptzSchema = z
  .discriminatedUnion('driver', [
    z.strictObject({
      driver: z.literal('pelco-d'),
      port: z.string().min(1).max(4096).describe('Path of the serial port, or tcp://HOST:PORT of a terminal server'),
      address: z.int().min(1).max(254).default(1).describe('The address that is set at the head'),
      baudRate: z.int().min(300).max(115_200).default(2400),
    }),
  ])
  .describe('The analogue pan and tilt head, by Pelco-D')

/** How a bench file attaches a pan and tilt head. */
export type BenchPtz = z.output<typeof ptzSchema>
