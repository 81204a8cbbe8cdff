import { describePort, findPort } from '../serial/find-port.js'
import type { LineSettings } from '../serial/serial-line.js'
import { BoardDriver } from './boards/board-driver.js'
import { ControlLineDriver } from './boards/control-line-driver.js'
import { kmtronicProtocol } from './boards/kmtronic.js'
import { lcusProtocol } from './boards/lcus.js'
import { ModbusDriver } from './boards/modbus-driver.js'
import { numatoProtocol } from './boards/numato.js'
import type { BoardPlan } from './boards/serial-board.js'
import { parseOutletOptions, type OutletOptions, type ParsedOptionsOf, type ParsedOutletOptions } from './options.js'
import { blame } from './outlet-fault.js'
import { Outlet } from './outlet.js'
import type { OutletDriver } from './outlet-driver.js'
import type { PowerHost } from './power-host.js'
import type { OutletCall, PowerOutlet } from './power-outlet.js'

/**
 * Find an outlet, and open nothing: its id and its bank are then known, which leases are taken by.
 *
 * @throws UsageError `ERR_VIEWNET_OPTION` when an option is wrong
 * @throws PowerError `ERR_VIEWNET_POWER_PORT` when its board is not plugged in, telling which ports there are
 * @example
 * const outlet = await findOutlet({ driver: 'kmtronic', port: '/dev/serial/by-path/…-port0', relay: 2 })
 * await outlet.open()
 * await outlet.cycle({ offMs: 3000 })
 * await outlet.close()
 */
export async function findOutlet(options: OutletOptions, host: PowerHost = {}): Promise<PowerOutlet> {
  const parsed = parseOutletOptions(options)
  const { bank, name, driver } = await reach(parsed, host)
  const { safeState, settleTimeoutMs } = parsed
  return new Outlet({ id: `${bank}#${name}`, bank, safeState, settleTimeoutMs }, driver, host)
}

/**
 * Find an outlet and open it; nothing is switched.
 *
 * @throws what {@link findOutlet} and PowerOutlet.open throw
 */
export async function openOutlet(
  options: OutletOptions,
  host: PowerHost = {},
  call: OutletCall = {},
): Promise<PowerOutlet> {
  const outlet = await findOutlet(options, host)
  await outlet.open(call)
  return outlet
}

interface Reached {
  readonly bank: string
  /** Of the outlet, within the bank. */
  readonly name: string
  readonly driver: OutletDriver
}

async function reach(options: ParsedOutletOptions, host: PowerHost): Promise<Reached> {
  switch (options.driver) {
    case 'lcus':
      return reachBoard(options, options.relay, host, (plan) =>
        boardDriver(plan, lcusProtocol(options), options.wiring),
      )
    case 'kmtronic':
      return reachBoard(options, options.relay, host, (plan) =>
        boardDriver(plan, kmtronicProtocol(options), options.wiring),
      )
    case 'numato':
      return reachBoard(options, options.relay, host, (plan) =>
        boardDriver(plan, numatoProtocol(options), options.wiring),
      )
    case 'modbus-rtu':
      return reachBoard(options, `${options.unit}.${options.coil}`, host, (plan) => new ModbusDriver(plan, options))
    case 'control-line':
      return reachBoard(options, options.line, host, (plan) => new ControlLineDriver(plan, options))
    // What reaches the network is read only where it is used: it is ten times as long as all the rest.
    case 'snmp-poe': {
      const { SnmpDriver } = await import('./network/snmp-driver.js')
      return {
        bank: `snmp:${options.host}:${options.udpPort}`,
        name: `${options.group}.${options.poePort}`,
        driver: new SnmpDriver(options),
      }
    }
    case 'http': {
      const { HttpDriver } = await import('./network/http-driver.js')
      const { on } = options
      const url = new URL((typeof on === 'string' ? on : on.url).replaceAll('{outlet}', '1'))
      return { bank: `http:${url.host}`, name: options.outlet, driver: new HttpDriver(options) }
    }
    case 'shelly': {
      const { HttpDriver } = await import('./network/http-driver.js')
      const { shellyRequests } = await import('./network/shelly.js')
      return {
        bank: `http:${new URL(options.url).host}`,
        name: String(options.switch),
        driver: new HttpDriver(shellyRequests(options)),
      }
    }
  }
}

const boardDriver = (...parameters: ConstructorParameters<typeof BoardDriver>): BoardDriver =>
  new BoardDriver(...parameters)

type SerialOptions = ParsedOptionsOf<'lcus' | 'kmtronic' | 'numato' | 'modbus-rtu' | 'control-line'>

async function reachBoard(
  options: SerialOptions & LineSettings,
  relay: number | string,
  host: PowerHost,
  driverOn: (plan: BoardPlan) => OutletDriver,
): Promise<Reached> {
  const { port: reference, replyTimeoutMs, reopenTimeoutMs } = options
  const { baudRate, dataBits, parity, stopBits } = options
  let found
  try {
    found = await findPort(reference, host.binding)
  } catch (error) {
    throw blame(`${describePort(reference)}#${relay}`, error)
  }
  const driver = driverOn({
    reference,
    found,
    line: { baudRate, dataBits, parity, stopBits },
    replyTimeoutMs,
    reopenTimeoutMs,
    binding: host.binding,
    holder: host.holder ?? `outlet ${found.id}#${relay}`,
  })
  return { bank: found.id, name: String(relay), driver }
}
