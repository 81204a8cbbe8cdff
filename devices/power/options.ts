import { nearestWord, parseStrictly, UsageError } from 'viewnet/device'
import { z } from 'zod'
import { baudRate, framingShape, portSchema } from '../serial/options.js'
import { patternSchema } from '../serial/pattern.js'

const MAX_WAIT_MS = 120_000

/** What every outlet has. */
const outletShape = {
  /** How the outlet is left when the run is over. */
  safeState: z.enum(['on', 'off', 'as-is']).default('off'),
  /** Longest that one answer may take; left out: the driver's own. */
  replyTimeoutMs: z.int().min(10).max(MAX_WAIT_MS).default(1000),
  /** How long a board may take until it tells the state that it was switched to. */
  settleTimeoutMs: z.int().min(0).max(MAX_WAIT_MS).default(2000),
}

/** What every outlet behind a serial port has. */
const serialShape = {
  ...outletShape,
  port: portSchema,
  /** How long to look for a board that was unplugged before a command is given up. */
  reopenTimeoutMs: z.int().min(0).max(MAX_WAIT_MS).default(10_000),
  /** Which contact feeds the device: with `normally-closed` the device has power while the relay is at rest. */
  wiring: z.enum(['normally-open', 'normally-closed']).default('normally-open'),
}

const host = z.string().min(1).max(253)

const webAddress = z
  .url({ protocol: /^https?$/, error: 'expected an http:// or https:// URL' })
  .refine((url) => !/^[^/]*\/\/[^/]*@/.test(url), 'expected a URL without credentials; they go into user and password')

/** `{outlet}` stands for the outlet's name in it; the URL must be one once that is filled in. */
const webTemplate = z
  .string()
  .max(2048)
  .refine((template) => webAddress.safeParse(template.replaceAll('{outlet}', '1')).success, {
    error: 'expected an http:// or https:// URL, {outlet} for the outlet, and no credentials in it',
  })

const webRequest = z.union([
  webTemplate,
  z.strictObject({
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH']).default('GET'),
    url: webTemplate,
    body: z.string().max(4096).optional(),
    contentType: z.string().min(1).max(128).default('application/json'),
  }),
])

/** A reading that means on or off: text, number or truth, compared as text. */
const reading = z.union([z.string(), z.number(), z.boolean()]).transform(String)

const webState = z
  .strictObject({
    request: webRequest,
    /** RFC 6901 pointer into a JSON answer, such as `/relays/0/ison`. */
    pointer: z
      .string()
      .regex(/^(\/[^/]*)+$/, 'expected a JSON pointer such as /relay/state')
      .optional(),
    /** Regular expression over the answer's text; its first group is the reading. */
    pattern: patternSchema.optional(),
    on: reading.prefault(true),
    off: reading.prefault(false),
  })
  .refine(({ pointer, pattern }) => (pointer === undefined) !== (pattern === undefined), {
    error: 'expected either a pointer or a pattern',
  })

/**
 * The strict schemas of outlets, one a driver.
 *
 * @param secret - what a password looks like: text, or in a bench file also the environment variable that holds it
 */
export function outletSchemasWith<S extends z.ZodType>(secret: S) {
  const login = { user: z.string().min(1).optional(), password: secret.optional() }
  const key = { key: secret }
  return {
    lcus: z.strictObject({
      driver: z.literal('lcus'),
      ...serialShape,
      relay: z.int().min(1).max(16),
      baudRate: baudRate.default(9600),
      /** How the board answers a query of FF: not at all, an octet a relay, or lines of text (`CH1: ON`). */
      status: z.enum(['none', 'octets', 'text']).default('none'),
    }),
    kmtronic: z.strictObject({
      driver: z.literal('kmtronic'),
      ...serialShape,
      relay: z.int().min(1).max(8),
      baudRate: baudRate.default(9600),
      /** How the board is asked: FF 09 00 for all relays (four and eight channels), FF n 03 for one (one and two channels), not at all. */
      status: z.enum(['none', 'each', 'all']).default('all'),
    }),
    numato: z.strictObject({
      driver: z.literal('numato'),
      ...serialShape,
      relay: z.int().min(0).max(63),
      /** Any will do over USB; it matters behind a real UART. */
      baudRate: baudRate.default(19_200),
    }),
    'modbus-rtu': z.strictObject({
      driver: z.literal('modbus-rtu'),
      ...serialShape,
      ...framingShape,
      /** The board's address; beyond the standard's 247, because LC Technology's boards come with 255. */
      unit: z.int().min(1).max(255).default(1),
      /** The relay's coil, counted from 0 as on the wire. */
      coil: z.int().min(0).max(65_535),
      baudRate: baudRate.default(9600),
    }),
    'control-line': z.strictObject({
      driver: z.literal('control-line'),
      ...serialShape,
      line: z.enum(['rts', 'dtr']),
      baudRate: baudRate.default(9600),
    }),
    'snmp-poe': z.strictObject({
      driver: z.literal('snmp-poe'),
      ...outletShape,
      host,
      udpPort: z.int().min(1).max(65_535).default(161),
      /** pethPsePortGroupIndex: the member of a stack, 1 on its own. */
      group: z.int().min(1).max(65_535).default(1),
      /** pethPsePortIndex: the switch's port. */
      poePort: z.int().min(1).max(65_535),
      snmp: z.discriminatedUnion('version', [
        z.strictObject({ version: z.literal('2c'), community: secret }),
        z.strictObject({
          version: z.literal('3'),
          user: z.string().min(1).max(32),
          authentication: z
            .strictObject({ protocol: z.enum(['md5', 'sha', 'sha224', 'sha256', 'sha384', 'sha512']), ...key })
            .optional(),
          privacy: z.strictObject({ protocol: z.enum(['des', 'aes', 'aes256b', 'aes256r']), ...key }).optional(),
          context: z.string().max(32).default(''),
        }),
      ]),
    }),
    http: z.strictObject({
      driver: z.literal('http'),
      ...outletShape,
      /** The outlet's name at the PDU, filled into the URLs and bodies as `{outlet}`. */
      outlet: z.string().min(1).max(64),
      on: webRequest,
      off: webRequest,
      /** Left out: the outlet is write-only. */
      state: webState.optional(),
      ...login,
    }),
    shelly: z.strictObject({
      driver: z.literal('shelly'),
      ...outletShape,
      url: webAddress,
      /** The switch's number, from 0. */
      switch: z.int().min(0).max(63).default(0),
      /** Left out: admin, the only user that these devices have. */
      ...login,
    }),
  } as const
}

/** The strict schemas of outlets, one a driver; passwords are text. */
export const outletSchemas = outletSchemasWith(z.string())

/** A driver of outlets, by the name that options give it. */
export type PowerDriver = keyof typeof outletSchemas

/** How an outlet is reached: what {@link outletSchemas} take, told apart by `driver`. */
export type OutletOptions = z.input<(typeof outletSchemas)[PowerDriver]>

/** {@link OutletOptions} once checked, every default in its place. */
export type ParsedOutletOptions = z.output<(typeof outletSchemas)[PowerDriver]>

/** The options of one driver once checked. */
export type ParsedOptionsOf<D extends PowerDriver> = z.output<(typeof outletSchemas)[D]>

/** @throws UsageError `ERR_VIEWNET_OPTION` when an option is unknown, missing or out of its range, naming it and the nearest right word */
export function parseOutletOptions(options: unknown): ParsedOutletOptions {
  const driver = typeof options === 'object' && options !== null && 'driver' in options ? options.driver : undefined
  if (!isDriver(driver)) {
    const drivers = Object.keys(outletSchemas)
    const hint = typeof driver === 'string' ? nearestWord(driver, drivers) : `; known: ${drivers.join(', ')}`
    throw new UsageError('ERR_VIEWNET_OPTION', `power outlet: driver: expected one${hint}`)
  }
  return parseStrictly<z.ZodType<ParsedOutletOptions>>(outletSchemas[driver], options, `power outlet (${driver})`)
}

function isDriver(value: unknown): value is PowerDriver {
  return typeof value === 'string' && Object.hasOwn(outletSchemas, value)
}
