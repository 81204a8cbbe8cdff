import { spawn, type ChildProcess } from 'node:child_process'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BenchError } from '../bench/errors.js'
import { makeFolder } from '../make-folder.js'
import type { RunRecord, RunVerdict } from '../report/index.js'
import { parseRunRecord } from '../report/parse-run-record.js'

/** What one attempt is started with. */
export interface CertifyProcessOptions {
  /** How `viewnet` is started on this machine: the program, and the arguments before the command. */
  readonly program: readonly [string, ...string[]]
  readonly bench: string
  /** External message number. */
  readonly device: string
  readonly run: string
  readonly seed: number
  /** Folder for its reports; made if it is not there. What the process says is kept there as `certify.log`. */
  readonly report: string
  /** Longest that the attempt may take, ms. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly onProgress: (progress: CaseProgress) => void
}

/** How far a certification in another process is. */
export interface CaseProgress {
  readonly casesDone: number
  readonly cases: number
}

/** How an attempt came out. */
export interface AttemptOutcome {
  readonly verdict: RunVerdict
  readonly why: string
  /** Undefined where it left none. */
  readonly record: RunRecord | undefined
}

/** Time for a process to bring its bench into a safe state after it was asked to end, ms. */
const STOP_MS = 30_000
/** A run's record is a few hundred kB at most. */
const RECORD_BYTES_MOST = 64 * 1024 * 1024
/** As much of a log as an explanation needs. */
const LAST_WORDS_CHARACTERS = 300

/**
 * Certify one device once, in a process of its own: whatever happens to it, the night goes on. The process ends when this one does, because it
 * watches the channel between both.
 *
 * @returns the outcome, from the record that the run left; a process that leaves none could not test
 * @throws the reason of the signal, once the process has ended; BenchError `ERR_VIEWNET_REPORT` when the folder cannot be written
 */
export async function certifyInProcess(options: CertifyProcessOptions): Promise<AttemptOutcome> {
  const { report, signal, timeoutMs } = options
  signal.throwIfAborted()
  const log = await openLog(report)
  try {
    const [command, ...before] = options.program
    const child = spawn(command, [...before, ...argumentsOf(options)], { stdio: ['ignore', log.fd, log.fd, 'ipc'] })
    child.on('message', (message) => {
      const progress = caseProgressOf(message)
      if (progress) options.onProgress(progress)
    })
    const ended = await endOf(child, { signal, timeoutMs })
    signal.throwIfAborted()
    return await outcomeOf(options, ended)
  } finally {
    await log.close()
  }
}

/** What {@link readAttempt} makes of a report folder; undefined when no complete record of that run is there. */
export async function readAttempt(report: string, run: string): Promise<RunRecord | undefined> {
  try {
    await using file = await open(join(report, 'run.json'))
    const { size } = await file.stat()
    if (size > RECORD_BYTES_MOST) return undefined
    const record = parseRunRecord(JSON.parse(await file.readFile('utf8')))
    return record.run === run ? record : undefined
  } catch {
    return undefined
  }
}

async function openLog(report: string): Promise<Awaited<ReturnType<typeof open>>> {
  try {
    makeFolder(report)
    return await open(join(report, 'certify.log'), 'w')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new BenchError('ERR_VIEWNET_REPORT', `report: expected to write into '${report}', got ${reason}`, { cause })
  }
}

function argumentsOf({ bench, device, run, seed, report }: CertifyProcessOptions): readonly string[] {
  const options = { bench, device, run, seed: String(seed), report }
  return ['certify', ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]), '--json']
}

interface ProcessEnd {
  readonly status: number | null
  readonly killedBy: NodeJS.Signals | null
  /** The process took longer than an attempt may. */
  readonly isLate: boolean
  readonly failure?: Error
}

/** Wait for a process; stop it when the time is over or the signal says so, first kindly. */
function endOf(
  child: ChildProcess,
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    let isLate = false
    let kill: NodeJS.Timeout | undefined
    const stop = (): void => {
      child.kill('SIGTERM')
      kill ??= setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    }
    const limit = setTimeout(() => {
      isLate = true
      stop()
    }, timeoutMs)
    const settle = (end: Omit<ProcessEnd, 'isLate'>): void => {
      clearTimeout(limit)
      clearTimeout(kill)
      signal.removeEventListener('abort', stop)
      resolve({ ...end, isLate })
    }
    signal.addEventListener('abort', stop, { once: true })
    child.once('error', (failure) => settle({ status: null, killedBy: null, failure }))
    child.once('exit', (status, killedBy) => settle({ status, killedBy }))
  })
}

async function outcomeOf({ report, run, timeoutMs }: CertifyProcessOptions, end: ProcessEnd): Promise<AttemptOutcome> {
  const record = await readAttempt(report, run)
  if (record) return { verdict: record.verdict, why: record.why, record }
  const untested = (why: string): AttemptOutcome => ({ verdict: 'could-not-test', why, record: undefined })
  if (end.failure) return untested(`the certification could not be started: ${end.failure.message}`)
  if (end.isLate) return untested(`the certification was not done within ${Math.round(timeoutMs / 1000)} s`)
  const how = end.killedBy === null ? `status ${end.status}` : end.killedBy
  return untested(`the certification ended with ${how} and no record: ${await lastWords(report)}`)
}

async function lastWords(report: string): Promise<string> {
  const log = await readFile(join(report, 'certify.log'), 'utf8').catch(() => '')
  // Of a stack, what went wrong and not where.
  const lines = log.split('\n').filter((line) => !/^\s+at |^Node\.js v|^\s*$/.test(line))
  const words = lines.join(' ').slice(-LAST_WORDS_CHARACTERS).replaceAll(/\s+/g, ' ').trim()
  return words === '' ? 'it said nothing' : words
}

function caseProgressOf(message: unknown): CaseProgress | undefined {
  if (typeof message !== 'object' || message === null || !('casesDone' in message) || !('cases' in message))
    return undefined
  const { casesDone, cases } = message
  return typeof casesDone === 'number' && typeof cases === 'number' ? { casesDone, cases } : undefined
}
