import { randomBytes } from 'node:crypto'
import type { MonitoringDevice } from 'viewnet/device'
import { SimulatedRecorder } from 'viewnet/devices/simulated'
import { credentialsOf, openDevice, type BenchDevice } from '../bench/index.js'

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

/** A device that a bench file names. */
export function benchDevice(device: BenchDevice): DeviceUnderTest {
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

/** A simulated recorder, started, with credentials of its own, whose contents follow from the seed. */
export async function simulatedDevice(seed: number, recordings: number): Promise<DeviceUnderTest> {
  const credentials = { user: 'admin', password: freshPassword() }
  const recorder = new SimulatedRecorder({ seed, recordings, ...credentials })
  await recorder.start()
  const description: BenchDevice = { number: SIMULATED_NUMBER, driver: 'onvif', url: recorder.url }
  return {
    number: SIMULATED_NUMBER,
    address: recorder.url,
    trueCount: recorder.recordingCount,
    open: () => openDevice(description, credentials),
    openWithWrongPassword: () => openDevice(description, { ...credentials, password: freshPassword() }),
    close: () => recorder.close(),
  }
}

/** Nobody's password. */
function freshPassword(): string {
  return randomBytes(12).toString('base64url')
}
