import { UsageError } from '../errors.js'

/**
 * Parse an external message number (对外消息号码) such as `00001-00020-00300-04000`: four groups of 16 bits.
 *
 * @returns the number as 64 bits, as it stands on the wire
 * @throws UsageError `ERR_VIEWNET_MESSAGE_NUMBER` if it is not four groups of 0–65535
 */
export function parseMessageNumber(text: string): bigint {
  const groups = text.split('-')
  const valid = groups.length === 4 && groups.every((group) => /^\d{1,5}$/.test(group) && Number(group) <= 0xffff)
  if (!valid) {
    throw new UsageError(
      'ERR_VIEWNET_MESSAGE_NUMBER',
      `expected an external message number of four groups of 0–65535, such as 00001-00020-00300-04000, got '${text}'`,
    )
  }
  return groups.reduce((number, group) => (number << 16n) | BigInt(group), 0n)
}

/** Write an external message number as people do: four groups of five digits. */
export function formatMessageNumber(number: bigint): string {
  return [48n, 32n, 16n, 0n].map((shift) => String((number >> shift) & 0xffffn).padStart(5, '0')).join('-')
}
