import type { Fate, MessageName, ObservationPoint, PacketRecord } from './record.js'

/** Records in one batch, at most, when we write. */
export const BATCH_RECORDS = 256

/** Records in one batch, at most, when we read: another writer may cut more rarely than we do. */
export const MAX_BATCH_RECORDS = 4096

/** The longest batch, as JSON in UTF-8, that is written or read. */
export const MAX_BATCH_OCTETS = 4 * 1024 * 1024

/** Packet records in columns: entry `i` of every column belongs to record `i`. Units and meanings as in {@link PacketRecord}. */
export interface PacketColumns {
  readonly t: readonly number[]
  readonly at: readonly ObservationPoint[]
  readonly fate: readonly Fate[]
  readonly message: readonly (MessageName | null)[]
  readonly exchange: readonly (number | null)[]
  readonly sequence: readonly (number | null)[]
  readonly round: readonly (number | null)[]
  readonly octets: readonly number[]
  readonly content: readonly (string | null)[]
  readonly fields: readonly PacketRecord['fields'][]
}

/** What one MQTT message, or one line of `packets.ndjson`, holds. */
export interface PacketBatch {
  /** Version of the format. */
  readonly v: 1
  readonly run: string
  /** One certification case, as a rule. `batch` and `first` count per flow. */
  readonly flow: string
  /** Index of the batch in its flow, from 0 without gaps. */
  readonly batch: number
  /** Index of its first record in its flow, from 0 without gaps. */
  readonly first: number
  readonly columns: PacketColumns
  /** The packets themselves in base64, one per record, where bytes are recorded. */
  readonly bytes?: readonly string[]
}

/** How much evidence a flow holds. */
export interface FlowTotals {
  readonly batches: number
  readonly records: number
}

/**
 * Put records into the columns of one batch.
 *
 * @param records - 1–{@link MAX_BATCH_RECORDS}; `bytes` on all of them or on none
 */
export function batchOf(
  position: Pick<PacketBatch, 'run' | 'flow' | 'batch' | 'first'>,
  records: readonly PacketRecord[],
): PacketBatch {
  const bytes = records.flatMap((record) => (record.bytes === undefined ? [] : [record.bytes]))
  return {
    v: 1,
    run: position.run,
    flow: position.flow,
    batch: position.batch,
    first: position.first,
    columns: {
      t: records.map((record) => record.t),
      at: records.map((record) => record.at),
      fate: records.map((record) => record.fate),
      message: records.map((record) => record.message),
      exchange: records.map((record) => record.exchange),
      sequence: records.map((record) => record.sequence),
      round: records.map((record) => record.round),
      octets: records.map((record) => record.octets),
      content: records.map((record) => record.content),
      fields: records.map((record) => record.fields),
    },
    ...(bytes.length > 0 && { bytes }),
  }
}

/**
 * Take a batch apart again.
 *
 * @param batch - as `decodeBatch` gives it, so that its columns are equally long
 */
export function recordsOf(batch: PacketBatch): PacketRecord[] {
  const { t, at, fate, message, exchange, sequence, round, octets, content, fields } = batch.columns
  return t.map((moment, i) => {
    const bytes = batch.bytes?.[i]
    return {
      t: moment,
      // Columns are equally long: that is checked when a batch is read, and true by construction when it is made.
      at: at[i]!,
      fate: fate[i]!,
      message: message[i] ?? null,
      exchange: exchange[i] ?? null,
      sequence: sequence[i] ?? null,
      round: round[i] ?? null,
      octets: octets[i]!,
      content: content[i] ?? null,
      fields: fields[i] ?? null,
      ...(bytes !== undefined && { bytes }),
    }
  })
}

/**
 * Write a batch as JSON, on one line and without a line end: what JSON.stringify writes, in a third of the time, because in most columns neighbours
 * are equal, and are written all at once.
 */
export function encodeBatch(batch: PacketBatch): string {
  const { v, run, flow, batch: index, first, columns, bytes } = batch
  const { t, at, fate, message, exchange, sequence, round, octets, content, fields } = columns
  const json = JSON.stringify
  return (
    `{"v":${v},"run":${json(run)},"flow":${json(flow)},"batch":${index},"first":${first},"columns":{` +
    `"t":${json(t)},"at":${inRuns(at)},"fate":${inRuns(fate)},"message":${inRuns(message)},"exchange":${inRuns(exchange)},` +
    `"sequence":${json(sequence)},"round":${inRuns(round)},"octets":${inRuns(octets)},"content":${quoted(content)},` +
    `"fields":${inRuns(fields)}}${bytes ? `,"bytes":${quoted(bytes)}` : ''}}`
  )
}

/** Hexadecimal and base64, which need no escapes. */
function quoted(column: readonly (string | null)[]): string {
  return column.length === 0 || column.includes(null) ? JSON.stringify(column) : `["${column.join('","')}"]`
}

function inRuns(column: readonly unknown[]): string {
  let text = ''
  let next = 0
  for (let from = 0; from < column.length; from = next) {
    const entry = column[from]
    while (next < column.length && column[next] === entry) next++
    // NaN, which no column may hold, is not even equal to itself.
    if (next === from) next++
    text += `,${JSON.stringify(entry)}`.repeat(next - from)
  }
  return `[${text.slice(1)}]`
}
