import { join, relative, sep } from 'node:path'
import { crc32 } from 'node:zlib'
import { UsageError } from 'viewnet/device'
import { BenchError, type BenchDescription, type BenchDevice } from '../bench/index.js'
import type { History, StoredNight } from '../history/index.js'
import { makeFolder } from '../make-folder.js'
import { FolderLock, type NightRecord } from '../report/index.js'
import { certifyInProcess, readAttempt, type AttemptOutcome } from './certify-process.js'
import { checkHealth, type DeviceHealth } from './health-check.js'
import { secureLeftOutlet } from './left-outlets.js'
import type { NightEvent } from './night-event.js'
import type { NightPlan } from './night-plan.js'
import { nightRecord, writeNight } from './night-report.js'
import { NightSchedule, type DueAttempt } from './night-schedule.js'

/** What a night is started with. */
export interface NightOptions {
  /** Names the night in its folder and in the history. */
  readonly night: string
  /** Path of the bench file, for the processes that read it again. */
  readonly benchFile: string
  readonly bench: BenchDescription
  /** The devices of it that this night certifies, in this order. */
  readonly devices: readonly BenchDevice[]
  readonly seed: number
  /** Folder of the night; made if it is not there. */
  readonly report: string
  readonly history: History
  /** How `viewnet` is started on this machine. */
  readonly program: readonly [string, ...string[]]
  /** Attempts at a time, from 1. */
  readonly parallelCount: number
  /** Attempts after the first, for a device that did not pass; from 0. */
  readonly retryCount: number
  /** No attempt begins after so long, ms. */
  readonly budgetMs: number
  /** Longest that one attempt may take, ms. */
  readonly attemptTimeoutMs: number
  readonly signal: AbortSignal
  readonly onEvent: (event: NightEvent) => void
}

/**
 * Certify the devices of a bench through one night: several at a time, each attempt a process of its own, every attempt kept. The history is
 * the journal: an attempt stands there before it starts, so that a night which is killed can {@link resumeNight go on}.
 *
 * @throws BenchError where nothing can be tested: no room, no broker, no history; the reason of the signal, and the night can then be resumed;
 * UsageError `ERR_VIEWNET_NIGHT` when there is a night of that name, `ERR_VIEWNET_REPORT_FOLDER` while another one writes into its folder
 */
export async function startNight(options: NightOptions): Promise<NightRecord> {
  const { night, benchFile, devices, seed, report, history, bench, signal, parallelCount, retryCount } = options
  await history.expectNewNight(night)
  makeReportFolder(report)
  using _lock = FolderLock.take(report, `night ${night}`)
  options.onEvent({ type: 'checking', deviceCount: devices.length })
  const health = await checkHealth(bench, devices, { report, signal })
  for (const ailing of health.filter((one) => one.health !== '')) options.onEvent({ type: 'deviceAils', ...ailing })
  const { budgetMs, attemptTimeoutMs } = options
  const plan: NightPlan = { benchFile, parallelCount, retryCount, budgetMs, attemptTimeoutMs }
  const startedAtMs = Date.now()
  await history.beginNight(
    { id: night, bench: benchFile, seed, report, plan: JSON.stringify(plan), started_at_ms: startedAtMs },
    health,
  )
  return await runNight(options, health, startedAtMs)
}

/**
 * Go on with a night that was stopped or killed. What counted is not made again; what was under way is, except where its record turns out to be
 * complete.
 *
 * @throws like {@link startNight}; UsageError `ERR_VIEWNET_NIGHT` when there is no such night, or it has ended
 */
export async function resumeNight(options: NightOptions): Promise<NightRecord> {
  const { night, history } = options
  const stored = await history.night(night)
  if (!stored) throw new UsageError('ERR_VIEWNET_NIGHT', `expected a night of this history, got ${night}`)
  if (stored.ended_at_ms !== null)
    throw new UsageError(
      'ERR_VIEWNET_NIGHT',
      `expected a night that did not end, got ${night}, which ended ${stored.verdict}`,
    )
  makeReportFolder(options.report)
  using _lock = FolderLock.take(options.report, `night ${night}`)
  const ailing = await settleLeftAttempts(options, stored)
  return await runNight(options, [...(await history.nightDevices(night)), ...ailing], stored.started_at_ms)
}

/**
 * Attempts that were under way when the night was killed: one that had come to its own end counts, any other is lost, and what its device hangs on may
 * have been left switched on.
 *
 * @returns devices whose outlet could not be secured
 */
async function settleLeftAttempts(
  { history, night, devices, signal, onEvent }: NightOptions,
  { report }: StoredNight,
): Promise<readonly DeviceHealth[]> {
  const ailing: DeviceHealth[] = []
  for (const attempt of await history.attemptsOfNight(night)) {
    if (attempt.state !== 'started') continue
    const record = await readAttempt(join(report, attempt.report), attempt.run)
    // A certification that sees its night go leaves a record of having been stopped.
    const counts = record !== undefined && !record.cases.some(({ outcome }) => outcome === 'aborted')
    if (record && counts) {
      const endedAtMs = Date.parse(record.startedAt) + record.durationMs
      await history.endAttempt(attempt.id, { verdict: record.verdict, why: record.why, endedAtMs, record })
    } else {
      // Before the attempt is told lost: a resumption that is killed here does it again.
      const device = devices.find(({ number }) => number === attempt.device)
      const health = device ? await secureLeftOutlet(device, { holder: `night ${night}`, signal, onEvent }) : ''
      if (health !== '') ailing.push({ device: attempt.device, health })
      if (health !== '') onEvent({ type: 'deviceAils', device: attempt.device, health })
      await history.loseAttempt(attempt.id, 'the night was killed or stopped while it was under way', Date.now())
    }
    onEvent({ type: 'attemptSettled', device: attempt.device, ordinal: attempt.ordinal, counts })
  }
  return ailing
}

async function runNight(
  options: NightOptions,
  health: readonly DeviceHealth[],
  startedAtMs: number,
): Promise<NightRecord> {
  const { history, night, signal, devices, retryCount, parallelCount, budgetMs, onEvent } = options
  const ailing = new Set(health.filter((one) => one.health !== '').map(({ device }) => device))
  const schedule = new NightSchedule(
    devices.map((device) => ({ number: device.number, shares: sharedBy(device), isAiling: ailing.has(device.number) })),
    { retryCount, parallelCount, endsAtMs: startedAtMs + budgetMs },
  )
  for (const { device, state, verdict } of await history.attemptsOfNight(night)) {
    schedule.resume(device, state === 'ended' ? (verdict ?? 'could-not-test') : undefined)
  }
  const running = new Set<Promise<void>>()
  const broken = new AbortController()
  const stop = AbortSignal.any([signal, broken.signal])
  while (!stop.aborted && !schedule.isOver(Date.now())) {
    for (let due; !stop.aborted && (due = schedule.start(Date.now()));) {
      const { device, ordinal } = due
      const attempt = async (): Promise<void> => {
        const { verdict, why } = await attemptOnce(options, due, stop)
        schedule.ended(device, verdict)
        onEvent({ type: 'attemptEnded', device, ordinal, verdict, why })
      }
      // A history or folder that cannot be written ends the night; so does its owner.
      const settled = attempt()
        .catch((failure: unknown) => broken.abort(failure))
        .finally(() => running.delete(settled))
      running.add(settled)
    }
    await Promise.race(running)
    // Whoever looks while the night goes on sees how far it is.
    await writeNight(await nightRecord(options, startedAtMs, { withTrends: false }))
  }
  await Promise.all(running)
  if (broken.signal.aborted && !signal.aborted) throw broken.signal.reason
  // Not ended: it can be resumed.
  signal.throwIfAborted()
  const record = await nightRecord(options, startedAtMs, { withTrends: true })
  await history.endNight(night, record.verdict, Date.now())
  await writeNight(record)
  return record
}

async function attemptOnce(
  options: NightOptions,
  { device, ordinal }: DueAttempt,
  signal: AbortSignal,
): Promise<AttemptOutcome> {
  const { history, night, seed, report, devices, program, benchFile, attemptTimeoutMs, bench, onEvent } = options
  const run = `${night}-${device}-${ordinal}`
  const folder = join(report, device, `attempt-${ordinal}`)
  const attemptSeed = seedOf(seed, device, ordinal)
  const id = await history.beginAttempt({
    night,
    device,
    ordinal,
    run,
    report: relative(report, folder).split(sep).join('/'),
    seed: attemptSeed,
    limits: { ...bench.limits, ...devices.find(({ number }) => number === device)?.limits },
    startedAtMs: Date.now(),
  })
  onEvent({ type: 'attemptStarted', device, ordinal })
  let outcome: AttemptOutcome
  try {
    outcome = await certifyInProcess({
      program,
      bench: benchFile,
      device,
      run,
      seed: attemptSeed,
      report: folder,
      timeoutMs: attemptTimeoutMs,
      signal,
      onProgress: (progress) => onEvent({ type: 'attemptProgressed', device, ordinal, ...progress }),
    })
  } catch (failure) {
    await history.loseAttempt(id, failure instanceof Error ? failure.message : String(failure), Date.now())
    throw failure
  }
  await history.endAttempt(id, { ...outcome, endedAtMs: Date.now() })
  return outcome
}

/** Everything random in an attempt follows from the night's seed, and no two attempts do the same. */
export function seedOf(seed: number, device: string, ordinal: number): number {
  return crc32(`${seed}/${device}/${ordinal}`)
}

/** What a device shares with others on the bench: whoever is attempted holds the whole relay board or switch. Simulated boards are its own. */
function sharedBy({ power }: BenchDevice): readonly string[] {
  if (!power) return []
  if ('port' in power) return [`port ${JSON.stringify(power.port)}`]
  if ('host' in power) return [`switch ${power.host}`]
  return 'url' in power ? [`PDU ${power.url}`] : []
}

function makeReportFolder(path: string): void {
  try {
    makeFolder(path)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new BenchError('ERR_VIEWNET_REPORT', `report: expected a folder to write into, got '${path}' (${reason})`, {
      cause,
    })
  }
}
