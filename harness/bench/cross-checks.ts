import { nearestWord } from 'viewnet/device'
import { parseMessageNumber } from 'viewnet/wire'
import type { BenchIssue } from './bench-issues.js'
import type { BenchDescription } from './bench-schema.js'
import type { BenchDevice } from './device-schema.js'
import type { BenchPower } from './power-schema.js'

/** What is wrong between parts of a bench that are right by themselves: one thing cannot serve two. */
export function crossProblems(bench: BenchDescription): readonly BenchIssue[] {
  return [
    ...repeatedNumbers(bench.devices),
    ...sharedOutlets(bench.devices),
    ...sharedPorts(bench.devices),
    ...sharedHeads(bench.devices),
    ...unknownDevices(bench),
  ]
}

/** Whoever asks for a number means one device, however it is written. */
function repeatedNumbers(devices: readonly BenchDevice[]): readonly BenchIssue[] {
  const seen = new Set<bigint>()
  return devices.flatMap(({ number }, at) => {
    const value = parseMessageNumber(number)
    if (!seen.has(value)) {
      seen.add(value)
      return []
    }
    return { path: ['devices', at, 'number'], expected: 'a number of its own', got: `${number} again` }
  })
}

/** A socket that powers two devices cuts the one that nobody asked to cut. */
function sharedOutlets(devices: readonly BenchDevice[]): readonly BenchIssue[] {
  const owners = new Map<string, string>()
  return devices.flatMap(({ number, power }, at) => {
    const name = power && outletName(power)
    if (power === undefined || name === undefined) return []
    const owner = owners.get(name)
    owners.set(name, owner ?? number)
    if (owner === undefined) return []
    return { path: ['devices', at, 'power'], expected: 'an outlet of its own', got: `that of device ${owner}` }
  })
}

/** What an outlet is called in a file; undefined of a simulated one on a board of its own. */
function outletName(power: BenchPower): string | undefined {
  switch (power.driver) {
    case 'lcus':
    case 'kmtronic':
    case 'numato':
      return `${portName(power.port)}#${power.relay}`
    case 'modbus-rtu':
      return `${portName(power.port)}#${power.unit}.${power.coil}`
    case 'control-line':
      return `${portName(power.port)}#${power.line}`
    case 'snmp-poe':
      return `${power.host}:${power.udpPort}#${power.group}.${power.poePort}`
    case 'http':
      return `${JSON.stringify(power.off)}#${power.outlet}`
    case 'shelly':
      return `${power.url}#${power.switch}`
    case 'simulated':
      return power.board && `simulated:${power.board}#${power.relay}`
  }
}

/** What a serial port is called in a file. */
function portName(port: PortReference): string {
  return typeof port === 'string' ? port : JSON.stringify(Object.entries(port).sort(([a], [b]) => (a < b ? -1 : 1)))
}

type PortReference = Extract<BenchPower, { driver: 'lcus' }>['port']

/** Heads on one bus are told apart by their addresses. */
function sharedHeads(devices: readonly BenchDevice[]): readonly BenchIssue[] {
  const owners = new Map<string, string>()
  return devices.flatMap(({ number, ptz }, at) => {
    if (ptz === undefined || ptz.driver === 'simulated') return []
    const name = `${portName(ptz.port)}#${ptz.address}`
    const owner = owners.get(name)
    owners.set(name, owner ?? number)
    if (owner === undefined) return []
    const path = ['devices', at, 'ptz', 'address']
    return { path, expected: 'an address of its own on its port', got: `that of the head of device ${owner}` }
  })
}

/** One use of a serial port. */
interface PortUse {
  readonly port: string
  readonly path: readonly (string | number)[]
  /** Two uses of one port go together when these are equal: outlets of one board, heads on one bus. */
  readonly sharing: string
  readonly what: string
}

/** A serial port is one board, one bus of heads, or one console. */
function sharedPorts(devices: readonly BenchDevice[]): readonly BenchIssue[] {
  const users = new Map<string, PortUse>()
  return devices
    .flatMap((device, at) => portUses(device, at))
    .flatMap((use) => {
      const other = users.get(use.port)
      if (other === undefined) {
        users.set(use.port, use)
        return []
      }
      if (other.sharing === use.sharing) return []
      return { path: use.path, expected: 'a serial port of its own', got: `that of ${other.what}` }
    })
}

function portUses({ number, power, console, ptz }: BenchDevice, at: number): readonly PortUse[] {
  const uses: PortUse[] = []
  const use = (key: string, port: PortReference, sharing: string, what: string): void => {
    const path = ['devices', at, key, 'port']
    uses.push({ port: portName(port), path, sharing, what: `the ${what} of device ${number}` })
  }
  if (power && 'port' in power) use('power', power.port, `${power.driver} ${power.baudRate}`, `${power.driver} relay`)
  // A head answers to its address; consoles never share.
  if (ptz && 'port' in ptz) use('ptz', ptz.port, `pelco-d ${ptz.baudRate}`, 'head')
  if (console && 'port' in console) use('console', console.port, `console ${at}`, 'console')
  return uses
}

/** What a plan names must be there. */
function unknownDevices({ devices, plan }: BenchDescription): readonly BenchIssue[] {
  const known = [...new Set(devices.flatMap(({ number, tags = [] }) => [...tags, number]))]
  return (['include', 'exclude'] as const).flatMap((list) =>
    (plan?.devices?.[list] ?? []).flatMap((word, at) =>
      known.includes(word)
        ? []
        : {
            path: ['plan', 'devices', list, at],
            expected: `the number or a tag of a device${nearestWord(word, known)}`,
            got: JSON.stringify(word),
          },
    ),
  )
}
