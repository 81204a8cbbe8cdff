import { parseBrokerAddress } from '../evidence/broker-address.js'
import type { BenchDescription } from './bench-schema.js'
import type { BenchDevice } from './device-schema.js'
import type { BenchPower } from './power-schema.js'

/** Whose password stands in a bench file itself, where anybody who reads the file reads it: `the broker`, `device 00001-…`. */
export function literalPasswords({ broker, devices }: BenchDescription): readonly string[] {
  // An environment of its own: what comes from there does not stand in the file.
  const isBroker = broker !== undefined && parseBrokerAddress(broker, {}).password !== undefined
  const owners = devices.flatMap(ownersOf)
  return isBroker ? ['the broker', ...owners] : owners
}

function ownersOf(device: BenchDevice): readonly string[] {
  const { number, power } = device
  const secrets = {
    [`device ${number}`]: 'password' in device ? [device.password] : [],
    [`the power of device ${number}`]: power ? secretsOf(power) : [],
  }
  return Object.entries(secrets).flatMap(([owner, given]) =>
    given.some((each) => typeof each === 'string') ? [owner] : [],
  )
}

function secretsOf(power: BenchPower): readonly unknown[] {
  if ('password' in power) return [power.password]
  if (power.driver !== 'snmp-poe') return []
  const { snmp } = power
  return snmp.version === '2c' ? [snmp.community] : [snmp.authentication?.key, snmp.privacy?.key]
}
