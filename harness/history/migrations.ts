import type { Kysely, Migration, MigrationProvider } from 'kysely'

/**
 * The schema, one step a change; a step that was released is never edited. Only types that SQLite and PostgreSQL both know: moments are
 * ms since 1970 in `bigint`, structured values JSON in `text`.
 */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '001-nights-attempts-measurements': {
    async up(db: Kysely<never>): Promise<void> {
      await db.schema
        .createTable('night')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('bench', 'text', (column) => column.notNull())
        .addColumn('seed', 'bigint', (column) => column.notNull())
        .addColumn('report', 'text', (column) => column.notNull())
        .addColumn('plan', 'text', (column) => column.notNull())
        .addColumn('started_at_ms', 'bigint', (column) => column.notNull())
        .addColumn('ended_at_ms', 'bigint')
        .addColumn('verdict', 'text')
        .execute()
      await db.schema
        .createTable('night_device')
        .addColumn('night', 'text', (column) => column.notNull().references('night.id'))
        .addColumn('position', 'integer', (column) => column.notNull())
        .addColumn('device', 'text', (column) => column.notNull())
        .addColumn('health', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('night_device_key', ['night', 'device'])
        .execute()
      await db.schema
        .createTable('attempt')
        // The one type that numbers its rows by itself in both.
        .addColumn('id', isPostgres(db) ? 'serial' : 'integer', (column) => column.primaryKey())
        .addColumn('night', 'text', (column) => column.references('night.id'))
        .addColumn('device', 'text', (column) => column.notNull())
        .addColumn('ordinal', 'integer', (column) => column.notNull())
        .addColumn('run', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('started_at_ms', 'bigint', (column) => column.notNull())
        .addColumn('ended_at_ms', 'bigint')
        .addColumn('verdict', 'text')
        .addColumn('why', 'text', (column) => column.notNull())
        .addColumn('report', 'text', (column) => column.notNull())
        .addColumn('seed', 'bigint', (column) => column.notNull())
        .addColumn('manufacturer', 'text', (column) => column.notNull())
        .addColumn('model', 'text', (column) => column.notNull())
        .addColumn('firmware', 'text', (column) => column.notNull())
        .addColumn('converter', 'text', (column) => column.notNull())
        .addColumn('node', 'text', (column) => column.notNull())
        .addColumn('cases', 'text', (column) => column.notNull())
        .addColumn('limits', 'text', (column) => column.notNull())
        .addUniqueConstraint('attempt_once', ['night', 'device', 'ordinal'])
        .execute()
      await db.schema.createIndex('attempt_by_device').on('attempt').columns(['device', 'started_at_ms']).execute()
      await db.schema
        .createTable('case_outcome')
        .addColumn('attempt', 'integer', (column) => column.notNull().references('attempt.id'))
        .addColumn('position', 'integer', (column) => column.notNull())
        .addColumn('id', 'text', (column) => column.notNull())
        .addColumn('outcome', 'text', (column) => column.notNull())
        .addColumn('why', 'text', (column) => column.notNull())
        .addColumn('duration_ms', 'double precision', (column) => column.notNull())
        .addPrimaryKeyConstraint('case_outcome_key', ['attempt', 'position'])
        .execute()
      await db.schema
        .createTable('measurement')
        .addColumn('attempt', 'integer', (column) => column.notNull().references('attempt.id'))
        .addColumn('case_id', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('unit', 'text', (column) => column.notNull())
        .addColumn('value', 'double precision', (column) => column.notNull())
        .addColumn('held_to', 'text')
        .execute()
      await db.schema.createIndex('measurement_by_attempt').on('measurement').column('attempt').execute()
    },
  },
}

/** Steps by name, for kysely's migrator. */
export const historyMigrations: MigrationProvider = {
  getMigrations: () => Promise.resolve({ ...MIGRATIONS }),
}

function isPostgres(db: Kysely<never>): boolean {
  return db.getExecutor().adapter.supportsTransactionalDdl
}
