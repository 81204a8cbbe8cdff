import * as fc from 'fast-check'
import t from 'tap'
import { formatDateTime, formatDuration, parseDateTime } from '../../../devices/onvif/date-time.js'

const MOMENTS: readonly { readonly text: string; readonly is: string | undefined; readonly why: string }[] = [
  { text: '2026-01-02T03:04:05Z', is: '2026-01-02T03:04:05.000Z', why: 'as ONVIF prescribes' },
  { text: ' 2026-01-02t03:04:05.6z ', is: '2026-01-02T03:04:05.600Z', why: 'space around it, small letters' },
  { text: '2026-01-02T03:04:05.123456Z', is: '2026-01-02T03:04:05.123Z', why: 'microseconds are cut' },
  {
    text: '2026-01-02T03:04:05.9999999Z',
    is: '2026-01-02T03:04:05.999Z',
    why: 'cut, not rounded into the next second',
  },
  { text: '2026-01-02T03:04:05', is: '2026-01-02T03:04:05.000Z', why: 'without a zone is UTC' },
  { text: '2026-01-02T03:04:05+08:00', is: '2026-01-01T19:04:05.000Z', why: 'east of Greenwich' },
  { text: '2026-01-02T03:04:05-0330', is: '2026-01-02T06:34:05.000Z', why: 'west, without the colon' },
  { text: '2026-01-02T24:00:00Z', is: '2026-01-03T00:00:00.000Z', why: 'the end of a day' },
  { text: '1970-01-01T00:03:15Z', is: '1970-01-01T00:03:15.000Z', why: 'a recorder that did not know the time' },
  { text: '0001-01-01T00:00:00Z', is: '0001-01-01T00:00:00.000Z', why: 'not the year 1901' },
  { text: '2026-02-31T00:00:00Z', is: undefined, why: 'no such day' },
  { text: '2026-13-01T00:00:00Z', is: undefined, why: 'no such month' },
  { text: '2026-01-01T24:00:01Z', is: undefined, why: 'beyond the end of the day' },
  { text: '2026-01-01', is: undefined, why: 'a date is no moment' },
  { text: '', is: undefined, why: 'empty' },
  { text: 'now', is: undefined, why: 'a word' },
]

for (const { text, is, why } of MOMENTS) {
  t.test(`reads '${text}' as ${is ?? 'nothing'}: ${why} [xs:dateTime; search Time Information]`, (t) => {
    const timeMs = parseDateTime(text)
    t.equal(timeMs === undefined ? undefined : new Date(timeMs).toISOString(), is)
    t.end()
  })
}

t.test('reads back every moment that it writes', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 253_402_300_799_999 }),
      (timeMs) => parseDateTime(formatDateTime(timeMs)) === timeMs,
    ),
  )
  t.end()
})

t.test('writes durations of whole and broken seconds [xs:duration]', (t) => {
  t.equal(formatDuration(60_000), 'PT60S')
  t.equal(formatDuration(1), 'PT0.001S')
  t.end()
})
