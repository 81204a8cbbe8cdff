import type { DeviceIdentity, MonitoringDevice } from 'viewnet/device'
import type { CaseRecord, Outcome } from '../report/index.js'
import type { CaseBench, CaseResult, CertificationCase, ExchangePlan, Findings, ObservedExchange } from './case.js'
import { identify, list, reach } from './cases/device-cases.js'
import { casesOf, runState, type CertifyOptions } from './certify-options.js'
import type { ConverterUnderTest, EndpointName } from './converter-under-test.js'
import type { EvidenceTrail } from './evidence-trail.js'
import { CaseTimeout, outcomeOf } from './judgement.js'

/** Cases that are about the device alone. */
const DEVICE_CASES: readonly CertificationCase[] = [reach, identify, list]

/** No case of the catalogue takes longer on anything that works: 32 rounds of a second, and a device that is slow to list. */
const CASE_LIMIT_MS = 180_000

/** How often progress within a case is told. */
const PROGRESS_INTERVAL_MS = 100

/** Cases that are done, and who the device said it is. */
export interface CasesDone {
  readonly cases: readonly CaseRecord[]
  /** Undefined while it has not said so. */
  readonly identity?: DeviceIdentity
}

/**
 * Run the cases, one after the other; every outcome is published at once.
 *
 * @param done - filled case by case, so that what was found out survives a rig that falls apart
 * @throws BenchError when evidence cannot be published or read back any more
 */
export async function runCases(
  options: CertifyOptions,
  trail: EvidenceTrail,
  converter: ConverterUnderTest,
  done: { readonly cases: CaseRecord[]; identity?: DeviceIdentity },
): Promise<void> {
  const { run, device, onEvent } = options
  const cases = casesOf(options)
  onEvent({
    type: 'runStarted',
    run,
    device: `${device.number} at ${device.address}`,
    broker: trail.broker,
    converter: converter.address,
    isBlackBox: options.blackBox !== undefined,
    caseCount: cases.length,
  })
  const driver = device.open()
  const findings: Findings = {}
  try {
    for (const [index, entry] of cases.entries()) {
      trail.state(runState(options, index))
      onEvent({ type: 'caseStarted', case: entry, index })
      const record = await runCase(entry, { options, trail, converter, driver, findings, done: done.cases })
      done.cases.push(record)
      trail.caseEnded(record)
      onEvent({ type: 'caseEnded', record, index })
      const { identity } = findings.description ?? {}
      if (identity) done.identity = identity
    }
  } finally {
    await driver.close?.()
  }
}

/** What the cases of one run share. */
interface RunContext {
  readonly options: CertifyOptions
  readonly trail: EvidenceTrail
  readonly converter: ConverterUnderTest
  readonly driver: MonitoringDevice
  readonly findings: Findings
  readonly done: readonly CaseRecord[]
}

async function runCase(entry: CertificationCase, context: RunContext): Promise<CaseRecord> {
  const { options, trail, converter } = context
  const startedAtMs = trail.nowMs
  const recordsBefore = trail.totals.records
  const progress = setInterval(() => {
    const packetCount = trail.totals.records - recordsBefore
    if (packetCount > 0) options.onEvent({ type: 'packets', packetCount, round: converter.round })
  }, PROGRESS_INTERVAL_MS)
  const limit = new AbortController()
  const { limitMs = CASE_LIMIT_MS } = entry
  const timer = setTimeout(() => limit.abort(new CaseTimeout(limitMs)), limitMs)
  const signal = AbortSignal.any([options.signal, limit.signal])
  let result: CaseResult
  try {
    result = skipped(entry, context) ?? (await entry.run(benchOf(entry, context, signal)))
  } catch (error) {
    result = outcomeOf(error, options.signal)
  } finally {
    clearTimeout(timer)
    clearInterval(progress)
  }
  const { id, title } = entry
  return {
    id,
    title,
    ...result,
    startedAtMs: Math.round(startedAtMs),
    durationMs: Math.round(trail.nowMs - startedAtMs),
  }
}

/** Without a device or a converter that answers, or evidence that comes back, every further case would only wait for the same silence. */
function skipped(
  entry: CertificationCase,
  { options, trail, converter, findings, done }: RunContext,
): CaseResult | undefined {
  const skip = (outcome: Outcome, why: string): CaseResult => ({ outcome, measurements: [], why })
  if (options.signal.aborted) return skip('aborted', 'the run was stopped')
  const reached = done.find(({ id }) => id === reach.id)
  // A black box may reach the device where we do not; of the cases before it, those that need our own listing say so themselves.
  const needsDevice = options.blackBox === undefined || DEVICE_CASES.includes(entry)
  // One that answered beyond a limit was reached, and can be tested.
  const isReached = reached?.outcome === 'pass' || findings.description?.capabilities.listRecordings === true
  if (needsDevice && reached && !isReached)
    return skip('could-not-test', `the device was not reached (${reached.id}: ${reached.why})`)
  if (trail.failure) return skip('could-not-test', `the evidence broke off (${trail.failure.message})`)
  if (converter.silence) return skip('could-not-test', converter.silence.message)
  return undefined
}

function benchOf(entry: CertificationCase, context: RunContext, signal: AbortSignal): CaseBench {
  const { options, trail, converter, driver, findings } = context
  const exchangeBy =
    (which: EndpointName) =>
    async (plan: ExchangePlan): Promise<ObservedExchange> => {
      const flow = which === 'first' ? entry.id : `${entry.id}-${which}`
      const startedAtMs = performance.now()
      await converter.exchange(flow, plan, signal, which)
      const durationMs = performance.now() - startedAtMs
      const evidence = await trail.judge(flow)
      return { ...evidence, summary: evidence.verdict.exchanges.at(-1), durationMs }
    }
  return {
    device: driver,
    trueCount: options.device.trueCount,
    power: options.device.power,
    console: options.device.console,
    head: options.device.head,
    expected: options.device.expected,
    limitOf: options.device.limitOf,
    round: () => converter.round,
    numbers: converter.numbers,
    isBlackBox: options.blackBox !== undefined,
    findings,
    signal,
    deviceQueries: () => converter.deviceQueries,
    exchange: exchangeBy('first'),
    exchangeOfSecond: converter.hasSecondEndpoint ? exchangeBy('second') : undefined,
    describeReplays: options.device.describeReplays,
  }
}
