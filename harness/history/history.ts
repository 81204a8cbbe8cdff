import { randomInt } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Kysely, Selectable, Transaction, Updateable } from 'kysely'
import { UsageError } from 'viewnet/device'
import { BenchError } from '../bench/errors.js'
import type { RunRecord, RunVerdict } from '../report/index.js'
import { openTables } from './open-history.js'
import type { AttemptTable, HistoryTables, NightTable } from './tables.js'

/** A night as it is kept. */
export type StoredNight = Selectable<NightTable>
/** An attempt as it is kept. */
export type StoredAttempt = Selectable<AttemptTable>

/** What is known of an attempt before it starts. */
export interface AttemptStart {
  /** Null: of no night. */
  readonly night: string | null
  /** External message number. */
  readonly device: string
  /** From 1, within night and device. */
  readonly ordinal: number
  readonly run: string
  readonly report: string
  readonly seed: number
  /** Limits that the bench gives the device. */
  readonly limits: object
  readonly startedAtMs: number
}

/** How an attempt came out. */
export interface AttemptEnd {
  readonly verdict: RunVerdict
  readonly why: string
  readonly endedAtMs: number
  /** The run's record, where it left one. */
  readonly record?: RunRecord | undefined
}

/** One value of one measurement, and when. */
export interface MeasuredPoint {
  readonly attempt: number
  readonly caseId: string
  readonly name: string
  readonly unit: string
  readonly value: number
  readonly heldTo: string | null
  /** When its attempt started, ms since 1970. */
  readonly atMs: number
}

/** How long a writer waits for another night that writes to the same file. */
const BUSY_MS = 10_000
/** It looks again within this; by chance, so that two do not keep step. */
const BUSY_RETRY_MS = 20

/** Rows an insert may bring at once: SQLite binds at most 32,766 values. */
const ROWS_PER_INSERT = 500

/**
 * Every attempt ever made, with its cases and measurements, in SQL: the memory of a bench, and the journal from which a night that was
 * killed goes on. An attempt is written before it starts.
 */
export class History {
  readonly #db: Kysely<HistoryTables>

  private constructor(db: Kysely<HistoryTables>) {
    this.#db = db
  }

  /**
   * Open a history; a file that is absent is made.
   *
   * @param address - a file path (SQLite), or `postgres://USER@HOST:PORT/DATABASE`
   * @throws UsageError `ERR_VIEWNET_ADDRESS`; BenchError `ERR_VIEWNET_HISTORY`
   */
  static async open(address: string): Promise<History> {
    return new History(await openTables(address))
  }

  /** Closing twice is fine. */
  async close(): Promise<void> {
    await this.#db.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /**
   * A night begins, with these devices in this order; `health` is what the check before it said of each.
   *
   * @throws UsageError `ERR_VIEWNET_NIGHT` when there is a night of that name
   */
  async beginNight(
    night: Omit<StoredNight, 'ended_at_ms' | 'verdict'>,
    devices: readonly { readonly device: string; readonly health: string }[],
  ): Promise<void> {
    await this.#write(async (db) => {
      await expectNew(night.id, db)
      await db
        .insertInto('night')
        .values({ ...night, ended_at_ms: null, verdict: null })
        .execute()
      const rows = devices.map((entry, position) => ({ night: night.id, position, ...entry }))
      for (const some of portions(rows)) await db.insertInto('night_device').values(some).execute()
    })
  }

  /**
   * The same before anything is made for it, so that a name which was typed twice changes nothing.
   *
   * @throws UsageError `ERR_VIEWNET_NIGHT` when there is a night of that name
   */
  async expectNewNight(id: string): Promise<void> {
    await expectNew(id, this.#db)
  }

  async endNight(id: string, verdict: RunVerdict, endedAtMs: number): Promise<void> {
    await this.#write((db) =>
      db.updateTable('night').set({ verdict, ended_at_ms: endedAtMs }).where('id', '=', id).execute(),
    )
  }

  night(id: string): Promise<StoredNight | undefined> {
    return this.#db.selectFrom('night').selectAll().where('id', '=', id).executeTakeFirst()
  }

  /** The night that began last among those that did not end. */
  latestOpenNight(): Promise<StoredNight | undefined> {
    return this.#db
      .selectFrom('night')
      .selectAll()
      .where('ended_at_ms', 'is', null)
      .orderBy('started_at_ms', 'desc')
      .executeTakeFirst()
  }

  /** The devices of a night, in its order. */
  nightDevices(night: string): Promise<{ device: string; health: string }[]> {
    return this.#db
      .selectFrom('night_device')
      .select(['device', 'health'])
      .where('night', '=', night)
      .orderBy('position')
      .execute()
  }

  /** All attempts of a night, lost ones too, in the order in which they began. */
  attemptsOfNight(night: string): Promise<StoredAttempt[]> {
    return this.#db.selectFrom('attempt').selectAll().where('night', '=', night).orderBy('id').execute()
  }

  /**
   * The latest attempts on a device that came to an end, oldest first.
   *
   * @param most - how many at the most
   */
  async attemptsOfDevice(device: string, most: number): Promise<StoredAttempt[]> {
    const latest = await this.#db
      .selectFrom('attempt')
      .selectAll()
      .where('device', '=', device)
      .where('state', '=', 'ended')
      .orderBy('started_at_ms', 'desc')
      .orderBy('id', 'desc')
      .limit(most)
      .execute()
    return latest.toReversed()
  }

  /** Every device that an attempt was made on, with the number of those that ended. */
  devices(): Promise<{ device: string; attempts: number }[]> {
    return this.#db
      .selectFrom('attempt')
      .select(({ fn }) => ['device', fn.countAll<number>().as('attempts')])
      .where('state', '=', 'ended')
      .groupBy('device')
      .orderBy('device')
      .execute()
  }

  /**
   * An attempt is about to start.
   *
   * @returns its number
   */
  async beginAttempt({ startedAtMs, limits, ...start }: AttemptStart): Promise<number> {
    const row = {
      ...start,
      state: 'started' as const,
      started_at_ms: startedAtMs,
      limits: JSON.stringify(limits),
      ...NOTHING_KNOWN,
    }
    const { id } = await this.#write((db) =>
      db.insertInto('attempt').values(row).returning('id').executeTakeFirstOrThrow(),
    )
    return id
  }

  /** An attempt came to an end: its verdict, cases and measurements are kept together, or not at all. */
  async endAttempt(id: number, { verdict, why, endedAtMs, record }: AttemptEnd): Promise<void> {
    await this.#write(async (db) => {
      await db
        .updateTable('attempt')
        .set({ state: 'ended', verdict, why, ended_at_ms: endedAtMs, ...(record && factsOf(record)) })
        .where('id', '=', id)
        .execute()
      if (!record) return
      const cases = record.cases.map(({ id: caseId, outcome, why: reason, durationMs }, position) => {
        return { attempt: id, position, id: caseId, outcome, why: reason, duration_ms: durationMs }
      })
      for (const some of portions(cases)) await db.insertInto('case_outcome').values(some).execute()
      const measured = record.cases.flatMap(({ id: caseId, measurements }) =>
        measurements.map(({ name, unit, value, limit }) => {
          return { attempt: id, case_id: caseId, name, unit, value, held_to: limit }
        }),
      )
      for (const some of portions(measured)) await db.insertInto('measurement').values(some).execute()
    })
  }

  /** An attempt was killed with its night: it is kept, and counts for nothing. */
  async loseAttempt(id: number, why: string, atMs: number): Promise<void> {
    await this.#write((db) =>
      db
        .updateTable('attempt')
        .set({ state: 'lost', why, ended_at_ms: atMs })
        .where('id', '=', id)
        .where('state', '=', 'started')
        .execute(),
    )
  }

  /** What some attempts measured, oldest first. */
  async measurementsOf(attempts: readonly number[]): Promise<MeasuredPoint[]> {
    const points: MeasuredPoint[] = []
    for (const some of portions(attempts)) {
      const rows = await this.#db
        .selectFrom('measurement')
        .innerJoin('attempt', 'attempt.id', 'measurement.attempt')
        .select([
          'attempt.id as attempt',
          'measurement.case_id as caseId',
          'measurement.name',
          'measurement.unit',
          'measurement.value',
          'measurement.held_to as heldTo',
          'attempt.started_at_ms as atMs',
        ])
        .where('measurement.attempt', 'in', some)
        .orderBy('attempt.started_at_ms')
        .orderBy('attempt.id')
        .execute()
      points.push(...rows)
    }
    return points
  }

  /**
   * Write in one transaction: all of it is kept, or nothing. Another writer is waited for here and not in the driver, which would hold up
   * this whole process meanwhile.
   *
   * @throws BenchError `ERR_VIEWNET_HISTORY` when others write for longer than a night's writes ever take
   */
  async #write<T>(work: (db: Transaction<HistoryTables>) => Promise<T>): Promise<T> {
    const giveUpAtMs = performance.now() + BUSY_MS
    for (;;) {
      try {
        return await this.#db.transaction().execute(work)
      } catch (cause) {
        if (!isBusy(cause)) throw cause
        if (performance.now() > giveUpAtMs) {
          const message = `history: expected to write within ${BUSY_MS / 1000} s, others were writing all the time`
          throw new BenchError('ERR_VIEWNET_HISTORY', message, { cause })
        }
        await wait(randomInt(1, BUSY_RETRY_MS))
      }
    }
  }
}

async function expectNew(night: string, db: Kysely<HistoryTables>): Promise<void> {
  const there = await db.selectFrom('night').select('id').where('id', '=', night).executeTakeFirst()
  if (there) throw new UsageError('ERR_VIEWNET_NIGHT', `expected a new name for the night, got ${night} again`)
}

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')

const NOTHING_KNOWN = {
  ended_at_ms: null,
  verdict: null,
  why: '',
  manufacturer: '',
  model: '',
  firmware: '',
  converter: '',
  node: '',
  cases: '[]',
} as const

function factsOf({ identity, versions, cases }: RunRecord): Updateable<AttemptTable> {
  return {
    manufacturer: identity?.manufacturer ?? '',
    model: identity?.model ?? '',
    firmware: identity?.firmware ?? '',
    converter: versions['viewnet'] ?? '',
    node: versions['node'] ?? '',
    cases: JSON.stringify(cases.map(({ id }) => id)),
  }
}

/** @yields the same entries, some hundred at a time */
function* portions<T>(entries: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < entries.length; start += ROWS_PER_INSERT)
    yield entries.slice(start, start + ROWS_PER_INSERT)
}
