import { Command } from 'commander'
import { UsageError } from 'viewnet/device'
import { askOffer, discoverDevices, type DiscoveredDevice } from 'viewnet/devices/onvif'
import { discoveryTable, type FoundDevice } from './discovery-table.js'
import { ExitStatus, note, print, printJson } from './output.js'
import { secondsOf } from './option-parsers.js'
import { stoppable } from './until-stopped.js'

interface DiscoverFlags {
  readonly interface?: string
  readonly address?: readonly string[]
  readonly timeout: number
  readonly json?: boolean
}

/** Devices asked what they offer at a time: a network of hundreds is done soon, and one process opens few connections. */
const MAX_QUESTIONS = 16

/** Longest that one device may take to say what it offers. */
const OFFER_TIMEOUT_MS = 5000

const NOTES = `
Search says whether a device can list recordings, replay whether it can play them; ? means that it does not tell without credentials.
With --json one object a line: url, addresses, endpointReference, name, hardware, location, profiles, types, scopes, xaddrs, services,
search and replay; url, search and replay are null where they are not known. Nothing found is no failure: exit 0 and no line.

Examples:
  viewnet discover --interface eth0
  viewnet discover --address 192.0.2.17 --address 192.0.2.18 --timeout 2 --json`

/** `viewnet discover`: find devices. */
export function discoverCommand(): Command {
  return new Command('discover')
    .option('--interface <name>', 'network interface to probe by multicast; default: all')
    .option(
      '--address <host>',
      'probe this host, or HOST:PORT, instead of multicast; may be repeated',
      (host, hosts: readonly string[] | undefined) => [...(hosts ?? []), host],
    )
    .option('--timeout <seconds>', 'how long to listen for answers, 0.1–60', secondsOf(0.1, 60), 5)
    .option('--json', 'JSON lines, one a device')
    .addHelpText('after', NOTES)
    .action(async (flags: DiscoverFlags) => {
      await stoppable(async (signal) => {
        process.exitCode = await discover(flags, signal)
      })
    })
}

async function discover(
  { interface: interfaceName, address: addresses, timeout, json }: DiscoverFlags,
  signal: AbortSignal,
): Promise<ExitStatus> {
  if (interfaceName !== undefined && addresses !== undefined)
    throw new UsageError('ERR_VIEWNET_OPTION', 'discover: expected either --interface or --address, got both')
  note(`listening for ${timeout} s …`)
  const { devices, probed, problems, refusedReplyCount } = await discoverDevices({
    interfaceName,
    addresses,
    timeoutMs: Math.round(timeout * 1000),
    signal,
    onDevice: ({ url, addresses: [from], name }) => note(`found ${url ?? from ?? ''} ${name}`.trimEnd()),
  })
  for (const problem of problems) note(`viewnet: warning: not probed: ${problem}`)
  if (refusedReplyCount > 0) note(`viewnet: warning: ${refusedReplyCount} answers could not be read, and were ignored`)
  const found = await askAll(devices, signal)
  if (json === true) for (const device of found) printJson(jsonOf(device))
  else if (found.length > 0) print(discoveryTable(found))
  if (found.length === 0) note(nothingFound(probed))
  return ExitStatus.good
}

/** In their order, some at a time. */
async function askAll(devices: readonly DiscoveredDevice[], signal: AbortSignal): Promise<readonly FoundDevice[]> {
  const found: FoundDevice[] = []
  for (let index = 0; index < devices.length; index += MAX_QUESTIONS) {
    const some = devices.slice(index, index + MAX_QUESTIONS).map(async (device): Promise<FoundDevice> => {
      const unknown = { search: undefined, replay: undefined, services: [] }
      const offer =
        device.url === undefined ? unknown : await askOffer(device.url, { timeoutMs: OFFER_TIMEOUT_MS, signal })
      return { ...device, ...offer }
    })
    found.push(...(await Promise.all(some)))
  }
  return found
}

/** Other programs read it: what is not known is there, as null. */
function jsonOf({ url, search, replay, ...device }: FoundDevice): object {
  return { url: url ?? null, ...device, search: search ?? null, replay: replay ?? null }
}

function nothingFound(probed: readonly string[]): string {
  return (
    `no device answered on ${probed.join(', ')}. Is discovery switched on in the device, is it on the same network (multicast passes no router), and does ` +
    `no firewall keep UDP port 3702 from answering? --address HOST asks one device directly, --timeout waits longer.`
  )
}
