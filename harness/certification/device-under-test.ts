import { createHash, randomBytes } from 'node:crypto'
import type { MonitoringDevice } from 'viewnet/device'
import { SimulatedRecorder } from 'viewnet/devices/simulated'
import {
  credentialsOf,
  openDevice,
  type BenchDevice,
  type OnvifBenchDevice,
  type SimulatedBenchDevice,
} from '../bench/index.js'

/** A device on the bench, and what the bench knows of it. */
export interface DeviceUnderTest {
  /** External message number. */
  readonly number: string
  /** Where it is, for people. */
  readonly address: string
  /** How many recording resources it truly holds; undefined of a real one. */
  readonly trueCount: number | undefined
  /** Open a driver; each has connections of its own. */
  open(): MonitoringDevice
  /** The same with a password that is wrong; undefined where the bench has no credentials. */
  openWithWrongPassword(): MonitoringDevice | undefined
  close(): Promise<void>
}

const SIMULATED_NUMBER = '00001-00020-00300-00007'

/**
 * A device that a bench file names; a simulated one is started.
 *
 * @param seed - of the run; a simulated device's contents follow from it where the file gives it no seed of its own
 */
export async function benchDevice(device: BenchDevice, seed: number): Promise<DeviceUnderTest> {
  return device.driver === 'simulated' ? startSimulated(device, seed) : realDevice(device)
}

/** A simulated recorder, started, on a bench without a file. */
export function simulatedDevice(seed: number, recordings: number): Promise<DeviceUnderTest> {
  return startSimulated({ number: SIMULATED_NUMBER, recordings }, seed)
}

function realDevice(device: OnvifBenchDevice): DeviceUnderTest {
  const credentials = credentialsOf(device)
  return {
    number: device.number,
    address: device.url,
    trueCount: undefined,
    open: () => openDevice(device, credentials),
    openWithWrongPassword: () => credentials && openDevice(device, { ...credentials, password: freshPassword() }),
    close: () => Promise.resolve(),
  }
}

type SimulatedOptions = Pick<SimulatedBenchDevice, 'number' | 'recordings'> & Partial<SimulatedBenchDevice>

/** With credentials of its own. */
async function startSimulated(device: SimulatedOptions, runSeed: number): Promise<DeviceUnderTest> {
  const { number, recordings, channels, seed = runSeed, quirks = [], flaky = 0 } = device
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
    ...(fingerprint === undefined ? {} : { tls: { fingerprint } }),
  }
  return {
    number,
    address: recorder.url,
    trueCount: recorder.recordingCount,
    open: () => openDevice(description, credentials),
    openWithWrongPassword: () => openDevice(description, { ...credentials, password: freshPassword() }),
    close: () => recorder.close(),
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
