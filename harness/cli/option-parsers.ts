import { InvalidArgumentError, Option } from 'commander'
import { UsageError } from 'viewnet/device'
import { Acceleration, parseEthernetAddress, parseLinkAddress, parseUdpAddress } from 'viewnet/link'
import { parseMessageNumber } from 'viewnet/wire'
import { parseBrokerAddress } from '../evidence/broker-address.js'
import { topicLevel as checkedTopicLevel } from '../evidence/topics.js'

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

/** A share of 0 to 1. */
export function ratio(text: string): number {
  const value = decimal(text)
  if (!(value >= 0 && value <= 1))
    throw new InvalidArgumentError(`Expected a ratio of 0–1, such as 0.2, got '${text}'.`)
  return value
}

/** A share of -1 to 1: one way or the other. */
export function signedRatio(text: string): number {
  const size = decimal(text.replace(/^-/, ''))
  if (!(size >= 0 && size <= 1))
    throw new InvalidArgumentError(`Expected a ratio of -1 to 1, such as -0.5, got '${text}'.`)
  return text.startsWith('-') ? -size : size
}

/** A time span in a range, both ends included, in seconds. */
export function secondsOf(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = decimal(text)
    if (!(value >= least && value <= most))
      throw new InvalidArgumentError(`Expected ${least}–${most} seconds, got '${text}'.`)
    return value
  }
}

/** A time span of up to a day, in seconds. */
export const seconds = secondsOf(0.001, 86_400)

/** A time span, in minutes. */
export function minutes(text: string): number {
  const value = decimal(text)
  if (!(value >= 0.01 && value <= 10_080)) throw new InvalidArgumentError(`Expected 0.01–10080 minutes, got '${text}'.`)
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
/** A link address to listen on. */
export const linkAddress = checkedBy(parseLinkAddress)
/** A link address to send to: with a port, or a station. */
export const peerAddress = checkedBy((text) => {
  if (text.startsWith('ethernet:')) {
    const { station } = parseEthernetAddress(text)
    if (station === undefined) throw new InvalidArgumentError(`Expected ${text}/aa:bb:cc:dd:ee:ff, with a station.`)
  } else if (parseUdpAddress(parseLinkAddress(text)).port === 0) {
    throw new InvalidArgumentError('Expected a port of 1–65535, got 0.')
  }
})
/** Whether a UDP link takes many packets by one system call. */
export const accelerationOption = (): Option =>
  new Option('--acceleration <when>', 'many UDP packets by one system call: where it can, never, or fail without it')
    .choices(Object.values(Acceleration))
    .default(Acceleration.auto)
/** A name that becomes a level of MQTT topics. */
export const topicLevel = checkedBy((text) => checkedTopicLevel('name', text))

/** A name for a run, which becomes a level of MQTT topics and a folder. */
export function runId(text: string): string {
  if (!/^\w[\w.-]{0,63}$/.test(text))
    throw new InvalidArgumentError(`Expected 1–64 letters, digits, _ . or -, got '${text}'.`)
  return text
}

/**
 * An MQTT broker.
 *
 * @throws UsageError `ERR_VIEWNET_ADDRESS`, not commander's own error, whose message would quote a URL that may hold a password
 */
export function brokerAddress(text: string): string {
  try {
    parseBrokerAddress(text)
  } catch (cause) {
    const reason = cause instanceof UsageError ? cause.message : 'expected percent-encoded credentials, got others'
    throw new UsageError('ERR_VIEWNET_ADDRESS', `option '--broker <url>': ${reason}`, { cause })
  }
  return text
}

/** A number as people write it: neither hexadecimal nor blank. */
function decimal(text: string): number {
  return /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN
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
