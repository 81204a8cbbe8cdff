import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { UsageError } from 'viewnet/device'
import { z } from 'zod'
import { isGone, ownIdentity, type ProcessIdentity } from '../bench/leases/process-identity.js'

/** In the folder, while somebody writes into it. */
const LOCK_FILE = 'run.lock'

/** A file that nobody can read belongs to a process that was killed as it wrote it, unless it is as new as this, ms. */
const UNREADABLE_MS = 10_000

/** How often a holder says that it is there, ms, by the time of the file. */
const BEAT_MS = 10_000

/** A holder of another container or machine, whose processes we cannot see, is gone when it was silent for so long, ms. */
const SILENT_MS = 60_000

const lockSchema = z.object({
  holder: z.string(),
  pid: z.int(),
  started: z.string(),
  boot: z.string(),
  pidNamespace: z.string(),
})

/**
 * Keeps a folder to one run at a time: two that write into one leave evidence that is of neither.
 *
 * What a killed process left is passed over. A folder that takes no lock, as one that is full or read-only, is left to whoever writes the reports.
 */
export class FolderLock {
  readonly #path: string | undefined
  readonly #heartbeat: NodeJS.Timeout | undefined

  private constructor(path: string | undefined) {
    this.#path = path
    // A process that has nothing else to do need not stay for it.
    this.#heartbeat = path === undefined ? undefined : setInterval(() => beat(path), BEAT_MS).unref()
  }

  /**
   * @param holder - in words that another one reads: `run r1`
   * @throws UsageError `ERR_VIEWNET_REPORT_FOLDER` while another run writes into the folder
   */
  static take(folder: string, holder: string): FolderLock {
    const path = join(resolve(folder), LOCK_FILE)
    const own = ownIdentity()
    const made = make(path, JSON.stringify({ holder, ...own }))
    if (made !== 'taken') return new FolderLock(made === 'made' ? path : undefined)
    const other = otherHolder(path, own)
    if (other !== undefined) {
      const message = `report: expected a folder that no other run writes into, got '${folder}', into which ${other} writes; if it does not, remove '${path}'`
      throw new UsageError('ERR_VIEWNET_REPORT_FOLDER', message)
    }
    try {
      rmSync(path, { force: true })
    } catch {
      return new FolderLock(undefined)
    }
    return FolderLock.take(folder, holder)
  }

  /** Let others have it. Releasing twice is fine. */
  [Symbol.dispose](): void {
    clearInterval(this.#heartbeat)
    if (this.#path !== undefined) rmSync(this.#path, { force: true })
  }
}

function make(path: string, content: string): 'made' | 'taken' | 'impossible' {
  try {
    writeFileSync(path, content, { flag: 'wx' })
    return 'made'
  } catch (failure) {
    return (failure as NodeJS.ErrnoException).code === 'EEXIST' ? 'taken' : 'impossible'
  }
}

/** Who holds a lock, in words; undefined where nobody does any more. */
function otherHolder(path: string, own: ProcessIdentity): string | undefined {
  const changedAtMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs
  if (changedAtMs === undefined) return undefined
  const silentMs = Date.now() - changedAtMs
  const other = read(path)
  if (!other) return silentMs < UNREADABLE_MS ? 'another one' : undefined
  const isInSight = other.boot === own.boot && other.pidNamespace === own.pidNamespace
  if (isInSight ? isGone(other, own) : silentMs > SILENT_MS) return undefined
  return `${other.holder} (process ${other.pid})`
}

function read(path: string): z.output<typeof lockSchema> | undefined {
  try {
    return lockSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return undefined
  }
}

function beat(path: string): void {
  try {
    const now = new Date()
    utimesSync(path, now, now)
  } catch {
    // Removed by somebody who knows better, or the disk is gone: the run tells of that by itself.
  }
}
