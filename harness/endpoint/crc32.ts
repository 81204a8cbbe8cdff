/**
 * CRC-32 as IEEE 802.3, eight octets a step, for the few dozen octets of a RESOURCE: there a call of the native function costs more than its work.
 * The endpoint's own, like its whole codec.
 */

const STEP = 8

/** Row r, entry b, at 256 r + b: the CRC of octet b followed by r zero octets. */
const ROWS = makeRows()

function makeRows(): Int32Array {
  const rows = new Int32Array(STEP * 256)
  for (let octet = 0; octet < 256; octet++) {
    let crc = octet
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0xedb88320
    rows[octet] = crc
  }
  for (let entry = 256; entry < rows.length; entry++) {
    const shorter = rows[entry - 256]!
    rows[entry] = (shorter >>> 8) ^ rows[shorter & 0xff]!
  }
  return rows
}

/** What a CRC starts from. */
export const CRC_START = -1

/** Carry a CRC on over the octets from one offset to before another; its complement is the CRC-32 so far. */
export function carryCrc(state: number, octets: Uint8Array, from: number, to: number): number {
  let crc = state
  let at = from
  for (; at + STEP <= to; at += STEP) {
    crc =
      ROWS[0x700 + ((crc ^ octets[at]!) & 0xff)]! ^
      ROWS[0x600 + (((crc >>> 8) ^ octets[at + 1]!) & 0xff)]! ^
      ROWS[0x500 + (((crc >>> 16) ^ octets[at + 2]!) & 0xff)]! ^
      ROWS[0x400 + ((crc >>> 24) ^ octets[at + 3]!)]! ^
      ROWS[0x300 + octets[at + 4]!]! ^
      ROWS[0x200 + octets[at + 5]!]! ^
      ROWS[0x100 + octets[at + 6]!]! ^
      ROWS[octets[at + 7]!]!
  }
  for (; at < to; at++) crc = (crc >>> 8) ^ ROWS[(crc ^ octets[at]!) & 0xff]!
  return crc
}
