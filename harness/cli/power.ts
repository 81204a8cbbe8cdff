import { Option, type Command } from 'commander'
import { UsageError } from 'viewnet/device'
import type { CycleCall, OutletState, PowerOutlet } from 'viewnet/devices/power'
import {
  leasedOutlet,
  WearLog,
  type BenchDescription,
  type BenchDevice,
  type BenchPower,
  type LeasedResource,
} from '../bench/index.js'
import { findAttachments } from '../certification/attachments.js'
import { describeLeftOutlet, secureLeftOutlets } from '../certification/left-outlets.js'
import { devicesNamed, readBench } from './read-bench.js'
import { handCommand } from './hand-command.js'
import { messageNumber, seconds } from './option-parsers.js'
import { note, print, printJson } from './output.js'
import { underLease } from './under-lease.js'
import { stoppable } from './until-stopped.js'

const ACTIONS = {
  on: 'give power',
  off: 'take power',
  cycle: 'take power for a while, and give it again',
  state: 'ask, and switch nothing',
  secure: 'bring it into its safe state',
} as const
type Action = keyof typeof ACTIONS

interface PowerFlags {
  readonly bench: string
  readonly device?: readonly string[]
  readonly offSeconds?: number
  readonly json?: boolean
}

/** What the command tells of one outlet. */
interface OutletReport {
  readonly device: string
  /** PowerOutlet.id. */
  readonly outlet: string
  readonly state: OutletState
  readonly readback: PowerOutlet['readback']
  /** Switchings of that relay that were ever counted here, these included. */
  readonly switchCount: number
}

const NOTES = `An outlet stays as it is told: only a cycle that is interrupted ends in the outlet's safe state. Whoever holds the outlet is waited for, and named.

Examples:
  viewnet power --bench bench.yaml state
  viewnet power --bench bench.yaml --device 00001-00020-00300-00007 cycle --off-seconds 10`

/** `viewnet power`: switches an outlet of a bench by hand. */
export function powerCommand(): Command {
  return handCommand('power', 'switch the power of a device of a bench by hand, under a lease', ACTIONS, NOTES)
    .addOption(
      new Option(
        '--device <number>',
        'one device of the bench file; may come again; default: the only one with an outlet, for state all of them',
      ).argParser((text: string, before: readonly string[] | undefined): readonly string[] => [
        ...new Set([...(before ?? []), messageNumber(text)]),
      ]),
    )
    .option('--off-seconds <S>', 'how long a cycle takes the power; default: 5', seconds)
    .option('--json', 'one JSON object on stdout: outlets')
    .action(async (action: Action, flags: PowerFlags) => {
      await stoppable(async (signal) => {
        await switchPower(action, flags, signal)
      })
    })
}

async function switchPower(action: Action, flags: PowerFlags, signal: AbortSignal): Promise<void> {
  const { bench: path, device, offSeconds, json = false } = flags
  if (offSeconds !== undefined && action !== 'cycle')
    throw new UsageError(
      'ERR_VIEWNET_OPTION',
      `option '--off-seconds <S>': expected the action cycle beside it, got ${action}`,
    )
  const bench = await readBench(path)
  const outlets: OutletReport[] = []
  for (const one of chosenDevices(action, bench, path, device)) {
    const offMs = offSeconds === undefined ? undefined : offSeconds * 1000
    const report = await withOutlet(one, bench, action, { offMs, signal })
    outlets.push(report)
    if (!json) print(reportLine(report))
  }
  if (json) printJson({ outlets })
}

type Powered = BenchDevice & { readonly power: Exclude<BenchPower, { driver: 'simulated' }> }

/** @throws UsageError `ERR_VIEWNET_OPTION` where it is not said, or cannot be done, which outlets are meant */
function chosenDevices(
  action: Action,
  { devices }: BenchDescription,
  path: string,
  numbers: readonly string[] = [],
): readonly Powered[] {
  const refused = (message: string): UsageError => new UsageError('ERR_VIEWNET_OPTION', message)
  const named = numbers.length === 0 ? devices : devicesNamed(numbers, devices, path)
  const powered = named.filter(
    (device): device is Powered => device.power !== undefined && device.power.driver !== 'simulated',
  )
  for (const { number, power } of numbers.length === 0 ? [] : named) {
    if (power === undefined) throw refused(`device ${number}: expected an outlet, ${path} gives it none`)
    if (power.driver === 'simulated')
      throw refused(`device ${number}: expected an outlet to switch, its simulated one is there only as long as a run`)
  }
  if (powered.length === 0) throw refused(`${path}: expected a device with an outlet, got none`)
  if (powered.length === 1 || numbers.length > 0 || action === 'state') return powered
  const known = powered.map(({ number }) => number).join(', ')
  throw refused(
    `option '--device <number>': expected one of the ${powered.length} devices with outlets, got none; they are ${known}`,
  )
}

/** Do one thing to one outlet, under a lease. */
async function withOutlet(
  { number, power }: Powered,
  { devices }: BenchDescription,
  action: Action,
  { offMs, signal }: CycleCall & { readonly signal: AbortSignal },
): Promise<OutletReport> {
  // Closing would bring it into its safe state, which only `secure` and an interrupted cycle ask for.
  const asIs = await outletOf(number, { ...power, safeState: 'as-is' })
  const safe = await outletOf(number, power)
  return underLease(asIs.resources, { holder: `power ${number}`, signal }, async (lease) => {
    await secureLeftOutlets(lease, devices, { signal, onLeft: (left) => note(`viewnet: ${describeLeftOutlet(left)}`) })
    const secure = async (): Promise<void> => {
      await using outlet = leasedOutlet(safe.power, lease)
      await outlet.open()
      await outlet.secure()
    }
    if (action === 'secure') await secure()
    try {
      await using outlet = leasedOutlet(asIs.power, lease)
      await outlet.open({ signal })
      if (action === 'cycle') await outlet.cycle({ offMs, signal })
      else if (action === 'on' || action === 'off') await outlet[action]({ signal })
      const state = await outlet.state({ signal })
      return { device: number, outlet: outlet.id, state, readback: outlet.readback, switchCount: wearOf(outlet.id) }
    } catch (failure) {
      if (action === 'cycle') await secure()
      throw failure
    }
  })
}

/** @throws PowerError where it is not there */
async function outletOf(
  number: string,
  power: Powered['power'],
): Promise<{ readonly power: PowerOutlet; readonly resources: readonly LeasedResource[] }> {
  const { power: outlet, resources } = await findAttachments({ number, power, console: undefined })
  if (!outlet) throw new UsageError('ERR_VIEWNET_STATE', `device ${number} has no outlet`)
  return { power: outlet, resources }
}

function wearOf(outlet: string): number {
  const log = new WearLog()
  try {
    return log.of(outlet)?.switchCount ?? 0
  } finally {
    log.close()
  }
}

function reportLine({ device, outlet, state, readback, switchCount }: OutletReport): string {
  const told = readback === 'write-only' ? 'cannot be asked' : state
  return `${device}: ${told} (${outlet}, switched ${switchCount} times)`
}
