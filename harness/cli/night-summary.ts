import { join } from 'node:path'
import Table from 'cli-table3'
import type { NightRecord } from '../report/index.js'
import { plainText } from '../report/plain-text.js'

/** What a lab engineer reads in the morning: the verdict, each device in one line, and where to look next. */
export function nightSummary({ night, verdict, devices, seed, report, durationMs }: NightRecord): string {
  const table = new Table({
    head: ['device', 'model', 'verdict', 'attempts', 'why'],
    style: { head: [], border: [] },
    wordWrap: true,
    colWidths: [25, 30, 16, 10, 60],
  })
  for (const { number, model, verdict: outcome, attempts, why } of devices) {
    table.push([number, plainText(model), outcome, attempts.length, plainText(why)])
  }
  const passed = devices.filter((device) => device.verdict === 'pass').length
  return [
    table.toString(),
    `${verdict.toUpperCase()}: night ${night}, ${passed} of ${devices.length} devices passed, seed ${seed}, ${(durationMs / 1000).toFixed(1)} s`,
    `page: ${join(report, 'night.html')}`,
  ].join('\n')
}
