/** How a recorder words its search replies, where real ones differ. */
export interface Dialect {
  /** Digits after the milliseconds of every time. */
  readonly subMillisecondDigits: string
  /** What stands behind every time, and how far the time that is written is ahead of UTC. */
  readonly zone: Zone
  /** How far the UtcTime of an event's message is ahead of the result's Time, in ms. */
  readonly utcTimeAheadMs: number
  /** Whether an event result names the track in its own TrackToken, beside the message that does. */
  readonly namesResultTrack: boolean
  /** Whether SearchState stands behind the results. */
  readonly tellsStateLast: boolean
  /** Whether the oldest and the newest data of everything are told the wrong way round. */
  readonly swapsBounds: boolean
  /** Whether the summary's NumberRecordings counts. */
  readonly countsRecordings: boolean
}

export interface Zone {
  readonly suffix: 'Z' | '' | '+08:00'
  readonly aheadMs: number
}

/** As the specification has it. */
export const STANDARD_DIALECT: Dialect = {
  subMillisecondDigits: '',
  zone: { suffix: 'Z', aheadMs: 0 },
  utcTimeAheadMs: 0,
  namesResultTrack: true,
  tellsStateLast: false,
  swapsBounds: false,
  countsRecordings: true,
}

/** Write a moment, in ms since 1970, as xs:dateTime. */
export function writeMoment({ zone, subMillisecondDigits }: Dialect, atMs: number): string {
  const withoutZone = new Date(atMs + zone.aheadMs).toISOString().slice(0, -1)
  return withoutZone + subMillisecondDigits + zone.suffix
}
