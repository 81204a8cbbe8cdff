import { InvalidArgumentError } from 'commander'
import { parseUdpAddress } from 'viewnet/link'
import { parseMessageNumber } from 'viewnet/wire'

/** A whole number in a range, both ends included. */
export function integer(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`Expected a whole number of ${least}–${most}, got '${text}'.`)
    }
    return value
  }
}

/** A share of 0 to 1; 1 itself only where a total loss makes sense. */
export function ratio(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError(`Expected a ratio of 0–1, such as 0.2, got '${text}'.`)
  return value
}

/** A moment as ISO 8601, in ms since 1970; a time without a zone would mean something else on each machine. */
export function moment(text: string): number {
  const zoned = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)
  const value = Date.parse(text)
  if (!zoned || Number.isNaN(value) || value < 0) {
    throw new InvalidArgumentError(
      `Expected a date, or a time with its zone, since 1970, such as 2026-01-31T08:00:00Z, got '${text}'.`,
    )
  }
  return value
}

/** An external message number. */
export const messageNumber = checkedBy(parseMessageNumber)
/** A UDP link address. */
export const linkAddress = checkedBy((text) => parseUdpAddress(text))

/** An MQTT broker. */
export function brokerAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !['mqtt:', 'mqtts:'].includes(url.protocol) || url.hostname === '') {
    throw new InvalidArgumentError('Expected a broker such as mqtt://127.0.0.1:1883 or mqtts://…')
  }
  return text
}

/** A name that becomes a level of MQTT topics. */
export function topicLevel(text: string): string {
  if (!/^[^+#/\0]{1,64}$/.test(text))
    throw new InvalidArgumentError(`Expected 1–64 characters without + # /, got '${text}'.`)
  return text
}

function checkedBy(parse: (text: string) => unknown): (text: string) => string {
  return (text) => {
    try {
      parse(text)
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
    }
    return text
  }
}
