/** The longest datagram there is, 65,535 octets, in base64: anybody may send one to a bench, and it must not spoil the evidence. */
export const MAX_PACKET_CHARACTERS = 87_380

const PADDING = '='.charCodeAt(0)

/** Packets one behind the other, and nothing else; records with the same packet may share it. */
export interface DecodedPackets {
  readonly octets: Uint8Array
  /** Where the packet of each record begins. */
  readonly starts: Uint32Array
}

/** The packets of every batch are written here in their turn. */
let octets: Buffer = Buffer.allocUnsafeSlow(32 * 1024)
let starts = new Uint32Array(0)

/**
 * Decode the packets of a batch from base64.
 *
 * @param twins - by record, the index of an earlier one that may be of the same packet, or -1
 * @returns undefined where one is none; else what stands until the next batch is decoded
 */
export function decodePackets(column: readonly unknown[], twins: Int32Array): DecodedPackets | undefined {
  if (starts.length !== column.length) starts = new Uint32Array(column.length)
  let end = 0
  for (let i = 0; i < column.length; i++) {
    const entry = column[i]
    const twin = twins[i]!
    if (twin >= 0 && column[twin] === entry) {
      starts[i] = starts[twin]!
      continue
    }
    if (typeof entry !== 'string' || entry.length % 4 !== 0 || entry.length > MAX_PACKET_CHARACTERS) return undefined
    const decoded = decodedOctets(entry)
    if (end + decoded > octets.length) octets = grown(octets, end + decoded)
    // The runtime passes over what is no base64, and gives less octets then: a regular expression takes four times as long.
    if (octets.write(entry, end, 'base64') !== decoded) return undefined
    // It also takes the two digits of base64url, and a character of two octets for that of its low octet.
    if (entry.includes('-') || entry.includes('_') || Buffer.byteLength(entry) !== entry.length) return undefined
    starts[i] = end
    end += decoded
  }
  return { octets: octets.subarray(0, end), starts }
}

function grown(from: Buffer, least: number): Buffer {
  const to = Buffer.allocUnsafeSlow(Math.max(least, 2 * from.length))
  from.copy(to)
  return to
}

function decodedOctets(base64: string): number {
  const { length } = base64
  const padding = base64.charCodeAt(length - 1) !== PADDING ? 0 : base64.charCodeAt(length - 2) !== PADDING ? 1 : 2
  return (length / 4) * 3 - padding
}
