import { MAX_BATCH_RECORDS, type PacketBatch } from './batch.js'
import { rememberedColumns, typeColumns, type DecodedPackets, type TypedColumns } from './typed-columns.js'

export const MAX_UINT16 = 0xffff
export const MAX_UINT32 = 0xffffffff
export const MAX_NAME_CHARACTERS = 128

/** The longest text is a MISSING packet's ranges: 4096 lone sequences of ten digits, and as many commas. */
export const MAX_FIELD_CHARACTERS = 65_536
export const MAX_FIELDS = 32
export const MAX_FIELD_NAME_CHARACTERS = 64
/** The longest datagram there is, 65,535 octets, in base64: anybody may send one to a bench, and it must not spoil the evidence. */
export const MAX_PACKET_CHARACTERS = 87_380

const KEYS = 6
const COLUMNS = 10

/**
 * Check whether parsed JSON is a batch: the same as its schema and `checkColumns` say, several times as fast, because every column is checked by
 * a loop of its own, and next to nothing is made. A spec holds the two together, and the schema says what is wrong with one that this refuses.
 *
 * @returns the typed columns of one that is
 */
export function checkBatch(value: unknown): TypedColumns | undefined {
  if (!isObject(value)) return undefined
  const { v, run, flow, batch, first, columns, bytes } = value
  const keys = bytes === undefined ? KEYS : KEYS + 1
  if (v !== 1 || Object.keys(value).length !== keys || !isObject(columns)) return undefined
  if (!isName(run) || !isName(flow) || !isIndex(batch) || !isIndex(first)) return undefined
  if (Object.keys(columns).length !== COLUMNS) return undefined
  const { t, at, fate, message, exchange, sequence, round, octets, content, fields } = columns
  if (!Array.isArray(t) || t.length < 1 || t.length > MAX_BATCH_RECORDS || !t.every(isIndex)) return undefined
  const { length } = t
  if (!isColumn(at, length) || !isColumn(fate, length) || !isColumn(message, length)) return undefined
  if (!isColumn(exchange, length) || !areUint32OrNull(exchange)) return undefined
  if (!isColumn(sequence, length) || !areUint32OrNull(sequence)) return undefined
  if (!isColumn(round, length) || !areUint16(round, true)) return undefined
  if (!isColumn(octets, length) || !areUint16(octets, false)) return undefined
  if (!isColumn(content, length)) return undefined
  if (!isColumn(fields, length) || !areFieldsOrNull(fields)) return undefined
  if (!areNamed(message, { exchange, sequence, round, content })) return undefined
  const typed = typeColumns({ at, fate, message, content })
  if (!typed.isKnown) return undefined
  if (bytes === undefined) return typed
  const packets = isColumn(bytes, length) ? decodePackets(bytes, sequence) : undefined
  return packets && { ...typed, packets }
}

/** The typed columns of any batch: remembered since it was read, or made now. */
export function typedColumnsOf(batch: PacketBatch): TypedColumns {
  return rememberedColumns(batch) ?? checkBatch(batch) ?? typeColumns(batch.columns)
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

function isIndex(entry: unknown): boolean {
  return typeof entry === 'number' && entry >= 0 && entry <= Number.MAX_SAFE_INTEGER && Math.floor(entry) === entry
}

type Column = readonly unknown[]

function isColumn(column: unknown, length: number): column is Column {
  return Array.isArray(column) && column.length === length
}

function areUint32OrNull(column: Column): boolean {
  for (let i = 0; i < column.length; i++) {
    const entry = column[i]
    if (entry !== null && (typeof entry !== 'number' || entry >>> 0 !== entry)) return false
  }
  return true
}

function areUint16(column: Column, orNull: boolean): boolean {
  for (let i = 0; i < column.length; i++) {
    const entry = column[i]
    if (typeof entry === 'number' ? (entry & MAX_UINT16) !== entry : !orNull || entry !== null) return false
  }
  return true
}

function areFieldsOrNull(column: Column): boolean {
  for (let i = 0; i < column.length; i++) if (column[i] !== null && !areFields(column[i])) return false
  return true
}

/** What a record must name, by its message. */
function areNamed(
  message: Column,
  { exchange, sequence, round, content }: Readonly<Record<'exchange' | 'sequence' | 'round' | 'content', Column>>,
): boolean {
  for (let i = 0; i < message.length; i++) {
    if (message[i] === null) continue
    if (exchange[i] === null) return false
    if (message[i] === 'RESOURCE' && (sequence[i] === null || round[i] === null || content[i] === null)) return false
  }
  return true
}

const PADDING = '='.charCodeAt(0)

/** A resource is seen again soon after it was sent, and its packet is the same text: so many are remembered, a power of two. */
const REMEMBERED_PACKETS = 256

/** Decode packets from base64; @returns undefined where one is none */
function decodePackets(column: Column, sequence: Column): DecodedPackets | undefined {
  let most = 0
  for (let i = 0; i < column.length; i++) {
    const entry = column[i]
    if (typeof entry !== 'string' || entry.length % 4 !== 0 || entry.length > MAX_PACKET_CHARACTERS) return undefined
    most += (entry.length / 4) * 3
  }
  const octets = Buffer.allocUnsafe(most)
  const starts = new Uint32Array(column.length)
  const seen = new Int32Array(REMEMBERED_PACKETS).fill(-1)
  let end = 0
  for (let i = 0; i < column.length; i++) {
    const entry = column[i] as string
    const place = (sequence[i] as number) & (REMEMBERED_PACKETS - 1)
    const before = seen[place]!
    if (before >= 0 && column[before] === entry) {
      starts[i] = starts[before]!
      continue
    }
    const decoded = decodedOctets(entry)
    // The runtime passes over what is no base64, and gives less octets then: a regular expression takes four times as long.
    if (octets.write(entry, end, 'base64') !== decoded) return undefined
    // It also takes the two digits of base64url.
    if (entry.includes('-') || entry.includes('_')) return undefined
    starts[i] = end
    seen[place] = i
    end += decoded
  }
  return { octets: octets.subarray(0, end), starts }
}

function decodedOctets(base64: string): number {
  const { length } = base64
  const padding = base64.charCodeAt(length - 1) !== PADDING ? 0 : base64.charCodeAt(length - 2) !== PADDING ? 1 : 2
  return (length / 4) * 3 - padding
}
