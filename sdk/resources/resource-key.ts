import { createHash } from 'node:crypto'

/** The key of a recording resource: the first 8 octets of SHA-256 over the device's own identity of it, in UTF-8 (docs/protocol.md, RESOURCE). */
export function resourceKey(identity: string): bigint {
  return createHash('sha256').update(identity, 'utf8').digest().readBigUInt64BE(0)
}
