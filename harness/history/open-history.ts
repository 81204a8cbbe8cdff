import { dirname, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Kysely, Migrator, PostgresDialect, SqliteDialect, type Dialect } from 'kysely'
import Database from 'libsql'
import { UsageError } from 'viewnet/device'
import { BenchError } from '../bench/errors.js'
import { makeFolder } from '../make-folder.js'
import { historyMigrations } from './migrations.js'
import type { HistoryTables } from './tables.js'

/** Making or opening a file takes milliseconds. */
const OPEN_BUSY_MS = 2_000
/** How often, and how far apart, to look whether another night has made the tables meanwhile. */
const MIGRATE_MOST = 20
const MIGRATE_RETRY_MS = 50
/** A database that is there answers sooner. */
const CONNECT_MS = 10_000

/**
 * Open a history, made and brought up to date where that is needed.
 *
 * @param address - a file path (SQLite), or `postgres://USER@HOST:PORT/DATABASE`; a password comes from PGPASSWORD, or stands in the URL
 * @throws UsageError `ERR_VIEWNET_ADDRESS` for another kind of URL; BenchError `ERR_VIEWNET_HISTORY` when it cannot be opened
 */
export async function openTables(address: string): Promise<Kysely<HistoryTables>> {
  const dialect = await dialectOf(address)
  const db = new Kysely<HistoryTables>({ dialect })
  try {
    await migrate(db)
    return db
  } catch (cause) {
    await db.destroy().catch(() => undefined)
    throw unusable(address, cause)
  }
}

/** A history's address as it may be told: without a password. */
export function shownAddress(address: string): string {
  if (!isUrl(address)) return address
  const url = URL.canParse(address) ? new URL(address) : undefined
  return url ? `${url.protocol}//${url.host}${url.pathname}` : 'a URL that is none'
}

async function dialectOf(address: string): Promise<Dialect> {
  if (isUrl(address)) return await postgres(address)
  const path = resolve(address)
  try {
    makeFolder(dirname(path))
    return sqlite(path)
  } catch (cause) {
    throw unusable(address, cause)
  }
}

function sqlite(path: string): Dialect {
  const database = new Database(path)
  // Only what is not repeated waits for another process that opens the same file: a wait in the driver holds up everything.
  database.exec(`PRAGMA busy_timeout = ${OPEN_BUSY_MS}`)
  // Readers go on while a night writes, and what was written is there after a power cut.
  for (const setting of ['journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON'])
    database.exec(`PRAGMA ${setting}`)
  database.exec('PRAGMA busy_timeout = 0')
  return new SqliteDialect({ database })
}

async function postgres(address: string): Promise<Dialect> {
  const protocol = URL.canParse(address) ? new URL(address).protocol : ''
  if (protocol !== 'postgres:' && protocol !== 'postgresql:') {
    const got = shownAddress(address)
    throw new UsageError(
      'ERR_VIEWNET_ADDRESS',
      `history: expected a file path or postgres://HOST/DATABASE, got '${got}'`,
    )
  }
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({
    connectionString: address,
    connectionTimeoutMillis: CONNECT_MS,
    max: 4,
    // Moments in ms stay far below 2 ** 53.
    types: {
      getTypeParser: (type, format) =>
        type === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(type, format),
    },
  })
  // A connection that is lost while nobody uses it is opened again when somebody does.
  pool.on('error', () => undefined)
  return new PostgresDialect({ pool })
}

async function migrate(db: Kysely<HistoryTables>): Promise<void> {
  const migrator = new Migrator({ db, provider: historyMigrations })
  // Two nights may open a new file at one moment: the second finds the tables there when it looks again.
  for (let attempt = 0; ; attempt++) {
    const { error } = await migrator.migrateToLatest()
    if (error === undefined) return
    if (attempt === MIGRATE_MOST) throw error
    await wait(MIGRATE_RETRY_MS)
  }
}

const isUrl = (address: string): boolean => /^[a-z][a-z0-9+.-]+:\/\//i.test(address)

function unusable(address: string, cause: unknown): BenchError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const message = `history: expected a database to keep the runs in, got '${shownAddress(address)}' (${reason})`
  return new BenchError('ERR_VIEWNET_HISTORY', message, { cause })
}
