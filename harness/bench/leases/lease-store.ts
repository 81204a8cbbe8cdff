import Database from 'libsql'
import { LeaseError } from './errors.js'
import { isGone, type ProcessIdentity } from './process-identity.js'

/** How long one process waits for another that writes; each writes for a millisecond. */
const BUSY_MS = 2000

/** Everything that the file may hold; a trigger or a view in it would be somebody else's. */
const TABLES = {
  counter: 'CREATE TABLE counter (id INTEGER PRIMARY KEY CHECK (id = 1), token INTEGER NOT NULL) STRICT',
  lease: `CREATE TABLE lease (token INTEGER PRIMARY KEY, holder TEXT NOT NULL, user TEXT NOT NULL, pid INTEGER NOT NULL, started TEXT NOT NULL,
    boot TEXT NOT NULL, pid_namespace TEXT NOT NULL, since_ms INTEGER NOT NULL, beat_ms INTEGER NOT NULL, stale_ms INTEGER NOT NULL) STRICT`,
  // shared: bits of ResourceUse.
  resource: `CREATE TABLE resource (name TEXT NOT NULL, token INTEGER NOT NULL, shared INTEGER NOT NULL, PRIMARY KEY (name, token)) STRICT`,
} as const

/** How a resource is used, as bits. */
const ResourceUse = { sharedInProcess: 1, leavesState: 2 } as const

/** Leases of holders that are gone, kept for what they may have left switched; the oldest go first. */
const LEFT_MOST = 200

/** Who holds what. */
export interface HeldLease {
  /** Only ever grows: of two leases on one thing, the larger one is the later. */
  readonly token: number
  /** Names of what is held. */
  readonly resources: readonly string[]
  /** Those of them that stay as they were left when the holder is gone: outlets. */
  readonly leaves: readonly string[]
  /** Who holds it, in words: which run of which device. */
  readonly holder: string
  /** The user of the machine that it belongs to. */
  readonly user: string
  readonly pid: number
  /** Since when, ms since 1970, by the clock of then. */
  readonly sinceMs: number
}

/** Something that is held, and whether the same process may hold it twice. */
export interface LeasedResource {
  /** `device 00001-…`, the id of an outlet or console, the port of a relay board. */
  readonly name: string
  /** Whether several leases of one process may hold it together, as outlets of one board do; default false. */
  readonly sharedInProcess?: boolean
  /** Whether it stays as it was left when its holder is gone, as a relay does; default false. Whoever has it next is told. */
  readonly leavesState?: boolean
}

interface LeaseRow {
  readonly token: number
  readonly holder: string
  readonly user: string
  readonly pid: number
  readonly started: string
  readonly boot: string
  readonly pid_namespace: string
  readonly since_ms: number
  readonly beat_ms: number
  readonly stale_ms: number
}

/**
 * The leases of a machine in one SQLite file. Every change is one short transaction that begins by taking the file's lock, so processes see each other's
 * changes whole. Moments are those of the system's monotonic clock, which all processes of one boot share and nobody sets.
 */
export class LeaseStore {
  readonly #database: InstanceType<typeof Database>
  readonly #own: ProcessIdentity
  readonly #nowMs: () => number

  /** @throws LeaseError `ERR_VIEWNET_LEASE_STORE` */
  constructor(file: string, own: ProcessIdentity, nowMs: () => number) {
    this.#own = own
    this.#nowMs = nowMs
    this.#database = opened(file)
  }

  /**
   * Take all of some resources, or none.
   *
   * @returns the token, and which holders are gone that never let go of some of them and may have left something switched; or who holds some of them
   */
  take(
    resources: readonly LeasedResource[],
    holder: string,
    staleMs: number,
  ): { readonly token: number; readonly left: readonly HeldLease[] } | { readonly blockers: readonly HeldLease[] } {
    return this.#change(() => {
      const dead = this.#removeDead()
      const blockers = this.#blockersOf(resources, dead)
      if (blockers.length > 0) return { blockers }
      const { pid, started, boot, pidNamespace, user } = this.#own
      const [{ token }] = this.#rows('UPDATE counter SET token = token + 1 RETURNING token') as [{ token: number }]
      const now = Math.round(this.#nowMs())
      this.#run(
        'INSERT INTO lease VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        token,
        holder,
        user,
        pid,
        started,
        boot,
        pidNamespace,
        Date.now(),
        now,
        staleMs,
      )
      for (const { name, sharedInProcess = false, leavesState = false } of resources) {
        const use = (sharedInProcess ? ResourceUse.sharedInProcess : 0) | (leavesState ? ResourceUse.leavesState : 0)
        this.#run('INSERT INTO resource VALUES (?, ?, ?)', name, token, use)
      }
      const names = new Set(resources.map(({ name }) => name))
      return {
        token,
        left: dead.map((row) => this.#heldBy(row)).filter((one) => one.resources.some((name) => names.has(name))),
      }
    })
  }

  /** Say that the holder is there. @returns whether the lease is held still */
  beat(token: number): boolean {
    return this.#change(() => {
      const row = this.#lease(token)
      // Expired, though nobody has asked for it yet: whoever was away so long knows no more what happened meanwhile.
      if (row === undefined || this.#isStale(row)) return false
      this.#run('UPDATE lease SET beat_ms = ? WHERE token = ?', Math.round(this.#nowMs()), token)
      return true
    })
  }

  /** Let go. What expired before that was not left in order, and stays known as left. */
  release(token: number): void {
    this.#change(() => {
      const row = this.#lease(token)
      if (row && !this.#isStale(row)) this.#remove(token)
    })
  }

  /** What a holder that is gone left switched is in order again. */
  settle(token: number): void {
    this.#change(() => {
      const row = this.#lease(token)
      if (row && this.#isDead(row)) this.#remove(token)
    })
  }

  /** Every lease that is held, the oldest first. */
  held(): readonly HeldLease[] {
    return this.#change(() => {
      const dead = new Set(this.#removeDead().map(({ token }) => token))
      return (this.#rows('SELECT * FROM lease ORDER BY token') as LeaseRow[])
        .filter(({ token }) => !dead.has(token))
        .map((row) => this.#heldBy(row))
    })
  }

  /** Leases whose holder is gone without having let go of an outlet, the oldest first. */
  left(): readonly HeldLease[] {
    return this.#change(() => this.#removeDead().map((row) => this.#heldBy(row)))
  }

  close(): void {
    this.#database.close()
  }

  #blockersOf(resources: readonly LeasedResource[], dead: readonly LeaseRow[]): readonly HeldLease[] {
    const gone = new Set(dead.map(({ token }) => token))
    const tokens = new Set<number>()
    for (const { name, sharedInProcess = false } of resources) {
      const others = this.#rows('SELECT token, shared FROM resource WHERE name = ?', name) as {
        token: number
        shared: number
      }[]
      for (const { token, shared } of others) {
        const row = this.#lease(token)
        const isShared = sharedInProcess && (shared & ResourceUse.sharedInProcess) !== 0
        if (row && !gone.has(token) && !(isShared && this.#isOwn(row))) tokens.add(token)
      }
    }
    return [...tokens].flatMap((token) => {
      const row = this.#lease(token)
      return row ? [this.#heldBy(row)] : []
    })
  }

  #heldBy({ token, holder, user, pid, since_ms }: LeaseRow): HeldLease {
    const uses = this.#rows('SELECT name, shared FROM resource WHERE token = ? ORDER BY name', token) as {
      name: string
      shared: number
    }[]
    const leaves = uses.filter(({ shared }) => (shared & ResourceUse.leavesState) !== 0).map(({ name }) => name)
    return { token, resources: uses.map(({ name }) => name), leaves, holder, user, pid, sinceMs: since_ms }
  }

  #isOwn({ pid, started, boot, pid_namespace }: LeaseRow): boolean {
    const own = this.#own
    return pid === own.pid && started === own.started && boot === own.boot && pid_namespace === own.pidNamespace
  }

  #isStale({ beat_ms, stale_ms, boot }: LeaseRow): boolean {
    return boot === this.#own.boot && this.#nowMs() - beat_ms > stale_ms
  }

  #isDead(row: LeaseRow): boolean {
    const { pid, started, boot, pid_namespace: pidNamespace } = row
    return this.#isStale(row) || isGone({ pid, started, boot, pidNamespace }, this.#own)
  }

  /** Forget leases whose holder is gone; @returns those that are kept, because something may have been left switched */
  #removeDead(): readonly LeaseRow[] {
    const dead = (this.#rows('SELECT * FROM lease ORDER BY token') as LeaseRow[]).filter((row) => this.#isDead(row))
    const leaving = dead.filter((row) => this.#heldBy(row).leaves.length > 0)
    const kept = leaving.slice(-LEFT_MOST)
    for (const row of dead) if (!kept.includes(row)) this.#remove(row.token)
    return kept
  }

  #remove(token: number): void {
    this.#run('DELETE FROM resource WHERE token = ?', token)
    this.#run('DELETE FROM lease WHERE token = ?', token)
  }

  #lease(token: number): LeaseRow | undefined {
    return this.#rows('SELECT * FROM lease WHERE token = ?', token)[0] as LeaseRow | undefined
  }

  #rows(sql: string, ...values: readonly unknown[]): unknown[] {
    return this.#database.prepare(sql).all(...values)
  }

  #run(sql: string, ...values: readonly unknown[]): void {
    this.#database.prepare(sql).run(...values)
  }

  /** One transaction; the file is locked before anything is read. */
  #change<T>(work: () => T): T {
    try {
      this.#database.exec('BEGIN IMMEDIATE')
      try {
        const result = work()
        this.#database.exec('COMMIT')
        return result
      } catch (failure) {
        this.#database.exec('ROLLBACK')
        throw failure
      }
    } catch (cause) {
      throw unusable(this.#database.name, cause)
    }
  }
}

/** Opened, with its tables made, and no others in it. */
function opened(file: string): InstanceType<typeof Database> {
  let database: InstanceType<typeof Database> | undefined
  try {
    database = new Database(file)
    database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
    // A journal that stays can be cleared by whoever comes next; in a folder like /tmp nobody could remove another user's.
    database.exec('PRAGMA journal_mode = PERSIST')
    // What a file brings along that another user made is not to be trusted.
    database.exec('PRAGMA trusted_schema = OFF')
    makeTables(database)
    return database
  } catch (cause) {
    database?.close()
    throw unusable(file, cause)
  }
}

function makeTables(database: InstanceType<typeof Database>): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    const found = database.prepare('SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL').all() as {
      readonly name: string
      readonly sql: string
    }[]
    if (found.length === 0) {
      for (const table of Object.values(TABLES)) database.exec(table)
      database.exec('INSERT INTO counter VALUES (1, 0)')
    } else {
      const isOurs = found.every(({ name, sql }) => (TABLES as Readonly<Record<string, string>>)[name] === sql)
      if (!isOurs || found.length !== Object.keys(TABLES).length)
        throw new Error('expected the tables of leases, got others')
    }
    database.exec('COMMIT')
  } catch (failure) {
    database.exec('ROLLBACK')
    throw failure
  }
}

function unusable(file: string, cause: unknown): LeaseError {
  if (cause instanceof LeaseError) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new LeaseError('ERR_VIEWNET_LEASE_STORE', `leases in ${file}: ${reason}`, { cause })
}
