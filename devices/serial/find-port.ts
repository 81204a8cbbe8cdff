import { access, constants, readdir, realpath } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { PortReference } from './options.js'
import type { SerialBinding } from './serial-binding.js'
import { systemBinding } from './serial-binding.js'
import { SerialFault } from './serial-fault.js'
import { isTcpPath, parseTcpPath } from './tcp-binding.js'
import { kernelPort, usbPorts, type KernelPort } from './usb-ports.js'

/** A port that is there now. */
export interface FoundPort {
  /** The same physical port has the same name after every boot and replugging, whichever way it was asked for. */
  readonly id: string
  /** How to open it now. */
  readonly path: string
}

type UsbReference = Exclude<PortReference, string>

/** Ports told in a message, at most. */
const MAX_TOLD = 8

/**
 * Find a port, and open nothing.
 *
 * @param given - the binding that was handed in; its own listing is then asked, and nothing of this machine
 * @throws {@link SerialFault} `absent`, telling which ports there are
 */
export async function findPort(reference: PortReference, given?: SerialBinding, sysfs?: string): Promise<FoundPort> {
  if (typeof reference === 'string' && isTcpPath(reference)) return tcpPort(reference)
  if (given !== undefined) return findListed(reference, given)
  if (process.platform !== 'linux') return findListed(reference, await systemBinding())
  return typeof reference === 'string' ? findPath(reference, sysfs) : findUsb(reference, sysfs)
}

/** What a reference says, for messages. */
export function describePort(reference: PortReference): string {
  if (typeof reference === 'string') return reference
  const { vendor, product, serial, location } = reference
  return [`usb ${vendor}:${product}`, serial && `serial ${serial}`, location && `at ${location}`]
    .filter(Boolean)
    .join(' ')
}

function tcpPort(path: string): FoundPort {
  const address = parseTcpPath(path)
  if (address === undefined) throw new SerialFault('absent', `expected tcp://HOST:PORT, got ${path}`)
  return { id: `tcp:${address.host}:${address.port}`, path }
}

async function findPath(path: string, sysfs: string | undefined): Promise<FoundPort> {
  const real = await realpath(path).catch(() => undefined)
  if (real === undefined) throw new SerialFault('absent', `there is no ${path}${await whatThereIs(sysfs)}`)
  await mustBeAllowed(real)
  // Only names directly below /dev are the kernel's: /dev/pts/3 is another than /sys/class/tty/3.
  const { id } = real === `/dev/${basename(real)}` ? await kernelPort(basename(real), sysfs) : { id: `tty:${real}` }
  return { id, path: real }
}

async function findUsb(reference: UsbReference, sysfs: string | undefined): Promise<FoundPort> {
  const matching = (await usbPorts(sysfs)).filter(({ usb }) => usb !== undefined && matches(reference, usb))
  const port = theOne(reference, matching, ({ path, usb }) => `${path} at ${usb?.location}`)
  if (port === undefined) {
    throw new SerialFault('absent', `there is no ${describePort(reference)}${await whatThereIs(sysfs)}`)
  }
  await mustBeAllowed(port.path)
  return port
}

/** Where the binding lists ports itself: Windows, macOS, simulated ones. */
async function findListed(reference: PortReference, binding: SerialBinding): Promise<FoundPort> {
  const ports = await binding.list()
  const matching = ports.filter((port) =>
    typeof reference === 'string'
      ? port.path === reference
      : matches(reference, {
          vendor: port.vendorId?.toLowerCase() ?? '',
          product: port.productId?.toLowerCase() ?? '',
          serial: port.serialNumber,
          location: port.locationId ?? '',
        }),
  )
  const port = theOne(reference, matching, ({ path }) => path)
  if (port !== undefined) return { id: `serial:${port.locationId ?? port.path}`, path: port.path }
  const there = ports.slice(0, MAX_TOLD).map(({ path }) => path)
  throw new SerialFault('absent', `there is no ${describePort(reference)}${told(there)}`)
}

function matches(
  wanted: UsbReference,
  usb: Pick<NonNullable<KernelPort['usb']>, 'vendor' | 'product' | 'location'> & { serial: string | undefined },
): boolean {
  return (
    usb.vendor === wanted.vendor &&
    usb.product === wanted.product &&
    (wanted.serial === undefined || usb.serial === wanted.serial) &&
    (wanted.location === undefined || usb.location === wanted.location)
  )
}

/** Two boards of one kind cannot be told apart by their kind; switching the wrong one would be worse than switching none. */
function theOne<T>(reference: PortReference, found: readonly T[], name: (port: T) => string): T | undefined {
  if (found.length <= 1) return found[0]
  const names = found.slice(0, MAX_TOLD).map(name).join(', ')
  throw new SerialFault(
    'absent',
    `${found.length} ports are ${describePort(reference)}: ${names}; add the serial or the location`,
  )
}

async function mustBeAllowed(path: string): Promise<void> {
  try {
    await access(path, constants.R_OK | constants.W_OK)
  } catch (cause) {
    throw new SerialFault('absent', `this user may not open ${path}; serial ports belong to the group dialout`, {
      cause,
    })
  }
}

async function whatThereIs(sysfs: string | undefined): Promise<string> {
  const byPath = '/dev/serial/by-path'
  const links = await readdir(byPath).catch(() => [])
  if (links.length > 0) return told(links.slice(0, MAX_TOLD).map((link) => join(byPath, link)))
  return told((await usbPorts(sysfs)).slice(0, MAX_TOLD).map(({ path }) => path))
}

function told(paths: readonly string[]): string {
  return paths.length === 0 ? '; no serial ports are there' : `; there are ${paths.join(', ')}`
}
