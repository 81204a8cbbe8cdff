import { findConsole, type SerialBinding, type SerialConsole } from 'viewnet/devices/console'
import { findOutlet, type PowerOutlet, type Switching } from 'viewnet/devices/power'
import type { FoundHead } from 'viewnet/devices/ptz'
import { SimulatedConsole, SimulatedLcus, SimulatedSerialBus, type PoweredLoad } from 'viewnet/devices/simulated'
import { resolvedSecrets, WearLog, type BenchConsole, type BenchDevice, type LeasedResource } from '../bench/index.js'
import { findHead } from './attached-head.js'

/** What hangs on a device of a bench, found and not opened. */
export interface Attachments {
  readonly power: PowerOutlet | undefined
  readonly console: SerialConsole | undefined
  readonly head: FoundHead | undefined
  /** What must be held to use them. */
  readonly resources: readonly LeasedResource[]
  /** Every switching so far. */
  readonly switchings: readonly Switching[]
}

/** The newest switchings that a run remembers. */
const SWITCHINGS_MOST = 2000

/** Where the simulated board and console of a device hang on their bus: each device has its own, so that wear is told apart. */
const relayPort = (number: string): string => `/dev/simulated-relays-${number}`
const consolePort = (number: string): string => `/dev/simulated-console-${number}`

/**
 * Find a device's outlet, console and head.
 *
 * @param load - the simulated device that a simulated relay feeds; it has power already
 * @throws PowerError, ConsoleError, PtzError when they are not there; UsageError `ERR_VIEWNET_CREDENTIALS`
 */
export async function findAttachments(
  { number, power, console, ptz }: Pick<BenchDevice, 'number' | 'power' | 'console' | 'ptz'>,
  load?: PoweredLoad,
): Promise<Attachments> {
  const switchings: Switching[] = []
  const holder = `run ${process.pid} of device ${number}`
  const host = {
    holder,
    onSwitched: (switching: Switching) => {
      if (switchings.length < SWITCHINGS_MOST) switchings.push(switching)
      // A simulated relay wears out with its process.
      if (power?.driver !== 'simulated') countWear(switching)
    },
  }
  const simulated = simulatedBus({ number, power, console }, load)
  const outlet =
    power &&
    (power.driver === 'simulated'
      ? await findOutlet(
          { driver: 'lcus', port: relayPort(number), relay: power.relay, status: 'octets', ...SIMULATED_PATIENCE },
          { ...host, binding: simulated },
        )
      : await findOutlet(resolvedSecrets(power, `power of device ${number}`), host))
  const found = console && (await findAttachedConsole(console, { port: consolePort(number), simulated }))
  const head = ptz && (await findHead(ptz, number, holder))
  const resources = [
    ...(outlet && power?.driver !== 'simulated' ? outletResources(outlet) : []),
    ...(found && console?.driver !== 'simulated' ? [{ name: found.id }] : []),
    // Heads of one bus share its port.
    ...(head && ptz?.driver !== 'simulated' ? [{ name: head.id }] : []),
  ]
  return { power: outlet, console: found, head, resources, switchings }
}

/** A count that cannot be kept is told; it holds up no run. */
function countWear(switching: Switching): void {
  try {
    const log = new WearLog()
    try {
      log.add(switching)
    } finally {
      log.close()
    }
  } catch (failure) {
    process.emitWarning(failure instanceof Error ? failure : String(failure))
  }
}

function findAttachedConsole(
  console: BenchConsole,
  { port, simulated }: { readonly port: string; readonly simulated: SerialBinding },
): Promise<SerialConsole> {
  if (console.driver === 'simulated') return findConsole({ port }, { binding: simulated })
  const { driver: _, ...options } = console
  return findConsole(options)
}

/** Whoever opens one outlet of a serial board holds the port of the whole; ports of a switch or PDU are held one by one. */
function outletResources({ id, bank }: PowerOutlet): readonly LeasedResource[] {
  const isSerial = !/^(snmp|http):/.test(bank)
  return [{ name: id, leavesState: true }, ...(isSerial ? [{ name: bank, sharedInProcess: true }] : [])]
}

/** A board in this process answers as soon as the process gets to it, or is broken on purpose. */
const SIMULATED_PATIENCE = { replyTimeoutMs: 1000, settleTimeoutMs: 500, reopenTimeoutMs: 1500 } as const

/** A bus with a relay board and a console on it, each where the bench file says so. */
function simulatedBus(
  { number, power, console }: Pick<BenchDevice, 'number' | 'power' | 'console'>,
  load?: PoweredLoad,
): SerialBinding {
  const bus = new SimulatedSerialBus()
  const terminal = new SimulatedConsole()
  if (console?.driver === 'simulated') bus.plug(consolePort(number), terminal)
  if (power?.driver !== 'simulated') {
    terminal.powerOn()
    return bus
  }
  const board = new SimulatedLcus({ relays: power.relay, status: 'octets' })
  const relay = board.relay(power.relay - 1)
  // It comes to the bench switched on, as a device does that was in use.
  relay.drive(true)
  terminal.powerOn()
  relay.feed(terminal)
  if (load) relay.feed(load)
  const [fault] = power.faults
  if (fault) board.breakAfter(power.faultAfter, fault)
  bus.plug(relayPort(number), board)
  return bus
}
