import { join } from 'node:path'
import { UsageError, ViewnetError, type DeviceIdentity } from 'viewnet/device'
import { makeFolder } from '../make-folder.js'
import { FolderLock, writeReports, type CaseRecord, type RunRecord, type TimelineEntry } from '../report/index.js'
import type { Verdict } from '../verifier/index.js'
import { runCases, type CasesDone } from './case-runner.js'
import { casesOf, runState, sidesOf, type CertifyOptions } from './certify-options.js'
import { Closers } from './closers.js'
import { cutShort, sumUp, type Conclusion } from './conclusion.js'
import { ConsoleEvidence } from './console-evidence.js'
import { openConverter, type ConverterUnderTest } from './converter-under-test.js'
import type { DeviceUnderTest } from './device-under-test.js'
import { EvidenceTrail } from './evidence-trail.js'
import { answers, restorePower } from './power-cut.js'

/** What a run leaves for its record, however far it came. */
interface RunOutcome extends CasesDone {
  readonly conclusion: Conclusion
  readonly converter: string
  readonly evidence: RunRecord['evidence']
  readonly flows: RunRecord['flows']
  /** Of the verifier; undefined where the run was cut short. */
  readonly judged: Pick<Verdict, 'findings' | 'exchanges'> | undefined
}

/**
 * Certify one device through the embedded converter, or through one at an address: run every case, publish every packet's fate, and conclude from what was published.
 *
 * @returns the run record, already written as reports; also where the rig failed or the run was stopped, with the verdict `could-not-test`
 * @throws UsageError `ERR_VIEWNET_REPORT_FOLDER` when the folder cannot be had, or another run writes into it, and those of wrong names and addresses; BenchError
 * `ERR_VIEWNET_REPORT` when a report cannot be written
 */
export async function certify(options: CertifyOptions): Promise<RunRecord> {
  const { run, seed, device, report, reproduce, versions } = options
  const startedAt = new Date()
  const startedAtMs = performance.now()
  makeReportFolder(report)
  using _lock = FolderLock.take(report, `run ${run}`)
  const said = device.console && new ConsoleEvidence(device.console, join(report, 'console.log'))
  const { conclusion, cases, identity, converter, evidence, flows, judged } = await runOnBench(options, said)
  const record: RunRecord = {
    run,
    ...conclusion,
    seed,
    device: device.number,
    deviceName: nameOf(identity),
    ...(identity && { identity }),
    converter,
    sides: sidesOf(options),
    cases,
    evidence,
    flows,
    ...(judged && { findings: judged.findings, exchanges: judged.exchanges }),
    ...(device.power || said ? { timeline: timelineOf(device, said, startedAt.getTime()) } : {}),
    report,
    reproduce,
    versions,
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(performance.now() - startedAtMs),
  }
  await writeReports(record, { signingKey: options.signingKey })
  return record
}

/** Who a device says it is, for people; of what it leaves out, nothing. */
function nameOf(identity: DeviceIdentity | undefined): string {
  if (!identity) return ''
  return [identity.manufacturer, identity.model, identity.firmware].filter((part) => part !== '').join(' ')
}

function makeReportFolder(path: string): void {
  try {
    makeFolder(path)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const message = `report: expected a folder, or a place to make one, got '${path}' (${reason})`
    throw new UsageError('ERR_VIEWNET_REPORT_FOLDER', message, { cause })
  }
}

/** Build the rig, run the cases, take the rig down. A rig that cannot be built, or falls apart, is a result, not an exception. */
async function runOnBench(options: CertifyOptions, said: ConsoleEvidence | undefined): Promise<RunOutcome> {
  const { signal } = options
  const opened = new Closers()
  let trail: EvidenceTrail | undefined
  let converter: ConverterUnderTest | undefined
  const done: { cases: CaseRecord[]; identity?: DeviceIdentity } = { cases: [] }
  const outcome = (conclusion: Conclusion, judged?: Verdict): RunOutcome => ({
    ...done,
    conclusion,
    judged,
    converter: converter?.address ?? options.blackBox?.address ?? '',
    evidence: { broker: trail?.broker ?? '', ...(trail?.totals ?? { batches: 0, records: 0 }) },
    flows: trail?.recorder.flows() ?? {},
  })
  try {
    await openAttachments(options, said, opened)
    trail = await EvidenceTrail.open({ ...options, sides: sidesOf(options) })
    opened.add(trail.close.bind(trail))
    converter = await openConverter(options, trail.recorder)
    opened.add(converter.close.bind(converter))
    await runCases(options, trail, converter, done)
    const verdict = await trail.conclude()
    const conclusion = sumUp(done.cases, verdict)
    trail.state({ ...runState(options, done.cases.length), ended: true, verdict: conclusion.verdict })
    return outcome(conclusion, verdict)
  } catch (failure) {
    // A run that was asked for wrongly is no result.
    if (!(failure instanceof ViewnetError) || failure instanceof UsageError) throw failure
    const why = failure.message
    const conclusion = cutShort(done.cases, why)
    for (const { id, title } of casesOf(options).slice(done.cases.length)) {
      const untested = signal.aborted ? 'aborted' : 'could-not-test'
      done.cases.push({ id, title, outcome: untested, measurements: [], why, durationMs: 0 })
    }
    return outcome(conclusion)
  } finally {
    await opened.close()
  }
}

/** Power and console of the device, open; a device whose power is switched gets it now, and is waited for unless it had it already. */
async function openAttachments(
  { device, signal }: CertifyOptions,
  said: ConsoleEvidence | undefined,
  opened: Closers,
): Promise<void> {
  const { power } = device
  if (said) {
    opened.add(() => said.close())
    await said.open(signal)
  }
  if (!power) return
  await power.open({ signal })
  // An outlet that cannot be left safely is told; what was found out until then stands.
  opened.add(() => power.close().catch((failure: unknown) => process.emitWarning(String(failure))))
  const driver = device.open()
  try {
    const bench = { power, signal, device: driver, limitOf: device.limitOf }
    // One that is up and cannot list would be waited for as long as any may boot: that is for the cases to find out.
    const isUp = (await power.state({ signal })) === 'on' && (await answers(bench))
    if (isUp) await power.on({ signal })
    else await restorePower(bench)
  } finally {
    await driver.close?.()
  }
}

/** What relay and console did, in the order of time. */
function timelineOf(
  { switchings }: DeviceUnderTest,
  said: ConsoleEvidence | undefined,
  startedAtMs: number,
): readonly TimelineEntry[] {
  const switched = switchings.map(({ outlet, to, atMs }): TimelineEntry => ({
    atMs,
    lane: 'relay',
    label: `${outlet} ${to}`,
    kind: to,
  }))
  return [...switched, ...(said?.entries ?? [])]
    .sort((one, other) => one.atMs - other.atMs)
    .map((entry) => ({ ...entry, atMs: Math.max(0, Math.round(entry.atMs - startedAtMs)) }))
}
