import { parseBrokerAddress } from '../evidence/broker-address.js'
import type { BenchDescription } from './bench-schema.js'
import type { BenchDevice } from './device-schema.js'
import type { BenchPower } from './power-schema.js'

/** A password that stands in a bench file itself, where anybody who reads the file reads it. */
export interface LiteralPassword {
  /** Whose it is: `the broker`, `device 00001-…`. */
  readonly owner: string
  /** Keys down to it. */
  readonly path: readonly (string | number)[]
  /** What keeps it out of the file. */
  readonly remedy: string
}

const IN_ENVIRONMENT = 'password: { env: NAME }'

/** The passwords that stand in a bench file. */
export function literalPasswords({ broker, devices }: BenchDescription): readonly LiteralPassword[] {
  // An environment of its own: what comes from there does not stand in the file.
  const isBroker = broker !== undefined && parseBrokerAddress(broker, {}).password !== undefined
  const ofDevices = devices.flatMap(passwordsOf)
  if (!isBroker) return ofDevices
  return [{ owner: 'the broker', path: ['broker'], remedy: 'VIEWNET_BROKER_PASSWORD' }, ...ofDevices]
}

/** One of the device and one of its power at most: who mends it sees the others. */
function passwordsOf(device: BenchDevice, at: number): readonly LiteralPassword[] {
  const { number, power } = device
  const own = { owner: `device ${number}`, path: ['devices', at, 'password'], remedy: IN_ENVIRONMENT }
  const ofPower = { owner: `the power of device ${number}`, path: ['devices', at, 'power'], remedy: '{ env: NAME }' }
  return [
    ...('password' in device && typeof device.password === 'string' ? [own] : []),
    ...(power && secretsOf(power).some((each) => typeof each === 'string') ? [ofPower] : []),
  ]
}

function secretsOf(power: BenchPower): readonly unknown[] {
  if ('password' in power) return [power.password]
  if (power.driver !== 'snmp-poe') return []
  const { snmp } = power
  return snmp.version === '2c' ? [snmp.community] : [snmp.authentication?.key, snmp.privacy?.key]
}
