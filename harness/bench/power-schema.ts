import { outletSchemasWith } from 'viewnet/devices/power'
import { SERIAL_FAULTS, type SerialFaultName } from 'viewnet/devices/simulated'
import { z } from 'zod'
import { secret } from './field-schemas.js'

const outlets = outletSchemasWith(secret('a password'))

/** Ways in which a simulated relay board can be broken, one at a time. */
const faults = z
  .array(z.enum(Object.keys(SERIAL_FAULTS) as [SerialFaultName, ...SerialFaultName[]]))
  .max(1)
  .default([])

/** A relay of a board that exists only in software, as long as the run. */
const simulated = z.strictObject({
  driver: z.literal('simulated'),
  board: z
    .string()
    .regex(/^[\w-]{1,32}$/, 'expected 1–32 letters, digits, _ or -')
    .optional()
    .describe('Devices that name the same board share one; left out: a board of its own'),
  relay: z.int().min(1).max(16).default(1),
  faults: faults.describe(
    Object.entries(SERIAL_FAULTS)
      .map(([name, does]) => `${name}: ${does}`)
      .join('; '),
  ),
  faultAfter: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(1)
    .describe(
      'Commands to switch that go well before the fault is there; the first is the one with which a run begins',
    ),
})

/** What switches a device's power. */
export const powerSchema = z
  .discriminatedUnion('driver', [
    outlets.lcus,
    outlets.kmtronic,
    outlets.numato,
    outlets['modbus-rtu'],
    outlets['control-line'],
    outlets['snmp-poe'],
    outlets.http,
    outlets.shelly,
    simulated,
  ])
  .describe("What switches the device's power")

/** How a bench file attaches a device's power. */
export type BenchPower = z.output<typeof powerSchema>
