import { consoleSchema as serialConsoleSchema } from 'viewnet/devices/console'
import { z } from 'zod'

/** Where a device talks. */
export const consoleSchema = z
  .discriminatedUnion('driver', [
    serialConsoleSchema.extend({ driver: z.literal('serial') }),
    z.strictObject({
      driver: z.literal('simulated').describe('A console of a simulated device: it boots as embedded Linux does'),
    }),
  ])
  .describe("The device's serial console")

/** How a bench file attaches a device's console. */
export type BenchConsole = z.output<typeof consoleSchema>
