import { lookup } from 'node:dns/promises'
import { isIP, isIPv6 } from 'node:net'
import type { NetworkInterfaceInfo } from 'node:os'
import { nearestWord, UsageError } from 'viewnet/device'

/** One socket's worth of probing: from where, and to where. */
export interface ProbeTarget {
  /** For people: `eth0 (192.0.2.2)`. */
  readonly label: string
  readonly family: 4 | 6
  /** Where to listen for replies. */
  readonly localAddress: string
  /** The interface that multicast leaves by; left out: unicast. */
  readonly multicastInterface?: string
  readonly host: string
  readonly port: number
}

/** Where every WS-Discovery device listens (April 2005, section 2.4). */
const PORT = 3702
const MULTICAST_IPV4 = '239.255.255.250'
const MULTICAST_IPV6 = 'ff02::c'

/** What `os.networkInterfaces()` returns. */
export type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>

/**
 * Multicast on one interface or all: a target for each IPv4 address, and one for all of an interface's IPv6.
 *
 * The loopback interface counts as any other: simulated recorders are found there.
 *
 * @throws UsageError `ERR_VIEWNET_OPTION` when there is no interface of that name, naming the nearest
 */
export function multicastTargets(interfaces: Interfaces, interfaceName?: string): readonly ProbeTarget[] {
  const names = Object.keys(interfaces)
  if (interfaceName !== undefined && !names.includes(interfaceName)) {
    throw new UsageError(
      'ERR_VIEWNET_OPTION',
      `discovery: expected an interface with an address, got '${interfaceName}'${nearestWord(interfaceName, names)}`,
    )
  }
  return (interfaceName === undefined ? names : [interfaceName]).flatMap((name) =>
    targetsOn(name, interfaces[name] ?? []),
  )
}

function targetsOn(name: string, infos: readonly NetworkInterfaceInfo[]): readonly ProbeTarget[] {
  const targets = infos
    .filter(({ family }) => family === 'IPv4')
    .map(({ address }): ProbeTarget => ({
      label: `${name} (${address})`,
      family: 4,
      localAddress: address,
      multicastInterface: address,
      host: MULTICAST_IPV4,
      port: PORT,
    }))
  // A loopback interface has IPv6 and no way for its multicast.
  if (!infos.some(({ family, internal }) => family === 'IPv6' && !internal)) return targets
  // IPv6 is told the interface by its name, and takes the right one of its addresses itself.
  const zone = `::%${name}`
  const ipv6: ProbeTarget = {
    label: `${name} (IPv6)`,
    family: 6,
    localAddress: '::',
    multicastInterface: zone,
    host: `${MULTICAST_IPV6}%${name}`,
    port: PORT,
  }
  return [...targets, ipv6]
}

/**
 * Unicast to one host, for devices behind a router and networks that pass no multicast.
 *
 * @param address - `HOST`, `HOST:PORT`, `IPV6` or `[IPV6]:PORT`; without a port 3702
 * @throws UsageError `ERR_VIEWNET_OPTION` when it is none of these; the resolver's error when the name leads nowhere
 */
export async function unicastTarget(address: string): Promise<ProbeTarget> {
  const { host, port } = parseAddress(address)
  const family = isIP(host) || (await lookup(host)).family
  return {
    label: address,
    family: family === 6 ? 6 : 4,
    localAddress: family === 6 ? '::' : '0.0.0.0',
    host,
    port,
  }
}

/**
 * Take an address apart.
 *
 * @throws UsageError `ERR_VIEWNET_OPTION`
 */
export function parseAddress(address: string): { readonly host: string; readonly port: number } {
  if (isIPv6(address)) return { host: address, port: PORT }
  const match = /^(?:\[([^\]]+)\]|([\w.-]{1,253}))(?::(\d{1,5}))?$/.exec(address)
  const port = Number(match?.[3] ?? PORT)
  const isHost = match?.[2] !== undefined || (match?.[1] !== undefined && isIPv6(match[1]))
  if (!match || !isHost || port < 1 || port > 65_535) {
    throw new UsageError(
      'ERR_VIEWNET_OPTION',
      `discovery: expected an address such as 192.0.2.7, recorder.example:3702 or [2001:db8::7]:3702, got '${address}'`,
    )
  }
  return { host: (match[1] ?? match[2])!, port }
}
