import { UsageError } from 'viewnet/device'
import { OnvifDevice, type OnvifDeviceOptions } from 'viewnet/devices/onvif'
import type { BenchDevice, OnvifBenchDevice } from './device-schema.js'

/** User and password of a bench device, from the file or from the environment that it names. */
export interface Credentials {
  readonly user: string
  readonly password: string
}

/**
 * The credentials that a bench file gives a device.
 *
 * @returns undefined where it names no user
 * @throws UsageError `ERR_VIEWNET_CREDENTIALS` when the environment variable that it names is not set
 */
export function credentialsOf(
  device: BenchDevice,
  environment: NodeJS.ProcessEnv = process.env,
): Credentials | undefined {
  // A simulated one has those that it is started with.
  if (device.driver === 'simulated') return undefined
  const { number, user, password } = device
  if (user === undefined) return undefined
  if (password === undefined || typeof password === 'string') return { user, password: password ?? '' }
  const value = environment[password.env]
  if (value === undefined) {
    throw new UsageError(
      'ERR_VIEWNET_CREDENTIALS',
      `device ${number}: environment variable ${password.env} is not set; it holds the password`,
    )
  }
  return { user, password: value }
}

/** Open the driver of a device that is reached over ONVIF; `credentials` replace the file's own. */
export function openDevice(
  device: OnvifBenchDevice,
  credentials: Credentials | undefined = credentialsOf(device),
): OnvifDevice {
  return new OnvifDevice({ ...onvifOptionsOf(device), ...credentials })
}

function onvifOptionsOf({
  url,
  tls,
  attemptTimeoutMs,
  callTimeoutMs,
  overallTimeoutMs,
  maxReplyBytes,
}: OnvifBenchDevice): OnvifDeviceOptions {
  return {
    url,
    tls: tls && ('insecure' in tls ? tls : { fingerprintSha256: tls.fingerprint }),
    attemptTimeoutMs,
    callTimeoutMs,
    overallTimeoutMs,
    maxReplyBytes,
  }
}
