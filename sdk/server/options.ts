import { z } from 'zod'
import type { MonitoringDevice } from '../device/index.js'
import { UsageError } from '../errors.js'
import { DEFAULT_LIMITS, type ExchangeLimits } from '../exchange/index.js'
import {
  Acceleration,
  formatEthernetAddress,
  formatUdpAddress,
  parseEthernetAddress,
  parseLinkAddress,
  parseUdpAddress,
  type Link,
} from '../link/index.js'
import { parseStrictly } from '../strict-options.js'
import { profileSchema } from './profile-schema.js'
import { parseMessageNumber, REFERENCE_1, type WireProfile } from '../wire/index.js'

/** One device that the server answers for. */
export interface DeviceOptions {
  /** External message number that endpoints ask for: `00001-00020-00300-00007`. */
  readonly number: string
  /** The driver; the server calls it, and never closes it: who opens, closes. */
  readonly device: MonitoringDevice
  /**
   * Inquiries of the device that may go on at a time, 1–1000; default 4. Recorders serve a handful of clients. Further ones wait for their turn, and
   * are answered BUSY when it does not come in time.
   */
  readonly maxInquiries?: number | undefined
}

/** Options of a {@link ConversionServer}; parsed once, never changed afterwards. */
export interface ConversionServerOptions {
  /** External message number of this server: `00001-00020-00300-04000`. */
  readonly number: string
  /**
   * Where to listen: `udp://127.0.0.1:28200`, `ethernet:eth1`, or a link of your own, which the server then starts and closes. Port 0 takes a free one.
   */
  readonly link: string | Link
  /** Whether a UDP link takes many packets by one system call; default `auto`: where it can. A link of your own, or of Ethernet, is what it is. */
  readonly acceleration?: Acceleration
  /**
   * Link addresses of the endpoints that may ask: `udp://127.0.0.1:28300`, or without a port for every port of that address;
   * `ethernet:eth1/02:00:5e:10:00:01`, or without a station for every station of that interface. Nobody else gets
   * any answer, so that a forged sender cannot turn the server into an amplifier. At least one.
   */
  readonly peers: readonly string[]
  /** At least one; numbers are distinct. */
  readonly devices: readonly DeviceOptions[]
  /** Most resources of one listing; 1–16,777,216. A longer one is answered BUSY. Default 4,000,000: about 150 MB. */
  readonly maxResources?: number
  /**
   * Most resources of the lists of all open exchanges together; 1–1,073,741,824. A list that does not fit is answered BUSY. Default 16,000,000: about
   * 600 MB.
   */
  readonly maxOpenResources?: number
  /** Times and bounds of exchanges; the protocol's unless said otherwise. */
  readonly limits?: Partial<ExchangeLimits>
  /** Codes and types on the wire. Default: reference profile 1. */
  readonly profile?: WireProfile
}

/** The same, checked and in the form that the server works with. */
export interface ParsedOptions {
  readonly number: bigint
  readonly link: string | Link
  readonly acceleration: Acceleration
  readonly isPeer: (address: string) => boolean
  readonly devices: ReadonlyMap<bigint, { readonly device: MonitoringDevice; readonly maxInquiries: number }>
  readonly maxResources: number
  readonly maxOpenResources: number
  readonly limits: ExchangeLimits
  readonly profile: WireProfile
}

const SUBJECT = 'ConversionServer'
/** No port is negative. */
const ANY_PORT = -1

const isDevice = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'listRecordings' in value && typeof value.listRecordings === 'function'
const isLink = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'send' in value && typeof value.send === 'function'

const milliseconds = z.number().positive()
const amount = z.int().positive()
const limits = z.strictObject({
  pendingAfterMs: milliseconds,
  deviceTimeoutMs: milliseconds,
  roundEndRepeatMs: milliseconds,
  roundEndMost: amount,
  missingWaitMs: milliseconds,
  creditStallMs: milliseconds,
  creditStallPackets: amount,
  peerBurstPackets: amount,
  silenceMs: milliseconds,
  // A round is a u16 on the wire.
  roundsMost: amount.max(0x1_0000),
  defaultRatePacketsPerSecond: z.number().positive(),
  exchangesMost: amount,
  rememberedMost: amount,
  rememberMs: milliseconds,
} satisfies Record<keyof ExchangeLimits, z.ZodType>)

const schema = z.strictObject({
  number: z.string(),
  link: z.union([z.string(), z.custom<Link>(isLink)], 'expected udp://ADDRESS:PORT, ethernet:INTERFACE or a link'),
  acceleration: z.enum(Acceleration).default(Acceleration.auto),
  peers: z.array(z.string()).min(1),
  devices: z
    .array(
      z.strictObject({
        number: z.string(),
        device: z.custom<MonitoringDevice>(isDevice, 'expected a MonitoringDevice'),
        maxInquiries: z.int().min(1).max(1000).default(4),
      }),
    )
    .min(1),
  maxResources: z.int().min(1).max(16_777_216).default(4_000_000),
  maxOpenResources: z.int().min(1).max(0x4000_0000).default(16_000_000),
  limits: limits.partial().default({}),
  profile: profileSchema.default(REFERENCE_1),
})

/**
 * @throws UsageError `ERR_VIEWNET_OPTION`, `ERR_VIEWNET_MESSAGE_NUMBER` or `ERR_VIEWNET_ADDRESS`, naming the option, what was expected,
 * what came, and the nearest right word
 */
export function parseOptions(options: ConversionServerOptions): ParsedOptions {
  const parsed = parseStrictly(schema, options, SUBJECT)
  const { number, link, acceleration, peers, devices, maxResources, maxOpenResources, profile } = parsed
  const byNumber = new Map(
    devices.map((entry, at) => [inOption(`devices.${at}.number`, () => parseMessageNumber(entry.number)), entry]),
  )
  if (byNumber.size !== devices.length) {
    const message = `${SUBJECT}: devices: two devices have the same number; expected distinct ones`
    throw new UsageError('ERR_VIEWNET_OPTION', message)
  }
  if (typeof link === 'string') inOption('link', () => parseLinkAddress(link))
  return {
    number: inOption('number', () => parseMessageNumber(number)),
    link,
    acceleration,
    isPeer: peerTest(peers, typeof link === 'string' ? link : undefined),
    devices: byNumber,
    maxResources,
    maxOpenResources,
    profile,
    limits: { ...DEFAULT_LIMITS, ...withoutUndefined(parsed.limits) },
  }
}

/**
 * Peers by exact address, by host where no port was named, and by interface where no station was; links of other kinds have names alone.
 *
 * @param link - address of ours; undefined: a link that its owner made, to which any peer may belong
 */
function peerTest(peers: readonly string[], link: string | undefined): (address: string) => boolean {
  const exact = new Set<string>()
  const whole = new Set<string>()
  peers.forEach((peer, at) => {
    inOption(`peers.${at}`, () => {
      if (link !== undefined) expectReachable(peer, link)
      if (peer.startsWith('ethernet:')) {
        const address = parseEthernetAddress(peer)
        return (address.station === undefined ? whole : exact).add(formatEthernetAddress(address))
      }
      if (link === undefined && !peer.startsWith('udp:')) return exact.add(peer)
      const address = parseUdpAddress(peer, ANY_PORT)
      if (address.port === 0) throw new UsageError('ERR_VIEWNET_ADDRESS', noSuchPort(peer))
      const spelled = formatUdpAddress(address)
      return address.port === ANY_PORT ? whole.add(withoutDetail(spelled)) : exact.add(spelled)
    })
  })
  return (address) => exact.has(address) || (whole.size > 0 && whole.has(withoutDetail(address)))
}

/** Nobody sends from port 0, which for our own link means any free one. */
const noSuchPort = (peer: string): string =>
  `expected a port of 1–65535, or none for every port of that address, got '${peer}'`

/** @throws UsageError `ERR_VIEWNET_ADDRESS` when our link never hears such a peer */
function expectReachable(peer: string, link: string): void {
  const isEthernet = link.startsWith('ethernet:')
  const ours = isEthernet ? withoutDetail(link) : 'udp:'
  if (isEthernet ? withoutDetail(peer) === ours : !peer.startsWith('ethernet:')) return
  const expected = isEthernet ? `${ours}, or ${ours}/aa:bb:cc:dd:ee:ff` : 'udp://ADDRESS:PORT'
  throw new UsageError('ERR_VIEWNET_ADDRESS', `expected ${expected}, as our link is ${link}, got '${peer}'`)
}

/** An address without its port, or its station. Never throws, whatever a link says of a sender. */
function withoutDetail(address: string): string {
  if (!address.startsWith('ethernet:')) return address.slice(0, address.lastIndexOf(':'))
  const station = address.indexOf('/')
  return station === -1 ? address : address.slice(0, station)
}

/** What is wrong with a value, said with the name of the option that holds it. */
function inOption<T>(option: string, parse: () => T): T {
  try {
    return parse()
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause
    throw new UsageError(cause.code, `${SUBJECT}: ${option}: ${cause.message}`, { cause })
  }
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}
