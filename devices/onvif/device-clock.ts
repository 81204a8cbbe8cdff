import { Namespace } from './namespaces.js'
import { childOf, textOf, type XmlElement } from './xml-element.js'

/**
 * Read a GetSystemDateAndTimeResponse.
 *
 * @returns the device's time, ms since 1970-01-01T00:00:00Z, in whole seconds; `undefined` when it does not tell it in UTC, which ONVIF made
 *   mandatory only in 2013
 */
export function readSystemDateAndTime(answer: XmlElement): number | undefined {
  const utc = childOf(childOf(answer, Namespace.device, 'SystemDateAndTime'), Namespace.schema, 'UTCDateTime')
  const date = childOf(utc, Namespace.schema, 'Date')
  const time = childOf(utc, Namespace.schema, 'Time')
  const [year, month, day] = ['Year', 'Month', 'Day'].map((name) => wholeNumber(date, name))
  const [hour, minute, second] = ['Hour', 'Minute', 'Second'].map((name) => wholeNumber(time, name))
  if (year === undefined || month === undefined || day === undefined) return undefined
  if (hour === undefined || minute === undefined || second === undefined) return undefined
  const timeMs = Date.UTC(year, month - 1, day, hour, minute, second)
  return Number.isNaN(timeMs) ? undefined : timeMs
}

function wholeNumber(element: XmlElement | undefined, name: string): number | undefined {
  const text = textOf(element, Namespace.schema, name)
  return /^\d{1,4}$/.test(text) ? Number(text) : undefined
}
