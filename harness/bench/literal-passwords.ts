import { parseBrokerAddress } from '../evidence/broker-address.js'
import type { BenchDescription } from './bench-schema.js'

/** Whose password stands in a bench file itself, where anybody who reads the file reads it: `the broker`, `device 00001-…`. */
export function literalPasswords({ broker, devices }: BenchDescription): readonly string[] {
  // An environment of its own: what comes from there does not stand in the file.
  const isBroker = broker !== undefined && parseBrokerAddress(broker, {}).password !== undefined
  const owners = devices.filter(({ password }) => typeof password === 'string').map(({ number }) => `device ${number}`)
  return isBroker ? ['the broker', ...owners] : owners
}
