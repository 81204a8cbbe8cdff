import { randomUUID } from 'node:crypto'
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

/** One that dies as it takes over from a dead one leaves a second file; after so many of them somebody has to look. */
const MOST_TAKEOVERS = 4

/** How often a lock is tried for that comes and goes. */
const MOST_ATTEMPTS = 10

/**
 * Keeps a folder to one run at a time: two that write into one leave evidence that is of neither.
 *
 * What a killed process left is passed over, by one of those who come upon it. A folder that takes no lock, as one that is full or read-only, is left to
 * whoever writes the reports.
 */
export class FolderLock {
  readonly #path: string
  readonly #mark: string
  readonly #heartbeat: NodeJS.Timeout | undefined

  private constructor(path: string, mark: string, isMade: boolean) {
    this.#path = path
    this.#mark = mark
    // A process that has nothing else to do need not stay for it.
    this.#heartbeat = isMade ? setInterval(() => beat(path, mark), BEAT_MS).unref() : undefined
  }

  /**
   * @param holder - in words that another one reads: `run r1`
   * @throws UsageError `ERR_VIEWNET_REPORT_FOLDER` while another run writes into the folder
   */
  static take(folder: string, holder: string): FolderLock {
    const own = ownIdentity()
    // No two are alike, so that whoever was passed over does not take another's for its own.
    const mark = JSON.stringify({ holder, ...own, id: randomUUID() })
    const path = join(resolve(folder), LOCK_FILE)
    const occupation = occupy(path, mark, own)
    if (typeof occupation === 'string') return new FolderLock(path, mark, occupation === 'made')
    const { other, file } = occupation
    const message = `report: expected a folder that no other run writes into, got '${folder}', into which ${other} writes; if it does not, remove '${file}'`
    throw new UsageError('ERR_VIEWNET_REPORT_FOLDER', message)
  }

  /** Let others have it. Releasing twice is fine. */
  [Symbol.dispose](): void {
    clearInterval(this.#heartbeat)
    release(this.#path, this.#mark)
  }
}

/** What came of it: the file is made, the folder takes none, or another one has it. */
type Occupation = 'made' | 'impossible' | { readonly other: string; readonly file: string }

/**
 * Make a lock file, in the place of one whose holder is gone. Of all who find that one, only the holder of a second lock may remove it: else a slow one would
 * remove what a faster one has made since.
 *
 * @param takeoverCount - of how many dead ones this is the takeover of the takeover
 */
function occupy(path: string, mark: string, own: ProcessIdentity, takeoverCount = 0): Occupation {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const made = make(path, mark)
    if (made !== 'taken') return made
    const other = holderOf(path, own)
    if (other === 'nobody') continue
    if (other !== 'gone') return { other, file: path }
    if (takeoverCount === MOST_TAKEOVERS) break
    const hindrance = passOver(path, mark, own, takeoverCount)
    if (hindrance) return hindrance
  }
  return { other: 'another one', file: path }
}

/** Remove the lock of a holder that is gone. @returns what hinders it, as another one that is about it */
function passOver(path: string, mark: string, own: ProcessIdentity, takeoverCount: number): Occupation | undefined {
  const takeover = `${path}.takeover`
  const occupation = occupy(takeover, mark, own, takeoverCount + 1)
  if (occupation !== 'made') return occupation
  try {
    // Another one may have been about it in the meantime, and have the folder now.
    if (holderOf(path, own) === 'gone') rmSync(path, { force: true })
    return undefined
  } catch {
    return 'impossible'
  } finally {
    release(takeover, mark)
  }
}

function make(path: string, mark: string): 'made' | 'taken' | 'impossible' {
  try {
    writeFileSync(path, mark, { flag: 'wx' })
    return 'made'
  } catch (failure) {
    return (failure as NodeJS.ErrnoException).code === 'EEXIST' ? 'taken' : 'impossible'
  }
}

/** Who holds a lock, in words; `gone` where whoever made it is, `nobody` where there is none. */
function holderOf(path: string, own: ProcessIdentity): string {
  // Read before its time is: a file that took its place meanwhile looks new, not gone.
  const other = parsed(read(path))
  const changedAtMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs
  if (changedAtMs === undefined) return 'nobody'
  const silentMs = Date.now() - changedAtMs
  if (!other) return silentMs < UNREADABLE_MS ? 'another one' : 'gone'
  const isInSight = other.boot === own.boot && other.pidNamespace === own.pidNamespace
  if (isInSight ? isGone(other, own) : silentMs > SILENT_MS) return 'gone'
  return `${other.holder} (process ${other.pid})`
}

function parsed(text: string | undefined): z.output<typeof lockSchema> | undefined {
  try {
    return lockSchema.parse(JSON.parse(text ?? ''))
  } catch {
    return undefined
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** Remove a lock, if it is still ours: somebody who took us for gone may have it now. */
function release(path: string, mark: string): void {
  if (read(path) === mark) rmSync(path, { force: true })
}

function beat(path: string, mark: string): void {
  if (read(path) !== mark) return
  try {
    const now = new Date()
    utimesSync(path, now, now)
  } catch {
    // Removed by somebody who knows better, or the disk is gone: the run tells of that by itself.
  }
}
