import { statfs } from 'node:fs/promises'
import { openDevice, BenchError, type BenchDescription, type BenchDevice } from '../bench/index.js'
import { parseBrokerAddress } from '../evidence/index.js'
import { connectMqtt } from '../evidence/mqtt-client.js'

/** A device that takes longer to say who it is ails. */
const DESCRIBE_MS = 15_000
/** Devices asked at a time. */
const ASKED_AT_ONCE = 8
/** An attempt leaves some MB of evidence; a disk that is nearly full would break the night in its middle. */
const FREE_BYTES_LEAST = 256 * 1024 * 1024

/** What the check before a night said of one device. */
export interface DeviceHealth {
  readonly device: string
  /** Empty: well. */
  readonly health: string
}

/**
 * Look whether the night has what it needs, before it begins: room for its reports, its broker, and devices that answer. A device that does not
 * is attempted all the same, after the others.
 *
 * @throws BenchError `ERR_VIEWNET_REPORT` without room, `ERR_VIEWNET_BROKER` without the broker: without them nothing can be tested
 */
export async function checkHealth(
  { broker }: BenchDescription,
  devices: readonly BenchDevice[],
  { report, signal }: { readonly report: string; readonly signal: AbortSignal },
): Promise<readonly DeviceHealth[]> {
  await expectRoom(report)
  if (broker !== undefined) await expectBroker(broker, signal)
  const health: DeviceHealth[] = []
  const waiting = [...devices.entries()]
  const askSome = async (): Promise<void> => {
    for (let next; (next = waiting.shift());) {
      const [at, device] = next
      health[at] = { device: device.number, health: await healthOf(device, signal) }
    }
  }
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, askSome))
  signal.throwIfAborted()
  return health
}

async function expectRoom(report: string): Promise<void> {
  const { bavail, bsize } = await statfs(report)
  const free = bavail * bsize
  if (free >= FREE_BYTES_LEAST) return
  const megabytes = (bytes: number): string => `${Math.floor(bytes / 1024 / 1024)} MiB`
  const message = `report: expected ${megabytes(FREE_BYTES_LEAST)} of room at least in '${report}', got ${megabytes(free)}`
  throw new BenchError('ERR_VIEWNET_REPORT', message)
}

async function expectBroker(broker: string, signal: AbortSignal): Promise<void> {
  const { client } = await connectMqtt(parseBrokerAddress(broker), {}, { signal })
  await client.endAsync()
}

async function healthOf(device: BenchDevice, signal: AbortSignal): Promise<string> {
  // It begins to exist with its attempt.
  if (device.driver === 'simulated') return ''
  const driver = openDevice(device)
  try {
    const { capabilities } = await driver.describe({
      signal: AbortSignal.any([signal, AbortSignal.timeout(DESCRIBE_MS)]),
    })
    return capabilities.listRecordings
      ? ''
      : `offers no recording search, only ${capabilities.services.join(', ') || 'nothing'}`
  } catch (failure) {
    return failure instanceof Error ? failure.message : String(failure)
  } finally {
    await driver.close?.()
  }
}
