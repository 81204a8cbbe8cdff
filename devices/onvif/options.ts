import { parseStrictly } from 'viewnet/device'
import { z } from 'zod'
import { normalFingerprint, type TlsOptions } from './certificate.js'
import type { OnvifExchange } from './onvif-exchange.js'

const MAX_TIMEOUT_MS = 24 * 60 * 60_000

const fields = z.strictObject({
  url: z
    .string()
    .refine(isHttpUrl, { error: ({ input }) => `expected an http: or https: URL, got ${quoted(input)}`, abort: true })
    .refine((url) => !hasCredentials(url), {
      error: 'expected a URL without credentials in it: they are options of their own',
      abort: true,
    })
    .transform((url) => new URL(url)),
  user: z.string().min(1, 'expected at least one character').optional(),
  password: z.string().optional(),
  tls: z
    .union(
      [
        z.strictObject({
          fingerprintSha256: z
            .string()
            .regex(/^([0-9a-f]{2}:?){31}[0-9a-f]{2}$/i, 'expected a SHA-256 fingerprint: 64 hexadecimal digits'),
        }),
        z.strictObject({ insecure: z.literal(true) }),
      ],
      { error: 'expected { fingerprintSha256: 64 hexadecimal digits } or { insecure: true }' },
    )
    .transform((tls) => ('insecure' in tls ? tls : { fingerprintSha256: normalFingerprint(tls.fingerprintSha256) }))
    .optional(),
  attemptTimeoutMs: milliseconds().default(10_000),
  callTimeoutMs: milliseconds().default(20_000),
  overallTimeoutMs: milliseconds().default(300_000),
  maxReplyBytes: z
    .int('expected a whole number of octets')
    .min(1024, 'expected at least 1024')
    .max(2 ** 30, 'expected at most 1073741824')
    .default(32 * 1024 * 1024),
  pageSize: z
    .int('expected a whole number')
    .min(1, 'expected at least 1')
    .max(1000, 'expected at most 1000')
    .default(1000),
  observe: z
    .custom<(exchange: OnvifExchange) => void>((value) => typeof value === 'function', { error: 'expected a function' })
    .optional(),
})

const schema = fields
  .refine(({ user, password }) => password === undefined || user !== undefined, {
    path: ['user'],
    error: "expected one beside 'password', got none",
  })
  .refine(({ url, tls }) => tls === undefined || url.protocol === 'https:', {
    path: ['url'],
    error: "expected https: beside 'tls', got http:",
  })

/** How to reach an ONVIF device, and how patient to be with it. */
export interface OnvifDeviceOptions {
  /** Address of the device service, such as `http://192.0.2.7/onvif/device_service`; http: or https:, without credentials in it. */
  readonly url: string
  /** Whom to ask as; left out: nobody, as some devices let one. */
  readonly user?: string | undefined
  /** Left out: empty. Never sent, only digested, and never told in a message. */
  readonly password?: string | undefined
  /**
   * Whom to trust where the URL is https:. Left out: certificates that this machine trusts, which a device's own is not; the error then tells its
   * fingerprint.
   */
  readonly tls?: TlsOptions | undefined
  /** Longest that one HTTP exchange may take, ms, 1 to a day. Default 10,000: devices wake their disks for a search, which takes seconds. */
  readonly attemptTimeoutMs?: number | undefined
  /**
   * Longest that one question may take with everything it needs: a nonce, the device's clock, a new connection. Ms, 1 to a day. Default 20,000: a slow
   * exchange and time for another.
   */
  readonly callTimeoutMs?: number | undefined
  /**
   * Longest that the device may take for a whole listing, ms, 1 to a day; the reader's own time is not counted. Default 300,000: a million
   * recordings are some 2,000 pages, which a recorder answers at about ten a second.
   */
  readonly overallTimeoutMs?: number | undefined
  /** Longest reply, octets, 1024 to 2³⁰. Default 32 MiB: 1,000 events are about 1 MiB, and some devices ignore how many were asked for. */
  readonly maxReplyBytes?: number | undefined
  /** Most results asked for at once, and most recordings in a page, 1 to 1000. Default 1000; devices that cannot do as many send fewer. */
  readonly pageSize?: number | undefined
  /**
   * Told of every exchange with the device, raw, when it is over. What it is told holds secrets; see {@link OnvifExchange}. While it is there, replies
   * are kept whole until it was told, and node-onvif is not used, because nobody can see what that exchanges.
   */
  readonly observe?: ((exchange: OnvifExchange) => void) | undefined
}

/** {@link OnvifDeviceOptions} once checked, every default in its place. */
export type ParsedOptions = z.output<typeof schema>

/**
 * Check the options.
 *
 * @throws UsageError `ERR_VIEWNET_OPTION` when one is unknown, missing or out of its range, naming it
 */
export function parseOptions(options: OnvifDeviceOptions): ParsedOptions {
  return parseStrictly(schema, options, 'OnvifDevice')
}

/** A URL that was mistyped may still hold a password. */
function quoted(url: unknown): string {
  return String(url).includes('@') ? 'something with credentials' : `'${String(url)}'`
}

function milliseconds() {
  return z
    .int('expected a whole number of milliseconds')
    .min(1, 'expected at least 1 ms')
    .max(MAX_TIMEOUT_MS, `expected at most ${MAX_TIMEOUT_MS} ms`)
}

function isHttpUrl(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
}

function hasCredentials(url: string): boolean {
  const { username, password } = new URL(url)
  return username !== '' || password !== ''
}
