import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import Database from 'libsql'
import type { Switching } from 'viewnet/devices/power'
import { makeFolder } from '../../make-folder.js'
import { BenchError } from '../errors.js'

/** How much one outlet was switched. */
export interface OutletWear {
  /** PowerOutlet.id: the physical relay, the same after every boot and replugging. */
  readonly outlet: string
  /** Switchings that its board took, on and off each one, since the count began. */
  readonly switchCount: number
  /** When the count began, and the last switching, ms since 1970. */
  readonly sinceMs: number
  readonly lastMs: number
}

const BUSY_MS = 2000

const TABLE = `CREATE TABLE IF NOT EXISTS wear (outlet TEXT PRIMARY KEY, switch_count INTEGER NOT NULL, since_ms INTEGER NOT NULL,
  last_ms INTEGER NOT NULL) STRICT`

/** Where this user's bench counts wear: with what programs remember, as the XDG base directories ask. */
export function wearFile(environment: NodeJS.ProcessEnv = process.env): string {
  const { XDG_STATE_HOME: state = '' } = environment
  return join(isAbsolute(state) ? state : join(homedir(), '.local', 'state'), 'viewnet', 'wear.sqlite')
}

/** How often each relay of this bench was switched: a contact is good for some hundred thousand times, and nobody remembers. */
export class WearLog {
  readonly #database: InstanceType<typeof Database>

  /** @throws BenchError `ERR_VIEWNET_WEAR` when the file cannot be used */
  constructor(file = wearFile()) {
    try {
      makeFolder(dirname(file))
      this.#database = new Database(file)
      this.#database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
      this.#database.exec(TABLE)
    } catch (cause) {
      throw unusable(file, cause)
    }
  }

  /** Count one switching. @throws BenchError `ERR_VIEWNET_WEAR` */
  add({ outlet, atMs }: Pick<Switching, 'outlet' | 'atMs'>): void {
    const sql = `INSERT INTO wear VALUES (?, 1, ?, ?)
      ON CONFLICT (outlet) DO UPDATE SET switch_count = switch_count + 1, last_ms = excluded.last_ms`
    try {
      this.#database.prepare(sql).run(outlet, Math.round(atMs), Math.round(atMs))
    } catch (cause) {
      throw unusable(this.#database.name, cause)
    }
  }

  /** The wear of one outlet; undefined where it was never switched. @throws BenchError `ERR_VIEWNET_WEAR` */
  of(outlet: string): OutletWear | undefined {
    try {
      const row = this.#database.prepare('SELECT * FROM wear WHERE outlet = ?').get(outlet) as WearRow | undefined
      return row && { outlet, switchCount: row.switch_count, sinceMs: row.since_ms, lastMs: row.last_ms }
    } catch (cause) {
      throw unusable(this.#database.name, cause)
    }
  }

  /** Closing twice is fine. */
  close(): void {
    if (this.#database.open) this.#database.close()
  }
}

interface WearRow {
  readonly switch_count: number
  readonly since_ms: number
  readonly last_ms: number
}

function unusable(file: string, cause: unknown): BenchError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new BenchError('ERR_VIEWNET_WEAR', `wear in ${file}: ${reason}`, { cause })
}
