import { crc32 } from 'node:zlib'
import type { PacketDescription } from '../evidence/record.js'

/** The fields that tell packets of one message and round apart; a RESOURCE has its sequence. */
const DISTINGUISHING_FIELDS = ['status', 'verdict', 'first', 'highest'] as const

/**
 * Name a packet by what it says, so that the same packet of another run has the same name: message, round, sequence, status, verdict. The
 * exchange is left out, because requesters choose it at random. Octets that nobody can read are named by their CRC-32.
 */
export function packetIdentity({ message, round, sequence, fields }: PacketDescription, packet: Uint8Array): string {
  if (message === null) return `unreadable ${packet.byteLength} ${crc32(packet)}`
  const values = DISTINGUISHING_FIELDS.map((name) => fields?.[name])
  return [message, round, sequence, ...values].map((value) => value ?? '').join(' ')
}
