import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { junitReport } from './junit.js'
import type { RunRecord } from './run-record.js'
import { tapReport } from './tap.js'

/** Write every report of a run into its folder, by the names that other programs look for. The folder is there already. */
export async function writeReports(record: RunRecord): Promise<void> {
  await Promise.all([
    writeFile(join(record.report, 'run.json'), `${JSON.stringify(record, undefined, 2)}\n`),
    writeFile(join(record.report, 'run.tap'), tapReport(record)),
    writeFile(join(record.report, 'junit.xml'), junitReport(record)),
  ])
}
