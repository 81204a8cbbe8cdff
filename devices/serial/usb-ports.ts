import { readdir, readFile, realpath } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'

/** A serial port as the kernel describes it. */
export interface KernelPort {
  /** `/dev/ttyUSB0`. */
  readonly path: string
  /** The same socket has the same name after every boot and replugging. */
  readonly id: string
  readonly usb: UsbIdentity | undefined
}

/** What a USB device says of itself, and where it is plugged in. */
export interface UsbIdentity {
  /** Four hexadecimal digits, in lower case. */
  readonly vendor: string
  readonly product: string
  readonly serial: string | undefined
  /** Bus and chain of sockets, such as `1-2.3`. */
  readonly location: string
}

/**
 * The serial ports of USB devices, from sysfs. `SerialPort.list()` would run udevadm, and takes the process down where that is missing.
 *
 * @param sysfs - where it is mounted; another place in specs
 */
export async function usbPorts(sysfs = '/sys'): Promise<readonly KernelPort[]> {
  const names = await readdir(join(sysfs, 'class/tty')).catch(() => [])
  const ports = await Promise.all(names.map((name) => kernelPort(name, sysfs)))
  return ports.filter((port) => port.usb !== undefined).sort((a, b) => a.path.localeCompare(b.path))
}

/** Describe one port, by the name that the kernel gives it, such as `ttyUSB0`. */
export async function kernelPort(name: string, sysfs = '/sys'): Promise<KernelPort> {
  const path = `/dev/${name}`
  const device = await realpath(join(sysfs, 'class/tty', name, 'device')).catch(() => undefined)
  // A pseudo terminal, or a UART of the board: neither ever moves.
  const plain: KernelPort = { path, id: `tty:${path}`, usb: undefined }
  if (device === undefined) return plain
  const segments = device.split(sep)
  const at = segments.findLastIndex((segment) => USB_INTERFACE.test(segment))
  const [, location, socket, face] = USB_INTERFACE.exec(segments[at] ?? '') ?? []
  const root = segments.findIndex((segment) => /^usb\d+$/.test(segment))
  if (location === undefined || root < 1) return plain
  const folder = dirname(segments.slice(0, at + 1).join(sep))
  const [vendor, product, serial, number] = await Promise.all([
    attribute(folder, 'idVendor'),
    attribute(folder, 'idProduct'),
    attribute(folder, 'serial'),
    // Which of several ports on one interface; only usb-serial drivers tell.
    attribute(device, 'port_number'),
  ])
  const suffix = number === undefined || number === '0' ? '' : `.${number}`
  return {
    path,
    id: `usb:${segments[root - 1]}-${socket}:${face}${suffix}`,
    usb: { vendor: vendor?.toLowerCase() ?? '', product: product?.toLowerCase() ?? '', serial, location },
  }
}

/** `1-2.3:1.0`: bus, chain of sockets, configuration and interface. */
const USB_INTERFACE = /^(\d+-(\d+(?:\.\d+)*)):(\d+\.\d+)$/

async function attribute(folder: string, name: string): Promise<string | undefined> {
  const text = await readFile(join(folder, basename(name)), 'utf8').catch(() => undefined)
  return text?.trim()
}
