import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { UsageError } from 'viewnet/device'
import { z } from 'zod'
import { isGone, ownIdentity } from '../bench/leases/process-identity.js'

/** In the folder, while somebody writes into it. */
const LOCK_FILE = 'run.lock'

/** A file that nobody can read belongs to a process that was killed as it wrote it, unless it is as new as this, ms. */
const UNREADABLE_MS = 10_000

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

  private constructor(path: string | undefined) {
    this.#path = path
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
    const other = holderOf(path)
    if (other !== undefined && (other === 'unreadable' || !isGone(other, own))) {
      const who = other === 'unreadable' ? 'another one' : `${other.holder} (process ${other.pid})`
      const message = `report: expected a folder that no other run writes into, got '${folder}', into which ${who} writes`
      throw new UsageError('ERR_VIEWNET_REPORT_FOLDER', message)
    }
    rmSync(path, { force: true })
    return FolderLock.take(folder, holder)
  }

  /** Let others have it. Releasing twice is fine. */
  [Symbol.dispose](): void {
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

/** Who holds a lock; undefined where nobody does any more. */
function holderOf(path: string): z.output<typeof lockSchema> | 'unreadable' | undefined {
  try {
    return lockSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    const changedAtMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs
    return changedAtMs !== undefined && Date.now() - changedAtMs < UNREADABLE_MS ? 'unreadable' : undefined
  }
}
