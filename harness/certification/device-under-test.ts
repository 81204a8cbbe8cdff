import { createHash, randomBytes } from 'node:crypto'
import type { MonitoringDevice } from 'viewnet/device'
import type { SerialConsole } from 'viewnet/devices/console'
import type { OnvifDevice, ReplayDescription } from 'viewnet/devices/onvif'
import type { PowerOutlet, Switching } from 'viewnet/devices/power'
import type { FoundHead } from 'viewnet/devices/ptz'
import { SimulatedRecorder } from 'viewnet/devices/simulated'
import {
  credentialsOf,
  openDevice,
  type BenchDevice,
  type BenchLimits,
  type LeasedResource,
  type LimitKey,
  type OnvifBenchDevice,
  type SimulatedBenchDevice,
} from '../bench/index.js'
import { findAttachments } from './attachments.js'
import { limitOf, type Limit } from './held-to.js'

/** A device on the bench, and what the bench knows of it. */
export interface DeviceUnderTest {
  /** External message number. */
  readonly number: string
  /** Where it is, for people. */
  readonly address: string
  /** How many recording resources it truly holds; undefined of a real one. */
  readonly trueCount: number | undefined
  /** What switches its power, and its console: found, opened by the run. */
  readonly power: PowerOutlet | undefined
  readonly console: SerialConsole | undefined
  /** The head of the analogue camera behind it: found, opened by the case that turns it. */
  readonly head: FoundHead | undefined
  /** Every switching of its power so far. */
  readonly switchings: readonly Switching[]
  /** What must be held to use it. */
  readonly resources: readonly LeasedResource[]
  /** Who it must say it is. */
  readonly expected: BenchDevice['expect']
  /** What a measurement of it is held to. */
  readonly limitOf: (key: LimitKey) => Limit | undefined
  /** Lists that may be asked of it at a time; undefined: as the converter has it. */
  readonly maxInquiries?: number | undefined
  /** Open a driver; each has connections of its own. */
  open(): MonitoringDevice
  /** Ask how its recordings are played, some of them at most; left out: its driver cannot. */
  readonly describeReplays?: (most: number, signal: AbortSignal) => AsyncIterable<ReplayDescription>
  /** The same with a password that is wrong; undefined where the bench has no credentials. */
  openWithWrongPassword(): MonitoringDevice | undefined
  close(): Promise<void>
}

/** How long a simulated device boots where nobody says. */
const DEFAULT_BOOT_MS = 1500

const SIMULATED_NUMBER = '00001-00020-00300-00007'

/**
 * A device that a bench file names; a simulated one is started.
 *
 * @param limits - of the whole bench; those of the device win
 * @param seed - of the run; a simulated device's contents follow from it where the file gives it no seed of its own
 */
export async function benchDevice(
  device: BenchDevice,
  seed: number,
  limits: BenchLimits = {},
): Promise<DeviceUnderTest> {
  return device.driver === 'simulated' ? startSimulated(device, seed, limits) : realDevice(device, limits)
}

/** A simulated recorder, started, on a bench without a file. */
export function simulatedDevice(seed: number, recordings: number): Promise<DeviceUnderTest> {
  return startSimulated({ number: SIMULATED_NUMBER, recordings }, seed)
}

async function realDevice(device: OnvifBenchDevice, limits: BenchLimits): Promise<DeviceUnderTest> {
  const credentials = credentialsOf(device)
  const { resources, ...attached } = await findAttachments(device)
  return {
    ...attached,
    // By its address: two files may give one device two numbers.
    resources: [{ name: `device ${new URL(device.url).host}` }, ...resources],
    expected: device.expect,
    limitOf: (key) => limitOf(key, device.limits, limits),
    number: device.number,
    address: device.url,
    maxInquiries: device.maxInquiries,
    trueCount: undefined,
    open: () => openDevice(device, credentials),
    describeReplays: (most, signal) => replaysOf(openDevice(device, credentials), most, signal),
    openWithWrongPassword: () => credentials && openDevice(device, { ...credentials, password: freshPassword() }),
    close: () => Promise.resolve(),
  }
}

type SimulatedOptions = Pick<SimulatedBenchDevice, 'number' | 'recordings'> & Partial<SimulatedBenchDevice>

/** With credentials of its own. */
async function startSimulated(
  device: SimulatedOptions,
  runSeed: number,
  limits: BenchLimits = {},
): Promise<DeviceUnderTest> {
  const { number, recordings, channels, seed = runSeed, quirks = [], flaky = 0, bootMs = DEFAULT_BOOT_MS } = device
  const isOff = drawn(`${number} ${seed} ${runSeed}`) < flaky
  const credentials = { user: 'admin', password: freshPassword() }
  const recorder = new SimulatedRecorder({
    seed,
    recordings,
    channels,
    quirks: isOff ? [...new Set([...quirks, 'fault-200'])] : quirks,
    ...credentials,
  })
  await recorder.start()
  const fingerprint = recorder.certificateFingerprint
  const description: OnvifBenchDevice = {
    number,
    driver: 'onvif',
    url: recorder.url,
    // Every start makes a certificate of its own.
    ...(fingerprint === undefined ? {} : { tls: device.power ? { insecure: true } : { fingerprint } }),
  }
  const attached = await findAttachments(device, {
    powerOn: () => recorder.powerOn({ bootMs }),
    powerOff: () => recorder.powerOff(),
  })
  return {
    ...attached,
    expected: device.expect,
    limitOf: (key) => limitOf(key, device.limits, limits),
    number,
    address: recorder.url,
    maxInquiries: device.maxInquiries,
    trueCount: recorder.recordingCount,
    open: () => openDevice(description, credentials),
    describeReplays: (most, signal) => replaysOf(openDevice(description, credentials), most, signal),
    openWithWrongPassword: () => openDevice(description, { ...credentials, password: freshPassword() }),
    close: () => recorder.close(),
  }
}

/** Through a driver of its own, which is closed when the last was described, or whoever asked has enough. */
async function* replaysOf(device: OnvifDevice, most: number, signal: AbortSignal): AsyncGenerator<ReplayDescription> {
  try {
    yield* device.describeReplays({ most, signal })
  } finally {
    await device.close()
  }
}

/** A number of 0–1 that follows from a name. */
function drawn(name: string): number {
  return createHash('sha256').update(name).digest().readUInt32BE(0) / 2 ** 32
}

/** Nobody's password. */
function freshPassword(): string {
  return randomBytes(12).toString('base64url')
}
