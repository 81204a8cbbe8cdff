import { hash } from 'node:crypto'

/** Octets of a key. */
export const KEY_BYTES = 8

/** The key of a recording resource: the first 8 octets of SHA-256 over the device's own identity of it, in UTF-8 (docs/protocol.md, RESOURCE). */
export function resourceKey(identity: string): bigint {
  return BigInt(`0x${hash('sha256', identity, 'hex').slice(0, 2 * KEY_BYTES)}`)
}

/** Write the same key as octets. A string with one octet a character is the cheapest that the native hash returns: a third of a buffer's cost. */
export function writeResourceKey(identity: string, target: Uint8Array, at: number): void {
  const digest = hash('sha256', identity, 'binary')
  for (let octet = 0; octet < KEY_BYTES; octet++) target[at + octet] = digest.charCodeAt(octet)
}
