/**
 * Big-endian numbers out of octets. Each of these is so short that it is always compiled into its caller, however many fields that one reads: a caller that
 * reads all of a message would otherwise be too long for that, and call a function for half of them. A `DataView` for each packet costs as much as its CRC.
 */

/** 16 bits. */
export function half(octets: Uint8Array, at: number): number {
  return (octets[at]! << 8) | octets[at + 1]!
}

/** 32 bits. */
export function word(octets: Uint8Array, at: number): number {
  return ((half(octets, at) << 16) | half(octets, at + 2)) >>> 0
}

const TWO_TO_32 = 2 ** 32

/** A 64-bit quantity as a number; what no number holds exactly reads as the largest that does. */
export function quantity(octets: Uint8Array, at: number): number {
  return Math.min(word(octets, at) * TWO_TO_32 + word(octets, at + 4), Number.MAX_SAFE_INTEGER)
}

/** Joins two halves to 64 bits: reused, as shifting big integers would make two more of them. */
const JOINT = new BigUint64Array(1)
const HALVES = new Uint32Array(JOINT.buffer)
/** Where in it the upper half is, which is up to the machine. */
const UPPER = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0

/** A 64-bit identifier, kept exactly. */
export function identifier(octets: Uint8Array, at: number): bigint {
  HALVES[UPPER] = word(octets, at)
  HALVES[1 - UPPER] = word(octets, at + 4)
  return JOINT[0]!
}
