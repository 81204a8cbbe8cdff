import { z } from 'zod'
import { parseLinkAddress, type Link } from 'viewnet/link'
import { parseStrictly, UsageError } from 'viewnet/device'
import { DEFAULT_MAX_RESOURCES, type ResourceHandling } from './exchange-options.js'
import { DEFAULT_ENDPOINT_TIMINGS, type EndpointTimings } from './endpoint-timings.js'
import { parseExternalNumber } from './external-number.js'
import type { NodeAddress, RequestMessage } from './message.js'

/** Options of {@link VideoNetworkEndpoint}. */
export interface VideoNetworkEndpointOptions {
  /** Started and closed by the endpoint. */
  readonly link: Link
  /** The converter's link address, such as `udp://127.0.0.1:28200`; packets from any other are dropped. */
  readonly to: string
  /** The converter's external message number: `00001-00020-00300-04000`. */
  readonly converterNumber: string
  /** Our own address. Default: metropolitan area 1, access 1, as in the test vectors of docs/protocol.md. */
  readonly address?: NodeAddress
  /**
   * The converter's address: packets go to it, and only packets from it are taken. Default: they go to metropolitan area 1, access 2, and
   * any source is taken, because the link address already tells who it is.
   */
  readonly converterAddress?: NodeAddress
  /** Each 1 ms–1 h. Default: docs/protocol.md, section 3. */
  readonly timings?: Partial<EndpointTimings>
  /** Resources that one exchange may bring, 1–50,000,000; bounds its memory, at 38 octets each. Default: 2,000,000. */
  readonly maxResources?: number
}

/** One request. */
export interface EndpointRequest {
  /** The device's external message number: `00001-00020-00300-00007`. */
  readonly device: string
  /** 1–65535; 0: all. Default: 0. */
  readonly channel?: number
  /** A bit set: 1 continuous, 2 motion, 4 alarm, 8 manual; 0: all. Default: 0. */
  readonly kinds?: number
  /** Most resources wanted; 0: no limit. Default: 0. */
  readonly limit?: number
  /** Milliseconds since 1970; 0: from the earliest. Default: 0. */
  readonly fromMs?: number
  /** Exclusive; 0: open. Default: 0. */
  readonly toMs?: number
  /** Most packets per second that we take; 0: the converter's default. Default: 0. */
  readonly ratePacketsPerSecond?: number
  /** Most packets beyond what PROGRESS last said, from 1: asks for CREDIT. Default: no credit. */
  readonly window?: number
  /** Ask for the missing resources alone. Default: false, everything is sent again. */
  readonly selective?: boolean
  /**
   * `each`: every resource is handed out as an event. `counted`: it is checked, kept and counted all the same, but there are no events of resources,
   * which costs less where nobody looks at them. Default: `each`.
   */
  readonly resources?: ResourceHandling
  /** Names the exchange, 1–4294967295; not one that is still open. */
  readonly exchange: number
  /** Ends the exchange as `aborted`. */
  readonly signal?: AbortSignal
}

/** {@link VideoNetworkEndpointOptions} with every default filled in. */
export interface ParsedEndpointOptions {
  readonly link: Link
  readonly to: string
  readonly converterNumber: bigint
  readonly address: NodeAddress
  readonly converterAddress: NodeAddress
  /** Only packets from {@link ParsedEndpointOptions.converterAddress} are taken. */
  readonly isSourceChecked: boolean
  readonly timings: EndpointTimings
  readonly maxResources: number
}

/** {@link EndpointRequest} with every default filled in. */
export interface ParsedEndpointRequest {
  readonly message: RequestMessage
  readonly exchange: number
  readonly resources: ResourceHandling
  readonly signal: AbortSignal | undefined
}

const u16 = z.int().min(0).max(0xffff)
const u32 = z.int().min(0).max(0xffffffff)
/** What a `Date` can hold. */
const moment = z.int().min(0).max(8_640_000_000_000_000)
const externalNumber = z.string().transform(parseExternalNumber)
const nodeAddress = z.strictObject({
  metropolitanArea: z
    .int()
    .min(0)
    .max(2 ** 40 - 1),
  access: u16,
})
const duration = z.int().min(1).max(3_600_000)

const timingNames = Object.keys(DEFAULT_ENDPOINT_TIMINGS) as (keyof EndpointTimings)[]
const timings = z.strictObject(
  Object.fromEntries(timingNames.map((name) => [name, duration.default(DEFAULT_ENDPOINT_TIMINGS[name])])) as Record<
    keyof EndpointTimings,
    z.ZodDefault<typeof duration>
  >,
)

/** As links write the sender of a packet, or an address without its port would never be recognized. Only UDP has two ways to write one. */
const canonicalAddress = (address: string): string =>
  /^(udp|ethernet):/.test(address) ? parseLinkAddress(address) : address

const optionsSchema = z.strictObject({
  link: z.custom<Link>((value) => typeof (value as Partial<Link> | undefined)?.send === 'function', 'expected a Link'),
  to: z.string().min(1).transform(canonicalAddress),
  converterNumber: externalNumber,
  address: nodeAddress.default({ metropolitanArea: 1, access: 1 }),
  converterAddress: nodeAddress.optional(),
  timings: timings.optional(),
  // Fifty million are 6104 MISSING packets; the protocol can name 65535 in one report.
  maxResources: z.int().min(1).max(50_000_000).default(DEFAULT_MAX_RESOURCES),
})

const requestSchema = z.strictObject({
  device: externalNumber,
  channel: u16.default(0),
  kinds: u16.default(0),
  limit: u32.default(0),
  fromMs: moment.default(0),
  toMs: moment.default(0),
  ratePacketsPerSecond: u32.default(0),
  window: u32.min(1).optional(),
  selective: z.boolean().default(false),
  resources: z.enum(['each', 'counted']).default('each'),
  exchange: u32.min(1),
  signal: z.instanceof(AbortSignal).optional(),
})

/** @throws UsageError `ERR_VIEWNET_OPTION` naming the option, what was expected and what came; `ERR_VIEWNET_ADDRESS` */
export function parseEndpointOptions(options: VideoNetworkEndpointOptions): ParsedEndpointOptions {
  const parsed = parseStrictly(optionsSchema, options, 'VideoNetworkEndpoint')
  return {
    ...parsed,
    timings: parsed.timings ?? DEFAULT_ENDPOINT_TIMINGS,
    converterAddress: parsed.converterAddress ?? { metropolitanArea: 1, access: 2 },
    isSourceChecked: parsed.converterAddress !== undefined,
  }
}

/**
 * @param roundIdleMs - silence that ends a round
 * @throws UsageError `ERR_VIEWNET_OPTION` naming the option, what was expected and what came
 */
export function parseEndpointRequest(request: EndpointRequest, roundIdleMs: number): ParsedEndpointRequest {
  const { exchange, signal, resources, window, fromMs, toMs, ...fields } = parseStrictly(
    requestSchema,
    request,
    'request',
  )
  const slowest = Math.ceil(2_000 / roundIdleMs)
  if (fields.ratePacketsPerSecond > 0 && fields.ratePacketsPerSecond < slowest) {
    throw new UsageError(
      'ERR_VIEWNET_OPTION',
      `request: ratePacketsPerSecond: expected 0 or at least ${slowest}, got ${fields.ratePacketsPerSecond}; a round counts as ended after ${roundIdleMs} ms of silence`,
    )
  }
  const message: RequestMessage = {
    type: 'REQUEST',
    ...fields,
    credit: window !== undefined,
    window: window ?? 0,
    fromMs: BigInt(fromMs),
    toMs: BigInt(toMs),
  }
  return { message, exchange, resources, signal }
}
