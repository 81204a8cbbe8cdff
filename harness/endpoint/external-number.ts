import { UsageError } from 'viewnet/device'

/**
 * Parse an external message number.
 *
 * @param text - four groups of five decimal digits, each 0–65535: `00001-00020-00300-04000`
 * @returns the number as 64 bits, first group highest
 * @throws UsageError `ERR_VIEWNET_ENDPOINT_NUMBER` when it is not written so
 * @see docs/protocol.md, section 2
 */
export function parseExternalNumber(text: string): bigint {
  const groups = /^\d{5}(-\d{5}){3}$/.test(text) ? text.split('-').map(Number) : []
  if (groups.length !== 4 || groups.some((group) => group > 0xffff)) {
    throw new UsageError(
      'ERR_VIEWNET_ENDPOINT_NUMBER',
      `expected an external message number of four groups 00000–65535 such as 00001-00020-00300-04000, got '${text}'`,
    )
  }
  return groups.reduce((number, group) => (number << 16n) | BigInt(group), 0n)
}

/** Write 64 bits as an external message number: `00001-00020-00300-04000`. */
export function formatExternalNumber(number: bigint): string {
  return [48n, 32n, 16n, 0n]
    .map((shift) =>
      Number((number >> shift) & 0xffffn)
        .toString()
        .padStart(5, '0'),
    )
    .join('-')
}
