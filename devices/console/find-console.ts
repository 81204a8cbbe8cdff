import { describePort, findPort } from '../serial/find-port.js'
import { blame } from './blame.js'
import type { ConsoleHost } from './console-host.js'
import { parseConsoleOptions, type ConsoleOptions } from './options.js'
import { PortConsole } from './port-console.js'
import type { SerialConsole } from './serial-console.js'

/**
 * Find a console's port, and open nothing: its id is then known, which leases are taken by.
 *
 * @throws UsageError `ERR_VIEWNET_OPTION` when an option is wrong
 * @throws ConsoleError `ERR_VIEWNET_CONSOLE_PORT` when there is no such port, telling which there are
 * @example
 * const serial = await findConsole({ port: '/dev/serial/by-path/…-port0' })
 * await serial.open()
 * const booted = serial.waitFor('ready', { timeoutMs: 60_000 })
 * await outlet.cycle()
 * console.log((await booted).text)
 */
export async function findConsole(options: ConsoleOptions, host: ConsoleHost = {}): Promise<SerialConsole> {
  const parsed = parseConsoleOptions(options)
  try {
    const found = await findPort(parsed.port, host.binding)
    return new PortConsole(found, parsed, host)
  } catch (error) {
    throw blame(describePort(parsed.port), error)
  }
}

/** Find a console and open it; throws what {@link findConsole} and SerialConsole.open throw. */
export async function openConsole(options: ConsoleOptions, host: ConsoleHost = {}): Promise<SerialConsole> {
  const found = await findConsole(options, host)
  await found.open()
  return found
}
