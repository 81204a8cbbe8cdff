import { z } from 'zod'
import type { MonitoringDevice } from '../device/index.js'
import { UsageError } from '../errors.js'
import { DEFAULT_LIMITS, type ExchangeLimits } from '../exchange/index.js'
import { formatUdpAddress, parseUdpAddress, type Link } from '../link/index.js'
import { parseStrictly } from '../strict-options.js'
import { parseMessageNumber, REFERENCE_1, type WireProfile } from '../wire/index.js'

/** One device that the server answers for. */
export interface DeviceOptions {
  /** External message number that endpoints ask for: `00001-00020-00300-00007`. */
  readonly number: string
  /** The driver; the server calls it, and never closes it: who opens, closes. */
  readonly device: MonitoringDevice
}

/** Options of a {@link ConversionServer}; parsed once, never changed afterwards. */
export interface ConversionServerOptions {
  /** External message number of this server: `00001-00020-00300-04000`. */
  readonly number: string
  /** Where to listen: `udp://127.0.0.1:28200`, or a link of your own, which the server then starts and closes. Port 0 takes a free one. */
  readonly link: string | Link
  /**
   * Link addresses of the endpoints that may ask: `udp://127.0.0.1:28300`, or without a port for every port of that address. Nobody else gets
   * any answer, so that a forged sender cannot turn the server into an amplifier. At least one.
   */
  readonly peers: readonly string[]
  /** At least one; numbers are distinct. */
  readonly devices: readonly DeviceOptions[]
  /** Most resources of one listing; 1–16,777,216. A longer one is answered BUSY. Default 4,000,000: about 150 MB. */
  readonly maxResources?: number
  /** Times and bounds of exchanges; the protocol's unless said otherwise. */
  readonly limits?: Partial<ExchangeLimits>
  /** Codes and types on the wire. Default: reference profile 1. */
  readonly profile?: WireProfile
}

/** The same, checked and in the form that the server works with. */
export interface ParsedOptions {
  readonly number: bigint
  readonly link: string | Link
  readonly isPeer: (address: string) => boolean
  readonly devices: ReadonlyMap<bigint, MonitoringDevice>
  readonly maxResources: number
  readonly limits: ExchangeLimits
  readonly profile: WireProfile
}

const isDevice = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'listRecordings' in value && typeof value.listRecordings === 'function'
const isLink = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'send' in value && typeof value.send === 'function'

const positive = z.number().positive()
const limits = z.strictObject(
  Object.fromEntries(Object.keys(DEFAULT_LIMITS).map((name) => [name, positive])) as Record<
    keyof ExchangeLimits,
    typeof positive
  >,
)

const schema = z.strictObject({
  number: z.string(),
  link: z.union([z.string(), z.custom<Link>(isLink)], 'expected udp://ADDRESS:PORT or a link'),
  peers: z.array(z.string()).min(1),
  devices: z
    .array(
      z.strictObject({
        number: z.string(),
        device: z.custom<MonitoringDevice>(isDevice, 'expected a MonitoringDevice'),
      }),
    )
    .min(1),
  maxResources: z.int().min(1).max(16_777_216).default(4_000_000),
  limits: limits.partial().default({}),
  profile: z.custom<WireProfile>().default(REFERENCE_1),
})

/** @throws {@link UsageError} `ERR_VIEWNET_OPTION` naming the option, what was expected, what came, and the nearest right word */
export function parseOptions(options: ConversionServerOptions): ParsedOptions {
  const parsed = parseStrictly(schema, options, 'ConversionServer')
  const { number, link, peers, devices, maxResources, profile } = parsed
  const byNumber = new Map(devices.map((entry) => [parseMessageNumber(entry.number), entry.device]))
  if (byNumber.size !== devices.length)
    throw new UsageError('ERR_VIEWNET_OPTION', 'devices: two devices have the same number; expected distinct ones')
  if (typeof link === 'string') parseUdpAddress(link)
  const merged: ExchangeLimits = { ...DEFAULT_LIMITS, ...withoutUndefined(parsed.limits) }
  return {
    number: parseMessageNumber(number),
    link,
    isPeer: peerTest(peers),
    devices: byNumber,
    maxResources,
    profile,
    limits: merged,
  }
}

/** Peers by exact address, and by host where no port was named; memory links have names, not ports. */
function peerTest(peers: readonly string[]): (address: string) => boolean {
  const exact = new Set<string>()
  const hosts = new Set<string>()
  for (const peer of peers) {
    if (!peer.startsWith('udp:')) {
      exact.add(peer)
      continue
    }
    const address = parseUdpAddress(peer, -1)
    if (address.port === -1) hosts.add(address.host)
    else exact.add(formatUdpAddress(address))
  }
  return (address) =>
    exact.has(address) || (hosts.size > 0 && address.startsWith('udp:') && hosts.has(parseUdpAddress(address).host))
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}
