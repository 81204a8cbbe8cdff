import t from 'tap'
import { clockOffsetText } from '../../../../devices/onvif/inspection/span-text.js'

const CASES: readonly (readonly [number, string])[] = [
  [0, '0.0 seconds ahead of ours'],
  [-2400, '2.4 seconds behind ours'],
  [9949, '9.9 seconds ahead of ours'],
  [9950, '10 seconds ahead of ours'],
  [59_999, '1 minute ahead of ours'],
  [433_000, '7 minutes 13 seconds ahead of ours'],
  [-9 * 3_600_000 + 400, '9 hours behind ours'],
  [-9 * 3_600_000 - 1000, '9 hours behind ours'],
  [-75_086_488_500, '869 days 1 hour behind ours'],
]

t.test('says how far a clock is off as people say it: in the two largest units', (t) => {
  for (const [offsetMs, text] of CASES) t.equal(clockOffsetText(offsetMs), text)
  t.end()
})
