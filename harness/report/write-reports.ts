import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BenchError } from '../bench/errors.js'
import { junitReport } from './junit.js'
import type { RunRecord } from './run-record.js'
import { tapReport } from './tap.js'

/**
 * Write every report of a run into its folder, by the names that other programs look for. The folder is there already.
 *
 * @throws BenchError `ERR_VIEWNET_REPORT` when one cannot be written
 */
export async function writeReports(record: RunRecord): Promise<void> {
  const { report } = record
  try {
    await Promise.all([
      writeFile(join(report, 'run.json'), `${JSON.stringify(record, undefined, 2)}\n`),
      writeFile(join(report, 'run.tap'), tapReport(record)),
      writeFile(join(report, 'junit.xml'), junitReport(record)),
    ])
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new BenchError('ERR_VIEWNET_REPORT', `report: expected to write into '${report}', got ${reason}`, { cause })
  }
}
