import { QUIRKS, type QuirkName } from 'viewnet/devices/simulated'
import { z } from 'zod'
import { consoleSchema } from './console-schema.js'
import { messageNumber, milliseconds, secret, tag, textOrExpression, tls, webAddress } from './field-schemas.js'
import { limitsSchema } from './limits-schema.js'
import { powerSchema } from './power-schema.js'
import { ptzSchema } from './ptz-schema.js'

/** What every device of a bench may have, whatever its driver. */
const common = {
  number: messageNumber.describe('External message number that endpoints ask for'),
  tags: z.array(tag).max(32).optional(),
  expect: z
    .strictObject({
      manufacturer: textOrExpression.optional(),
      model: textOrExpression.optional(),
      firmware: textOrExpression.optional(),
    })
    .optional()
    .describe('Who the device must say it is'),
  power: powerSchema.optional(),
  console: consoleSchema.optional(),
  ptz: ptzSchema.optional(),
  limits: limitsSchema.optional(),
  maxInquiries: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe('Lists that the converter asks of it at a time; other requests wait. Left out: 4'),
}

const credentials = { user: z.string().min(1).optional(), password: secret('a password').optional() }

const isComplete = ({ user, password }: { user?: unknown; password?: unknown }): boolean =>
  password === undefined || user !== undefined
const COMPLETE = { path: ['password'], error: 'expected a user beside it, got none' }

const onvif = z
  .strictObject({
    driver: z.literal('onvif'),
    ...common,
    url: webAddress.describe('Address of the device service'),
    ...credentials,
    tls: tls.optional(),
    attemptTimeoutMs: milliseconds
      .optional()
      .describe("Longest that one exchange may take; left out: the driver's own"),
    callTimeoutMs: milliseconds.optional().describe("Longest that one question may take; left out: the driver's own"),
    overallTimeoutMs: milliseconds.optional().describe("Longest that one listing may take; left out: the driver's own"),
    maxReplyBytes: z
      .int()
      .min(1024)
      .max(2 ** 30)
      .optional()
      .describe("Longest reply in octets; left out: the driver's own"),
  })
  .refine(({ tls: given, url }) => given === undefined || url.startsWith('https:'), {
    path: ['tls'],
    error: 'expected an https:// URL beside it, got http://',
  })
  .refine(isComplete, COMPLETE)

/** A recorder that exists only in software; it is there as long as the run. */
const simulated = z.strictObject({
  driver: z.literal('simulated'),
  ...common,
  recordings: z.int().min(0).max(1_000_000).default(240).describe('Recording resources'),
  channels: z.int().min(1).max(1024).default(4),
  seed: z.int().min(0).max(0xffffffff).optional().describe("Its contents follow from it; left out: the run's"),
  quirks: z
    .array(z.enum(Object.keys(QUIRKS) as [QuirkName, ...QuirkName[]]))
    .default([])
    .describe('Ways of real recorders that it has'),
  bootMs: z.int().min(0).max(600_000).default(1500).describe('How long it boots after its power came'),
  flaky: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('Share of its starts, 0–1, drawn from the seed of the run, after which it answers searches with a fault'),
})

/** A device of a bench file. */
export const deviceSchema = z.discriminatedUnion('driver', [onvif, simulated])

/** One device of a bench file. */
export type BenchDevice = z.output<typeof deviceSchema>
/** One that is reached over ONVIF. */
export type OnvifBenchDevice = Extract<BenchDevice, { driver: 'onvif' }>
/** One that exists only in software. */
export type SimulatedBenchDevice = Extract<BenchDevice, { driver: 'simulated' }>
