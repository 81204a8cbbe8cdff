import { randomInt } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { UsageError } from 'viewnet/device'
import { newRunId } from '../certification/run-id.js'
import { History } from '../history/index.js'
import {
  nightDevices,
  parseNightPlan,
  resumeNight,
  startNight,
  writeSimulatedBench,
  type NightOptions,
} from '../nightly/index.js'
import type { NightRecord } from '../report/index.js'
import { expectHistory } from './history-address.js'
import { nightProgressOn } from './night-progress.js'
import { nightSummary } from './night-summary.js'
import { note, print, printJson, verdictStatus, type ExitStatus } from './output.js'
import { readBench } from './read-bench.js'

/** What `viewnet nightly` is told. */
export interface NightlyFlags {
  readonly bench?: string
  readonly report?: string
  readonly history: string
  readonly night?: string
  readonly seed?: number
  readonly parallel?: number
  readonly retries?: number
  readonly budget?: number
  readonly attemptLimit: number
  readonly resume?: string | true
  readonly json?: boolean
}

/** Certify the devices of a bench through a night that begins, or goes on. */
export async function runNightly(flags: NightlyFlags, signal: AbortSignal): Promise<ExitStatus> {
  // What goes on has begun, and begun there.
  if (flags.resume !== undefined) await expectHistory(flags.history)
  await using history = await History.open(flags.history)
  const progress = nightProgressOn(process.stderr)
  const shared = {
    history,
    signal,
    program: [process.execPath, resolve(process.argv[1] ?? '')] as const,
    onEvent: progress.show,
  }
  let record: NightRecord
  try {
    if (flags.resume === undefined) record = await startNight(await newNight(flags, shared))
    else record = await resumeNight(await oldNight(flags, flags.resume, shared))
  } catch (failure) {
    if (signal.aborted) note('viewnet: the night can go on: viewnet nightly --resume')
    throw failure
  } finally {
    progress.end()
  }
  if (flags.json === true) printJson(contractOf(record))
  else print(nightSummary(record))
  return verdictStatus(record.verdict)
}

type Shared = Pick<NightOptions, 'history' | 'signal' | 'program' | 'onEvent'>

async function newNight(flags: NightlyFlags, shared: Shared): Promise<NightOptions> {
  const left = await shared.history.latestOpenNight()
  if (left) note(`viewnet: note: the night ${left.id} did not end; --resume goes on with it`)
  const name = flags.night ?? newRunId(new Date())
  // Before a bench is written: in the folder of that night it would take the place of the one that its resumption reads.
  await shared.history.expectNewNight(name)
  const report = resolve(flags.report ?? join('report', name))
  const freshSeed = randomInt(0, 0xffffffff)
  const benchFile =
    flags.bench === undefined ? await writeSimulatedBench(report, flags.seed ?? freshSeed) : resolve(flags.bench)
  const bench = await readBench(benchFile)
  const { plan } = bench
  return {
    ...shared,
    night: name,
    benchFile,
    bench,
    devices: nightDevices(bench),
    seed: flags.seed ?? plan?.seed ?? freshSeed,
    report,
    parallelCount: flags.parallel ?? plan?.parallel ?? availableParallelism(),
    retryCount: flags.retries ?? plan?.retries ?? 1,
    budgetMs: minutesMs(flags.budget ?? plan?.budgetMinutes ?? 600),
    attemptTimeoutMs: minutesMs(flags.attemptLimit),
  }
}

/** A night as it was begun; limits that are named again count from now. */
async function oldNight(flags: NightlyFlags, resume: string | true, shared: Shared): Promise<NightOptions> {
  const stored = resume === true ? await shared.history.latestOpenNight() : await shared.history.night(resume)
  if (!stored) {
    const got = resume === true ? 'none' : resume
    throw new UsageError(
      'ERR_VIEWNET_NIGHT',
      `--resume: expected a night of ${flags.history} that did not end, got ${got}`,
    )
  }
  const plan = parseNightPlan(stored.plan)
  const bench = await readBench(plan.benchFile)
  const spentMs = Date.now() - stored.started_at_ms
  return {
    ...shared,
    ...plan,
    night: stored.id,
    bench,
    devices: nightDevices(bench),
    seed: stored.seed,
    report: stored.report,
    parallelCount: flags.parallel ?? plan.parallelCount,
    retryCount: flags.retries ?? plan.retryCount,
    budgetMs: flags.budget === undefined ? plan.budgetMs : spentMs + minutesMs(flags.budget),
  }
}

const minutesMs = (count: number): number => Math.round(count * 60_000)

/** What other programs read of a night; the folder holds all of it. */
function contractOf({ night: name, verdict, devices, report }: NightRecord): object {
  return {
    night: name,
    verdict,
    devices: devices.map(({ number, model, verdict: outcome, attempts, why }) => {
      return { number, model, verdict: outcome, attempts, why }
    }),
    report,
  }
}
