import { parseUdpAddress } from 'viewnet/link'
import { parseMessageNumber } from 'viewnet/wire'
import { z } from 'zod'

/** A string that a parser of the SDK takes; what the parser says becomes the issue's message. */
const parsedBy = (parse: (text: string) => unknown): z.ZodString =>
  z.string().check((context) => {
    try {
      parse(context.value)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      context.issues.push({ code: 'custom', message, input: context.value })
    }
  })

const messageNumber = parsedBy(parseMessageNumber)
const linkAddress = parsedBy((text) => parseUdpAddress(text))
const webAddress = z.url({ protocol: /^https?$/, error: 'expected an http:// or https:// URL' })

/** Names become MQTT topic levels, so they may hold none of MQTT's own characters. */
const topicLevel = z.string().regex(/^[^+#/\0]{1,64}$/, 'expected 1–64 characters without + # / or NUL')

const password = z.union([z.string(), z.strictObject({ env: z.string().min(1) })], 'expected a password or { env: NAME }')

const device = z.strictObject({
  /** External message number that endpoints ask for. */
  number: messageNumber,
  driver: z.enum(['onvif']),
  url: webAddress,
  user: z.string().optional(),
  password: password.optional(),
})

const converter = z.strictObject({
  number: messageNumber,
  link: linkAddress,
  peers: z.array(linkAddress).min(1),
})

/** What stands in a bench file, and in the configuration of `viewnet serve`. */
export const benchSchema = z.strictObject({
  site: topicLevel.default('lab'),
  station: topicLevel.default('bench'),
  broker: z.url({ protocol: /^mqtts?$/, error: 'expected an mqtt:// or mqtts:// URL' }).optional(),
  converter: converter.optional(),
  devices: z.array(device).min(1),
})

/** A bench as its file describes it. */
export type BenchDescription = z.output<typeof benchSchema>
/** One device of a bench file. */
export type BenchDevice = BenchDescription['devices'][number]
/** The converter of a bench file. */
export type BenchConverter = NonNullable<BenchDescription['converter']>
