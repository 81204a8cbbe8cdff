import { MAX_BATCH_RECORDS, type PacketBatch } from './batch.js'
import { decodePackets } from './decoded-packets.js'
import { areNamed, isIndex, standingColumns, typeColumns, type TypedColumns } from './typed-columns.js'

export const MAX_NAME_CHARACTERS = 128

/** The longest text is a MISSING packet's ranges: 4096 lone sequences of ten digits, and as many commas. */
export const MAX_FIELD_CHARACTERS = 65_536
export const MAX_FIELDS = 32
export const MAX_FIELD_NAME_CHARACTERS = 64

const KEYS = 6
const COLUMNS = 10

/**
 * Check whether parsed JSON is a batch: the same as its schema and `checkColumns` say, several times as fast, because every column is checked by
 * a loop of its own, and next to nothing is made. A spec holds the two together, and the schema says what is wrong with one that this refuses.
 *
 * @returns the typed columns of one that is, until another is checked
 */
export function checkBatch(value: unknown): TypedColumns | undefined {
  if (!isObject(value)) return undefined
  const { v, run, flow, batch, first, columns, bytes } = value
  const keys = bytes === undefined ? KEYS : KEYS + 1
  if (v !== 1 || Object.keys(value).length !== keys || !isObject(columns)) return undefined
  if (!isName(run) || !isName(flow) || !isIndex(batch) || !isIndex(first)) return undefined
  if (Object.keys(columns).length !== COLUMNS) return undefined
  const { t, at, fate, message, exchange, sequence, round, octets, content, fields } = columns
  if (!Array.isArray(t) || t.length < 1 || t.length > MAX_BATCH_RECORDS) return undefined
  const { length } = t
  if (!isColumn(at, length) || !isColumn(fate, length) || !isColumn(message, length)) return undefined
  if (!isColumn(exchange, length) || !isColumn(sequence, length) || !isColumn(round, length)) return undefined
  if (!isColumn(octets, length) || !isColumn(content, length)) return undefined
  if (!isColumn(fields, length) || !areFieldsOrNull(fields)) return undefined
  const typed = typeColumns({ t, at, fate, message, exchange, sequence, round, octets, content })
  if (!typed.isKnown || !areNamed(typed)) return undefined
  if (bytes !== undefined) {
    typed.packets = isColumn(bytes, length) ? decodePackets(bytes, typed.twins) : undefined
    if (!typed.packets) return undefined
  }
  typed.of = value
  return typed
}

/** The typed columns of any batch; they stand already where it is the one that was checked last. */
export function typedColumnsOf(batch: PacketBatch): TypedColumns {
  return standingColumns(batch) ?? checkBatch(batch) ?? typeColumns(batch.columns)
}

/** Fields by name, as {@link checkBatch} takes them. */
export function areFields(entry: unknown): boolean {
  if (!isObject(entry) || Array.isArray(entry)) return false
  const fields = Object.entries(entry)
  return (
    fields.length <= MAX_FIELDS &&
    fields.every(([name, value]) => name.length <= MAX_FIELD_NAME_CHARACTERS && isFieldValue(value))
  )
}

function isFieldValue(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= MAX_FIELD_CHARACTERS
  return typeof value === 'number' || typeof value === 'boolean'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isName(entry: unknown): boolean {
  return typeof entry === 'string' && entry.length >= 1 && entry.length <= MAX_NAME_CHARACTERS
}

type Column = readonly unknown[]

function isColumn(column: unknown, length: number): column is Column {
  return Array.isArray(column) && column.length === length
}

function areFieldsOrNull(column: Column): boolean {
  for (let i = 0; i < column.length; i++) if (column[i] !== null && !areFields(column[i])) return false
  return true
}
