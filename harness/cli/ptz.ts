import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from 'commander'
import { UsageError } from 'viewnet/device'
import { PelcoHead, type PtzAxis, type PtzMove } from 'viewnet/devices/ptz'
import type { BenchDevice, BenchPtz } from '../bench/index.js'
import { devicesNamed, readBench } from './read-bench.js'
import { handCommand } from './hand-command.js'
import { integer, messageNumber, seconds, signedRatio } from './option-parsers.js'
import { ExitStatus, print, printJson } from './output.js'
import { underLease } from './under-lease.js'
import { stoppable } from './until-stopped.js'

const ACTIONS = {
  move: 'move for a while, by --pan, --tilt and --zoom, then stop',
  stop: 'stop every movement',
  'go-to': 'go to a stored position, by --preset',
  store: 'store the position where it stands, by --preset',
  position: 'ask where it stands, which not every head answers',
} as const
type Action = keyof typeof ACTIONS

const MOVE_SECONDS = 1
/** Slow heads take so long from one end to the other. */
const TRAVEL_SECONDS = 10

interface PtzFlags extends PtzMove {
  readonly bench: string
  readonly device?: string
  readonly seconds?: number
  readonly preset?: number
  readonly json?: boolean
}

const NOTES = `A head answers no command: what is told is that it was sent. However this ends, the head is told to stop.

Example:
  viewnet ptz --bench bench.yaml --device 00001-00020-00300-00007 move --pan -0.5 --seconds 2`

/** `viewnet ptz`: turns the analogue head of a device by hand. */
export function ptzCommand(): Command {
  return handCommand('ptz', 'turn the analogue head of a device of a bench by hand, under a lease', ACTIONS, NOTES)
    .option('--device <number>', 'a device of the bench file; default: the only one with a head', messageNumber)
    .option('--pan <ratio>', 'move: -1 (left, full speed) to 1 (right)', signedRatio)
    .option('--tilt <ratio>', 'move: -1 (down) to 1 (up)', signedRatio)
    .option('--zoom <ratio>', 'move: -1 (wide) to 1 (tele)', signedRatio)
    .option('--seconds <S>', 'move: for how long, default 1; go-to: how long it may travel, default 10', seconds)
    .option('--preset <N>', 'go-to, store: which position, 1–255', integer(1, 255))
    .option('--json', 'one JSON object on stdout: device, head, action, position')
    .action(async (action: Action, flags: PtzFlags) => {
      await stoppable(async (signal) => {
        await turnHead(action, flags, signal)
      })
    })
}

async function turnHead(action: Action, flags: PtzFlags, signal: AbortSignal): Promise<void> {
  const command = commandOf(action, flags)
  const { devices } = await readBench(flags.bench)
  const { number, ptz } = deviceWithHead(devices, flags)
  const { driver: _, ...options } = ptz
  const holder = `ptz ${number}`
  const found = await PelcoHead.find(options, { holder })
  // Heads of one bus share its port.
  await underLease([{ name: found.id }], { holder, signal }, async (lease) => {
    lease.assertHeld()
    await using head = await found.open()
    const position = await command(head, signal)
    if (position && Object.values(position).every((value) => value === null)) process.exitCode = ExitStatus.couldNotTest
    if (flags.json === true)
      printJson({ device: number, head: `${found.id}#${ptz.address}`, action, ...(position && { position }) })
    else print(`${number}: ${position ? describe(position) : `${action} sent to ${found.id}, address ${ptz.address}`}`)
  })
}

/** Of each axis what the head counts; null: it does not tell. */
type Position = Readonly<Record<PtzAxis, number | null>>

async function positionOf(head: PelcoHead): Promise<Position> {
  const [pan, tilt, zoom] = [await head.position('pan'), await head.position('tilt'), await head.position('zoom')]
  return { pan: pan ?? null, tilt: tilt ?? null, zoom: zoom ?? null }
}

function describe({ pan, tilt, zoom }: Position): string {
  const told = (value: number | null, of: number, unit: string): string =>
    value === null ? 'not told' : `${value / of}${unit}`
  return `pan ${told(pan, 100, '°')}, tilt ${told(tilt, 100, '°')}, zoom ${told(zoom, 1, '')}`
}

/** @throws UsageError `ERR_VIEWNET_OPTION` where it is not said what to do */
function commandOf(action: Action, { pan, tilt, zoom, seconds: given, preset }: PtzFlags): HeadCommand {
  const isMove = pan !== undefined || tilt !== undefined || zoom !== undefined
  if (isMove !== (action === 'move'))
    throw refused(
      isMove
        ? `expected the action move beside --pan, --tilt and --zoom, got ${action}`
        : 'move: expected --pan, --tilt or --zoom, got none',
    )
  if ((preset !== undefined) !== (action === 'go-to' || action === 'store'))
    throw refused(
      preset === undefined
        ? `${action}: expected --preset, got none`
        : `expected go-to or store beside --preset, got ${action}`,
    )
  switch (action) {
    case 'move':
      return told(async (head, signal) => {
        await head.move({ pan, tilt, zoom })
        await pause(given ?? MOVE_SECONDS, signal)
      })
    case 'stop':
      return told((head) => head.stop())
    case 'go-to':
      return told(async (head, signal) => {
        await head.goToPreset(preset!)
        // Closing stops it wherever it is by then.
        await pause(given ?? TRAVEL_SECONDS, signal)
      })
    case 'store':
      return told((head) => head.setPreset(preset!))
    case 'position':
      return positionOf
  }
}

type HeadCommand = (head: PelcoHead, signal: AbortSignal) => Promise<Position | undefined>

/** A command that is told, and answered by nothing. */
function told(command: (head: PelcoHead, signal: AbortSignal) => Promise<void>): HeadCommand {
  return async (head, signal) => {
    await command(head, signal)
    return undefined
  }
}

/** Wait; @throws the reason of the signal */
async function pause(forSeconds: number, signal: AbortSignal): Promise<void> {
  await delay(forSeconds * 1000, undefined, { signal }).catch(() => undefined)
  signal.throwIfAborted()
}

type RealHead = Exclude<BenchPtz, { driver: 'simulated' }>
type WithHead = BenchDevice & { readonly ptz: RealHead }

/** @throws UsageError `ERR_VIEWNET_OPTION` where it is not said which */
function deviceWithHead(devices: readonly BenchDevice[], { bench, device }: PtzFlags): WithHead {
  const named = device === undefined ? devices : devicesNamed([device], devices, bench)
  // One that exists only in software is there as long as a run.
  const withHead = named.filter((one): one is WithHead => one.ptz !== undefined && one.ptz.driver !== 'simulated')
  const [one, another] = withHead
  if (one && !another) return one
  if (!one) {
    const got = named.some(({ ptz }) => ptz) ? 'a simulated one' : 'none'
    throw refused(
      device === undefined
        ? `${bench}: expected a device with ptz, got ${got}`
        : `device ${device}: expected ptz, got ${got}`,
    )
  }
  throw refused(
    `option '--device <number>': expected one of ${withHead.map(({ number }) => number).join(', ')}, got none`,
  )
}

function refused(message: string): UsageError {
  return new UsageError('ERR_VIEWNET_OPTION', message)
}
