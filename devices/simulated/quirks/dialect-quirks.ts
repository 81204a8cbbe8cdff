import { STANDARD_DIALECT, type Dialect } from '../services/dialect.js'
import { chosenFrom, type QuirkSet } from './quirk-set.js'
import type { QuirkName } from './quirks.js'

const EIGHT_HOURS_MS = 8 * 3600 * 1000

const DIALECT_QUIRKS: Readonly<Partial<Record<QuirkName, Partial<Dialect>>>> = {
  'state-last': { tellsStateLast: true },
  'zero-recordings-with-data': { countsRecordings: false },
  'start-after-end': { swapsBounds: true },
  'empty-track-token': { namesResultTrack: false },
  'local-time': { utcTimeAheadMs: EIGHT_HOURS_MS },
  // A client that rounds to milliseconds is one off.
  'microsecond-times': { subMillisecondDigits: '789' },
  'times-without-zone': { zone: { suffix: '', aheadMs: 0 } },
  'times-with-offset': { zone: { suffix: '+08:00', aheadMs: EIGHT_HOURS_MS } },
}

/** How a recorder with these quirks words its search replies. */
export function dialectOf(quirks: QuirkSet): Dialect {
  return Object.assign({ ...STANDARD_DIALECT }, ...chosenFrom(DIALECT_QUIRKS, quirks)) as Dialect
}
