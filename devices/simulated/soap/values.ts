/** XML Schema values as text, read strictly. Every reader gives `undefined` for what is no such value; white space around is allowed. */

const DATE_TIME = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?$/
const DURATION = /^(-)?P(?!$)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?!$)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** Years and months have no fixed length; a search session never lives to see the difference. */
const MONTH_MS = 30 * DAY_MS
const YEAR_MS = 365 * DAY_MS

const OLDEST_MS = Date.parse('0001-01-01T00:00:00Z')
const NEWEST_MS = Date.parse('9999-12-31T23:59:59.999Z')

/** Read an xs:dateTime of the years 0001–9999 as ms since 1970, fractions kept; without a zone it is taken as UTC. */
export function readDateTime(text: string): number | undefined {
  const [, date, time, fraction = '', zone = 'Z'] = DATE_TIME.exec(text.trim()) ?? []
  if (date === undefined || time === undefined) return undefined
  const midnightMs = Date.parse(`${date}T00:00:00Z`)
  // Date.parse takes 30 February for 1 March; a date that does not come back as it went in is none.
  if (Number.isNaN(midnightMs) || !new Date(midnightMs).toISOString().startsWith(date)) return undefined
  const momentMs = Date.parse(`${date}T${time}${zone}`) + Number(`0${fraction}`) * SECOND_MS
  return momentMs >= OLDEST_MS && momentMs <= NEWEST_MS ? momentMs : undefined
}

/** Read an xs:duration as ms. */
export function readDuration(text: string): number | undefined {
  const match = DURATION.exec(text.trim())
  if (match === null) return undefined
  const [, minus, ...numbers] = match
  const unitsMs = [YEAR_MS, MONTH_MS, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS]
  const durationMs = unitsMs.reduce((sum, unitMs, index) => sum + unitMs * Number(numbers[index] ?? 0), 0)
  return minus === undefined ? durationMs : -durationMs
}

/** Read an xs:int: a whole number of 32 bits with sign. */
export function readInt(text: string): number | undefined {
  const trimmed = text.trim()
  if (!/^[+-]?\d{1,20}$/.test(trimmed)) return undefined
  const value = Number(trimmed)
  return value >= -(2 ** 31) && value < 2 ** 31 ? value : undefined
}

/** Read an xs:boolean. */
export function readBoolean(text: string): boolean | undefined {
  switch (text.trim()) {
    case 'true':
    case '1':
      return true
    case 'false':
    case '0':
      return false
    default:
      return undefined
  }
}

/** Write a moment as xs:dateTime in UTC with milliseconds, as ONVIF wants times. */
export function writeDateTime(momentMs: number): string {
  return new Date(momentMs).toISOString()
}
