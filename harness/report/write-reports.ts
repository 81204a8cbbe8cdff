import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BenchError } from '../bench/errors.js'
import { certifyRun, CertificateError, type SigningKey } from './certificate/index.js'
import { ctrfReport } from './ctrf.js'
import { readStories } from './exchange-story/read-stories.js'
import { junitReport } from './junit.js'
import { runPage } from './page/run-page.js'
import type { RunRecord } from './run-record.js'
import { tapReport } from './tap.js'

/** Options of {@link writeReports}. */
export interface WriteReportsOptions {
  /** Certifies the run: `run.jws`, and the public key beside it. Default: the run stays unsigned. */
  readonly signingKey?: SigningKey | undefined
}

/**
 * Write every report of a run into its folder, by the names that other programs look for. The folder is there already, and holds `packets.ndjson`, from
 * which the page of the run draws its exchanges; without it the page says that it has none.
 *
 * A run that cannot be signed is reported all the same, and a warning says why.
 *
 * @throws BenchError `ERR_VIEWNET_REPORT` when one cannot be written
 */
export async function writeReports(record: RunRecord, { signingKey }: WriteReportsOptions = {}): Promise<void> {
  const { report } = record
  const runJson = `${JSON.stringify(record, wellFormed, 2)}\n`
  const write = (name: string, text: string): Promise<void> => writeFile(join(report, name), text)
  try {
    await Promise.all([
      write('run.json', runJson),
      write('run.tap', tapReport(record)),
      write('junit.xml', junitReport(record)),
      write('ctrf.json', ctrfReport(record)),
    ])
    const certificate = signingKey && (await signed(runJson, signingKey))
    if (signingKey && certificate !== undefined) {
      await Promise.all([write('run.jws', certificate), write('run.pub.pem', signingKey.publicPem)])
    } else {
      // An older run's certificate would look like a forged one of this run.
      await Promise.all(['run.jws', 'run.pub.pem'].map((name) => rm(join(report, name), { force: true })))
    }
    // Last, because of what is long it takes longest: everything else is there already.
    const stories = await readStories(join(report, 'packets.ndjson'))
    await write('report.html', runPage({ record, stories }))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new BenchError('ERR_VIEWNET_REPORT', `report: expected to write into '${report}', got ${reason}`, { cause })
  }
}

async function signed(runJson: string, key: SigningKey): Promise<string | undefined> {
  try {
    return await certifyRun(Buffer.from(runJson), key)
  } catch (failure) {
    if (!(failure instanceof CertificateError)) throw failure
    process.emitWarning(`the run stays unsigned: ${failure.message}`)
    return undefined
  }
}

/** Half a surrogate pair, which a device may well send, is no character: JSON that holds one is read in several ways, and cannot be signed. */
function wellFormed(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/\p{Surrogate}/gu, '\uFFFD') : value
}
