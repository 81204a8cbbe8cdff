import Table from 'cli-table3'
import { isBlackBox, plainText, type Outcome, type RunRecord } from '../report/index.js'
import { notJudgedLines } from './not-judged-lines.js'

/** What a lab engineer reads in five seconds: the verdict, on what, in which counts, and where to look next. */
export function runSummary(record: RunRecord): string {
  const { verdict, why, device, deviceName, converter, counts, cases, evidence, notJudged = [] } = record
  const { report, reproduce, durationMs } = record
  const table = new Table({ style: { head: [], border: [] } })
  table.push(
    { verdict: verdict.toUpperCase() },
    { device: deviceName === '' ? device : `${device}  ${plainText(deviceName)}` },
    ...(isBlackBox(record) ? [{ converter: `${converter} (black box)` }] : []),
    {
      resources: `${counts.received} of ${counts.announced} announced were received, ${counts.resent} packets sent again`,
    },
    { losses: `${counts.dropped} packets dropped on purpose, ${counts.duplicates} duplicates received` },
    { cases: outcomesOf(cases.map(({ outcome }) => outcome)) },
    {
      evidence: `${evidence.records} packet records in ${evidence.batches} batches on ${evidence.broker || 'no broker'}`,
    },
    { report },
    { 'run again': reproduce },
    { took: `${(durationMs / 1000).toFixed(1)} s` },
  )
  const because = why === '' ? [] : [`${verdict}: ${plainText(why)}`]
  return [table.toString(), ...because, ...notJudgedLines(notJudged)].join('\n')
}

/** `13 pass, 1 not-applicable`, in the order in which outcomes matter. */
function outcomesOf(outcomes: readonly Outcome[]): string {
  const order: readonly Outcome[] = ['pass', 'fail', 'error', 'timeout', 'aborted', 'could-not-test', 'not-applicable']
  return order
    .map((outcome) => ({ outcome, count: outcomes.filter((entry) => entry === outcome).length }))
    .filter(({ count }) => count > 0)
    .map(({ outcome, count }) => `${count} ${outcome}`)
    .join(', ')
}
