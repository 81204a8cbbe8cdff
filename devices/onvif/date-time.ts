const DATE_TIME = /^(-?\d{4,6})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,12}))?\s*(Z|[+-]\d\d:?\d\d)?$/i

/**
 * Read an `xs:dateTime`.
 *
 * ONVIF prescribes UTC with `Z` (Recording Search, Time Information), but recorders send times without a zone and mean UTC, and fractions finer
 * than ours. So a missing zone is UTC, and a fraction is cut to whole milliseconds.
 *
 * @returns ms since 1970-01-01T00:00:00Z; `undefined` when it is no moment, as in an empty text or on 31 February
 */
export function parseDateTime(text: string): number | undefined {
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
  const timeMs = date.setUTCHours(hour, minute, second, fractionMs) - zoneOffsetMs(match[8])
  return Number.isNaN(timeMs) ? undefined : timeMs
}

/** Write a moment as ONVIF asks for it: `2026-01-02T03:04:05.006Z`. */
export function formatDateTime(timeMs: number): string {
  return new Date(timeMs).toISOString()
}

/** Write a span as an `xs:duration` of seconds: 5000 is `PT5S`, 1500 is `PT1.5S`. */
export function formatDuration(spanMs: number): string {
  return `PT${spanMs / 1000}S`
}

function zoneOffsetMs(zone: string | undefined): number {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000
}
