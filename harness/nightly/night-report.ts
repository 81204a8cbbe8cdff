import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BenchError, type BenchDevice } from '../bench/index.js'
import { deviceHistory, type History, type StoredAttempt } from '../history/index.js'
import type { NightDevice, NightRecord } from '../report/index.js'
import { nightPage } from '../report/page/night-page.js'
import { shellLine } from '../report/shell-line.js'
import { deviceVerdict, devicesVerdict } from './night-verdict.js'

/** What a night's record is made from. */
export interface NightFacts {
  readonly night: string
  readonly benchFile: string
  readonly devices: readonly BenchDevice[]
  readonly seed: number
  readonly report: string
  readonly history: History
}

/** Nights that a trend goes back. */
const TREND_ATTEMPTS = 30

/**
 * What a night has found out so far, from the history alone: the same after a crash.
 *
 * @param withTrends - also what earlier nights say of each device; only worth its time at the end
 */
export async function nightRecord(
  facts: NightFacts,
  startedAtMs: number,
  { withTrends }: { readonly withTrends: boolean },
): Promise<NightRecord> {
  const { night, benchFile, seed, report, history } = facts
  const attempts = await history.attemptsOfNight(night)
  const devices: NightDevice[] = []
  for (const { number } of facts.devices) {
    const device = deviceOf(number, attempts, benchFile)
    devices.push(withTrends ? { ...device, ...(await memoryOf(number, history)) } : device)
  }
  return {
    night,
    verdict: devicesVerdict(devices),
    startedAt: new Date(startedAtMs).toISOString(),
    durationMs: Date.now() - startedAtMs,
    seed,
    bench: benchFile,
    devices,
    report,
  }
}

function deviceOf(number: string, all: readonly StoredAttempt[], benchFile: string): NightDevice {
  const ended = all.filter(({ device, state }) => device === number && state === 'ended')
  // Who was not reached at an attempt does not name itself there.
  const { model = '', firmware = '' } = ended.findLast((attempt) => attempt.model !== '') ?? {}
  const attempts = ended.map(({ run, verdict, why, started_at_ms, ended_at_ms, report, seed }) => ({
    run,
    verdict: verdict ?? ('could-not-test' as const),
    why,
    startedAt: new Date(started_at_ms).toISOString(),
    durationMs: (ended_at_ms ?? started_at_ms) - started_at_ms,
    report,
    reproduce: reproduceLine(seed, benchFile, number),
  }))
  return {
    number,
    name: '',
    model: [model, firmware].filter((part) => part !== '').join(' '),
    ...deviceVerdict(attempts),
    attempts,
  }
}

function reproduceLine(seed: number, benchFile: string, number: string): string {
  return shellLine(['npx', 'viewnet', 'certify', '--seed', String(seed), '--bench', benchFile, '--device', number])
}

/** How steady the device is, and how its times went. */
async function memoryOf(number: string, history: History): Promise<Pick<NightDevice, 'flake' | 'trends'>> {
  const { flake, trends } = await deviceHistory(history, number, TREND_ATTEMPTS)
  return { ...(flake && { flake }), trends: trends.filter(({ unit, points }) => unit === 'ms' && points.length > 1) }
}

/**
 * Write the page and the record of a night; whole files only, so that whoever looks while it goes on sees the last complete ones.
 *
 * @throws BenchError `ERR_VIEWNET_REPORT` when they cannot be written
 */
export async function writeNight(record: NightRecord): Promise<void> {
  const { report } = record
  try {
    await replaceFile(join(report, 'night.json'), `${JSON.stringify(record, undefined, 2)}\n`)
    await replaceFile(join(report, 'night.html'), nightPage(record))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new BenchError('ERR_VIEWNET_REPORT', `report: expected to write into '${report}', got ${reason}`, { cause })
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text)
  await rename(`${path}.new`, path)
}
