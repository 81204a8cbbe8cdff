import { randomUUID } from 'node:crypto'
import { networkInterfaces } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { parseStrictly, UsageError } from 'viewnet/device'
import { z } from 'zod'
import { DeviceRegister, type DiscoveredDevice } from './device-register.js'
import { DiscoveryError } from './errors.js'
import { PROBE_TYPES, writeProbe } from './probe.js'
import { readProbeMatches } from './probe-matches.js'
import { openProbeSocket, type ProbeSocket } from './probe-socket.js'
import { multicastTargets, parseAddress, unicastTarget, type ProbeTarget } from './probe-targets.js'
import { XmlError } from '../xml-reader.js'

/** Where to look for devices, and how long. Everything may be left out. */
export interface DiscoveryOptions {
  /** The network interface to probe by multicast, such as `eth0`. Default: all, loopback included. */
  readonly interfaceName?: string | undefined
  /** Probe these hosts instead of using multicast: `HOST`, `HOST:PORT` or `[IPV6]:PORT`, without a port 3702. At most 256. */
  readonly addresses?: readonly string[] | undefined
  /** How long to listen, ms, 100–60,000. Default 5000: devices may take half a second on purpose, and small ones take longer. */
  readonly timeoutMs?: number | undefined
  /** Ends the discovery early: it then rejects with the reason. */
  readonly signal?: AbortSignal | undefined
  /** Called when a device is heard for the first time, for progress; what it told later is in the result alone. */
  readonly onDevice?: ((device: DiscoveredDevice) => void) | undefined
}

/** What a discovery came to. */
export interface Discovery {
  /** In the order in which they first answered. */
  readonly devices: readonly DiscoveredDevice[]
  /** What was probed, for people: `eth0 (192.0.2.2)`. At least one. */
  readonly probed: readonly string[]
  /** What could not be probed and why, for people. */
  readonly problems: readonly string[]
  /** Datagrams that came and were no answer to a probe: broken, hostile, or of another protocol. */
  readonly refusedReplyCount: number
}

const schema = z.strictObject({
  interfaceName: z.string().min(1).optional(),
  addresses: z.array(z.string()).max(256).optional(),
  timeoutMs: z.int().min(100).max(60_000).default(5000),
  signal: z.custom<AbortSignal>((value) => value instanceof AbortSignal).optional(),
  onDevice: z.custom<(device: DiscoveredDevice) => void>((value) => typeof value === 'function').optional(),
})

/** UDP loses datagrams: every probe is sent three times, each pause at least twice the one before (SOAP-over-UDP, section 2.2). */
const PROBE_AT_MS: readonly number[] = [0, 150, 500]

/** Datagrams read in one discovery; a network of thousands of devices sends fewer, and a flood costs no more than that. */
const MAX_REPLIES = 20_000

/**
 * Find ONVIF devices by WS-Discovery: by multicast on one network interface or all, IPv4 and IPv6, or by asking given hosts.
 *
 * @throws {@link DiscoveryError} `ERR_VIEWNET_DISCOVERY` when nothing at all could be probed; UsageError `ERR_VIEWNET_OPTION` for a wrong option
 *   or an unknown interface; the reason of the signal
 * @example
 * const { devices } = await discoverDevices({ interfaceName: 'eth0' })
 */
export async function discoverDevices(options: DiscoveryOptions = {}): Promise<Discovery> {
  const { interfaceName, addresses, timeoutMs, signal, onDevice } = parseStrictly(schema, options, 'discovery')
  if (interfaceName !== undefined && addresses !== undefined)
    throw new UsageError('ERR_VIEWNET_OPTION', 'discovery: expected an interface or addresses, got both')
  signal?.throwIfAborted()

  const register = new DeviceRegister()
  let replyCount = 0
  let refusedReplyCount = 0
  const onReply = (octets: Uint8Array, address: string): void => {
    if (replyCount++ >= MAX_REPLIES) return
    try {
      for (const match of readProbeMatches(octets)) {
        if (register.receive(match, address)) onDevice?.(register.devices.at(-1)!) // received just now
      }
    } catch (error) {
      if (!(error instanceof XmlError)) throw error
      refusedReplyCount++
    }
  }

  const problems = new Map<string, string>()
  const sockets: ProbeSocket[] = []
  try {
    for (const target of await targetsOf(interfaceName, addresses, problems)) {
      await orProblem(problems, target.label, async () => sockets.push(await openProbeSocket(target, onReply)))
    }
    const probed = await probe(sockets, { timeoutMs, signal, problems })
    if (probed.length === 0) {
      const why = [...problems.values()].join('; ')
      throw new DiscoveryError(
        'ERR_VIEWNET_DISCOVERY',
        `discovery: expected a network to probe, got ${why === '' ? 'no interface with an address' : why}`,
      )
    }
    return { devices: register.devices, probed, problems: [...problems.values()], refusedReplyCount }
  } finally {
    await Promise.all(sockets.map((socket) => socket.close()))
  }
}

async function targetsOf(
  interfaceName: string | undefined,
  addresses: readonly string[] | undefined,
  problems: Map<string, string>,
): Promise<readonly ProbeTarget[]> {
  if (addresses === undefined) return multicastTargets(networkInterfaces(), interfaceName)
  // All of them first: a slip of the pen is told before anything is sent.
  addresses.forEach(parseAddress)
  const targets: ProbeTarget[] = []
  for (const address of addresses)
    await orProblem(problems, address, async () => targets.push(await unicastTarget(address)))
  return targets
}

/** Send every probe as often as it is sent, and listen until the time is over; returns what was probed. */
async function probe(
  sockets: readonly ProbeSocket[],
  {
    timeoutMs,
    signal,
    problems,
  }: { timeoutMs: number; signal: AbortSignal | undefined; problems: Map<string, string> },
): Promise<readonly string[]> {
  const messages = PROBE_TYPES.map((type) => writeProbe(type, `urn:uuid:${randomUUID()}`))
  const probed = new Set<string>()
  let passedMs = 0
  const waitUntil = async (atMs: number): Promise<void> => {
    try {
      if (atMs > passedMs) await delay(atMs - passedMs, undefined, { signal })
    } catch (error) {
      // Not the timer's own error, but the reason that the caller gave.
      signal?.throwIfAborted()
      throw error
    }
    passedMs = atMs
  }
  for (const atMs of PROBE_AT_MS.filter((at) => at < timeoutMs)) {
    await waitUntil(atMs)
    for (const socket of sockets) {
      for (const message of messages) {
        const { label } = socket.target
        await orProblem(problems, label, async () => {
          await socket.send(message)
          probed.add(label)
        })
      }
    }
    if (probed.size === 0) return []
  }
  await waitUntil(timeoutMs)
  return [...probed]
}

async function orProblem(problems: Map<string, string>, label: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    problems.set(label, `${label}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
