import { parseMessageNumber } from 'viewnet/wire'
import { z } from 'zod'
import { parseBrokerAddress } from '../evidence/broker-address.js'
import { topicLevel } from '../evidence/topics.js'
import { converterSchema } from './converter-schema.js'
import { parsedBy } from './parsed-by.js'

const messageNumber = parsedBy(parseMessageNumber)
const webAddress = z
  .url({ protocol: /^https?$/, error: 'expected an http:// or https:// URL' })
  .refine(hasNoCredentials, 'expected a URL without credentials; they go into user and password')

const password = z.union(
  [z.string(), z.strictObject({ env: z.string().min(1) })],
  'expected a password or { env: NAME }',
)

/** SHA-256 of a certificate, as browsers, openssl and our own errors tell it. */
const fingerprint = z
  .string()
  .regex(/^([0-9a-f]{2}:?){31}[0-9a-f]{2}$/i, 'expected a SHA-256 fingerprint: 64 hexadecimal digits')

const tls = z.union(
  [z.strictObject({ fingerprint }), z.strictObject({ insecure: z.literal(true) })],
  'expected { fingerprint: SHA-256 } or { insecure: true }',
)

const milliseconds = z
  .int()
  .min(1)
  .max(24 * 60 * 60_000)

const device = z
  .strictObject({
    /** External message number that endpoints ask for. */
    number: messageNumber,
    driver: z.enum(['onvif']),
    url: webAddress,
    user: z.string().min(1).optional(),
    password: password.optional(),
    /** Whom to trust over https; left out: certificates that this machine trusts. */
    tls: tls.optional(),
    /** Longest that one exchange, one question and one listing may take; left out: the driver's own. */
    attemptTimeoutMs: milliseconds.optional(),
    callTimeoutMs: milliseconds.optional(),
    overallTimeoutMs: milliseconds.optional(),
    /** Longest reply, octets; left out: the driver's own. */
    maxReplyBytes: z
      .int()
      .min(1024)
      .max(2 ** 30)
      .optional(),
  })
  .refine(({ tls: given, url }) => given === undefined || url.startsWith('https:'), {
    path: ['tls'],
    error: 'expected an https:// URL beside it, got http://',
  })
  .refine(({ user, password: given }) => given === undefined || user !== undefined, {
    path: ['password'],
    error: 'expected a user beside it, got none',
  })

/** What stands in a bench file, and in the configuration of `viewnet serve`. */
export const benchSchema = z.strictObject({
  /** Names become levels of MQTT topics. */
  site: parsedBy((name) => topicLevel('site', name)).default('lab'),
  station: parsedBy((name) => topicLevel('station', name)).default('bench'),
  broker: parsedBy((text) => parseBrokerAddress(text)).optional(),
  converter: converterSchema.optional(),
  devices: z.array(device).min(1).check(numbersDiffer),
})

/** A bench as its file describes it. */
export type BenchDescription = z.output<typeof benchSchema>
/** One device of a bench file. */
export type BenchDevice = BenchDescription['devices'][number]

function hasNoCredentials(text: string): boolean {
  // What is no URL at all has been said already.
  if (!URL.canParse(text)) return true
  const { username, password: secret } = new URL(text)
  return username === '' && secret === ''
}

/** Whoever asks for a number means one device. */
function numbersDiffer(context: z.core.ParsePayload<readonly { readonly number: string }[]>): void {
  const seen = new Set<bigint>()
  for (const [at, { number }] of context.value.entries()) {
    const value = valueOf(number)
    if (value !== undefined && seen.has(value)) {
      const message = `expected a number of its own, got ${number} again`
      context.issues.push({ code: 'custom', message, input: number, path: [at, 'number'] })
    }
    if (value !== undefined) seen.add(value)
  }
}

/** Undefined of what is no number, which has been said already. */
function valueOf(number: string): bigint | undefined {
  try {
    return parseMessageNumber(number)
  } catch {
    return undefined
  }
}
