import { stripVTControlCharacters } from 'node:util'
import t from 'tap'
import { runSummary } from '../../../harness/cli/run-summary.js'
import { HOSTILE_RECORD } from '../report/hostile-record.js'

t.test(
  'the table tells verdict, device, counts, cases, report and the line that runs it again [issue 2, Progress and words]',
  (t) => {
    const text = stripVTControlCharacters(
      runSummary({
        ...HOSTILE_RECORD,
        deviceName: 'Maker NVR 1.0',
        why: 'clean: because',
        reproduce: 'npx viewnet certify --seed 11',
      }),
    )
    for (const words of [
      /verdict +│ FAIL/,
      /device +│ 00001-00020-00300-00007 {2}Maker NVR 1\.0/,
      /resources +│ 2 of 3 announced were received, 1 packets sent again/,
      /losses +│ 1 packets dropped on purpose, 0 duplicates received/,
      /cases +│ 1 pass, 1 fail, 1 error, 1 timeout, 1 aborted, 1 could-not-test, 1 not-applicable/,
      /evidence +│ 2 packet records in 1 batches on mqtt:\/\/127\.0\.0\.1:1883/,
      /report +│ report/,
      /run again +│ npx viewnet certify --seed 11/,
      /\nfail: clean: because$/,
    ])
      t.match(text, words)
    t.end()
  },
)

t.test('what a device says of itself commands no terminal', (t) => {
  const text = runSummary({ ...HOSTILE_RECORD, reproduce: '' })
  t.notMatch(text.replaceAll('\n', ''), /\p{Cc}/u)
  t.end()
})
