import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { ViewnetError } from 'viewnet/device'
import { writeReports, type CaseRecord, type RunRecord } from '../report/index.js'
import { CATALOGUE } from './catalogue.js'
import { runCases, type CasesDone } from './case-runner.js'
import { runState, type CertifyOptions } from './certify-options.js'
import { Closers } from './closers.js'
import { NOTHING_SEEN, sumUp, type Conclusion } from './conclusion.js'
import { ConverterUnderTest } from './converter-under-test.js'
import { EvidenceTrail } from './evidence-trail.js'

/** A name for a run: when it began, and a little chance, so that two benches never share one. */
export function newRunId(startedAt: Date): string {
  return `${startedAt.toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(2).toString('hex')}`
}

/** What a run leaves for its record, however far it came. */
interface RunOutcome extends CasesDone {
  readonly conclusion: Conclusion
  readonly converter: string
  readonly evidence: RunRecord['evidence']
  readonly flows: RunRecord['flows']
}

/**
 * Certify one device through the embedded converter: run every case, publish every packet's fate, and conclude from what was published.
 *
 * @returns the run record, already written as reports; also where the rig failed, with the verdict `could-not-test`
 * @throws Node's own error when the report folder cannot be written
 */
export async function certify(options: CertifyOptions): Promise<RunRecord> {
  const { run, seed, device, report, reproduce, versions } = options
  const startedAt = new Date()
  const startedAtMs = performance.now()
  await mkdir(report, { recursive: true })
  const { conclusion, cases, deviceName, converter, evidence, flows } = await runOnBench(options)
  const record: RunRecord = {
    run,
    ...conclusion,
    seed,
    device: device.number,
    deviceName,
    converter,
    cases,
    evidence,
    flows,
    report,
    reproduce,
    versions,
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(performance.now() - startedAtMs),
  }
  await writeReports(record)
  return record
}

/** Build the rig, run the cases, take the rig down. A rig that cannot be built, or falls apart, is a result, not an exception. */
async function runOnBench(options: CertifyOptions): Promise<RunOutcome> {
  const { device, seed } = options
  const opened = new Closers()
  let trail: EvidenceTrail | undefined
  let converter: ConverterUnderTest | undefined
  const done: { cases: CaseRecord[]; deviceName: string } = { cases: [], deviceName: '' }
  const outcome = (conclusion: Conclusion): RunOutcome => ({
    ...done,
    conclusion,
    converter: converter?.address ?? '',
    evidence: { broker: trail?.broker ?? '', ...(trail?.totals ?? { batches: 0, records: 0 }) },
    flows: trail?.recorder.flows() ?? {},
  })
  try {
    trail = await EvidenceTrail.open(options)
    opened.add(trail.close.bind(trail))
    converter = await ConverterUnderTest.start(device, trail.recorder, seed)
    opened.add(converter.close.bind(converter))
    await runCases(options, trail, converter, done)
    const verdict = await trail.conclude()
    const conclusion = sumUp(done.cases, verdict)
    trail.state({ ...runState(options, done.cases.length), ended: true, verdict: conclusion.verdict })
    return outcome(conclusion)
  } catch (failure) {
    if (!(failure instanceof ViewnetError)) throw failure
    const why = failure.message
    for (const { id, title } of CATALOGUE.slice(done.cases.length)) {
      done.cases.push({ id, title, outcome: 'could-not-test', measurements: [], why, durationMs: 0 })
    }
    return outcome({ ...NOTHING_SEEN, why })
  } finally {
    await opened.close()
  }
}
