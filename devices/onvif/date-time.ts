const DATE_TIME = /^(-?\d{4,6})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,12}))?\s*(Z|[+-]\d\d:?\d\d)?$/i

const DAY_MS = 86_400_000

/** The end of the year 9999, which is as far as an xs:dateTime of four digits reaches; ms since 1970. */
export const LAST_MOMENT_MS = 253_402_300_799_999

/**
 * Read an `xs:dateTime`.
 *
 * ONVIF prescribes UTC with `Z` (Recording Search, Time Information), but recorders send times without a zone and mean UTC, and fractions finer
 * than ours. So a missing zone is UTC, and a fraction is cut to whole milliseconds.
 *
 * @returns ms since 1970-01-01T00:00:00Z; `undefined` when it is no moment, as in an empty text or on 31 February
 */
export function parseDateTime(text: string): number | undefined {
  return parsePlainDateTime(text) ?? parseAnyDateTime(text)
}

/** Write a moment as ONVIF asks for it: `2026-01-02T03:04:05.006Z`. */
export function formatDateTime(timeMs: number): string {
  return new Date(timeMs).toISOString()
}

/** Write a span as an `xs:duration` of seconds: 5000 is `PT5S`, 1500 is `PT1.5S`. */
export function formatDuration(spanMs: number): string {
  return `PT${spanMs / 1000}S`
}

/** The day that was read last: the events of a listing are in order of time, so that almost every one is of the same day as the one before. */
const latestDay = { text: '', startMs: 0 }

/**
 * The form that nearly every time of a long list has: `2026-01-02T03:04:05Z` or with one to nine digits of a fraction. By character code, because a
 * listing reads hundreds of thousands.
 *
 * @returns `undefined` for any other form, and for anything that is out of the ordinary in it
 */
function parsePlainDateTime(text: string): number | undefined {
  const { length } = text
  if (length < 20 || length > 30 || text.charCodeAt(length - 1) !== 90 /* Z */ || text.charCodeAt(10) !== 84 /* T */) {
    return undefined
  }
  if (text.charCodeAt(13) !== 58 /* : */ || text.charCodeAt(16) !== 58) return undefined
  const hour = twoDigits(text, 11)
  const minute = twoDigits(text, 14)
  const second = twoDigits(text, 17)
  // Also false for NaN.
  if (!(hour < 24 && minute < 60 && second < 60)) return undefined
  let fractionMs = 0
  if (length > 20) {
    if (length === 21 || text.charCodeAt(19) !== 46 /* . */) return undefined
    for (let index = 20, unitMs = 100; index < length - 1; index++, unitMs = Math.trunc(unitMs / 10)) {
      const digit = text.charCodeAt(index) - 48
      if (digit < 0 || digit > 9) return undefined
      fractionMs += digit * unitMs
    }
  }
  const day = text.slice(0, 10)
  if (day !== latestDay.text) {
    const startMs = parseAnyDateTime(`${day}T00:00:00Z`)
    if (startMs === undefined) return undefined
    latestDay.text = day
    latestDay.startMs = startMs
  }
  return latestDay.startMs + ((hour * 60 + minute) * 60 + second) * 1000 + fractionMs
}

/** NaN, or a number beyond any of a clock, where these are not two digits. */
function twoDigits(text: string, index: number): number {
  const tens = text.charCodeAt(index) - 48
  const ones = text.charCodeAt(index + 1) - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN
}

function parseAnyDateTime(text: string): number | undefined {
  const match = DATE_TIME.exec(text.trim())
  if (!match) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  // 24:00:00 is the end of a day in xs:dateTime; 60 is a leap second. Both carry over.
  if (hour > 24 || (hour === 24 && (minute > 0 || second > 0)) || minute > 59 || second > 60) return undefined
  const date = new Date(0)
  // Not Date.UTC, which reads the years 0–99 as 1900–1999.
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  const fractionMs = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3))
  const clockMs = ((hour * 60 + minute) * 60 + second) * 1000
  const timeMs = date.getTime() + clockMs + fractionMs - zoneOffsetMs(match[8])
  return Math.abs(timeMs) <= 100_000_000 * DAY_MS ? timeMs : undefined
}

function zoneOffsetMs(zone: string | undefined): number {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000
}
