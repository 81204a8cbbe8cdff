import { z } from 'zod'
import { MAX_BATCH_OCTETS, MAX_BATCH_RECORDS, type PacketBatch } from './batch.js'
import { EvidenceError, EvidenceErrorCode } from './errors.js'
import { Fate, MessageName, ObservationPoint } from './record.js'

const uint16 = z.int().min(0).max(0xffff)
const uint32 = z.int().min(0).max(0xffffffff)
const index = z.int().min(0)
const name = z.string().min(1).max(128)

function column<Item extends z.ZodType>(item: Item): z.ZodArray<Item> {
  return z.array(item).min(1).max(MAX_BATCH_RECORDS)
}

// The longest text is a MISSING packet's ranges: 4096 lone sequences of ten digits, and as many commas.
const fieldsSchema = z.record(z.string().max(64), z.union([z.number(), z.string().max(65_536), z.boolean()]))

const batchSchema = z.strictObject({
  v: z.literal(1),
  run: name,
  flow: name,
  batch: index,
  first: index,
  columns: z.strictObject({
    t: column(index),
    at: column(z.enum(ObservationPoint)),
    fate: column(z.enum(Fate)),
    message: column(z.enum(MessageName).nullable()),
    exchange: column(uint32.nullable()),
    sequence: column(uint32.nullable()),
    round: column(uint16.nullable()),
    octets: column(uint16),
    content: column(
      z
        .string()
        .regex(/^[0-9a-f]{8}$/)
        .nullable(),
    ),
    fields: column(fieldsSchema.nullable()),
  }),
  bytes: column(z.base64().max(4096)).exactOptional(),
})

/**
 * Read one batch; nothing in it is believed before it is checked.
 *
 * @param text - one MQTT message or one line; UTF-8 when octets
 * @param where - a topic or `FILE:LINE`, for the error
 * @throws {@link EvidenceError} `ERR_VIEWNET_EVIDENCE_FORMAT`, `ERR_VIEWNET_EVIDENCE_SIZE`
 */
export function decodeBatch(text: string | Uint8Array, where: string): PacketBatch {
  const batch: PacketBatch = parseEvidence(batchSchema, text, where)
  checkColumns(batch, where)
  return batch
}

/**
 * Read bounded JSON of a known shape.
 *
 * @throws {@link EvidenceError} `ERR_VIEWNET_EVIDENCE_FORMAT`, `ERR_VIEWNET_EVIDENCE_SIZE`
 */
export function parseEvidence<Schema extends z.ZodType>(
  schema: Schema,
  text: string | Uint8Array,
  where: string,
): z.output<Schema> {
  if (text.length > MAX_BATCH_OCTETS) {
    throw new EvidenceError(
      EvidenceErrorCode.size,
      where,
      `expected at most ${MAX_BATCH_OCTETS} octets, got ${text.length}`,
    )
  }
  let value: unknown
  try {
    value = JSON.parse(typeof text === 'string' ? text : new TextDecoder('utf-8', { fatal: true }).decode(text))
  } catch (cause) {
    throw new EvidenceError(EvidenceErrorCode.format, where, 'expected a JSON object in UTF-8, got something else', {
      cause,
    })
  }
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const path = issue?.path.join('.') ?? ''
  throw new EvidenceError(
    EvidenceErrorCode.format,
    where,
    `${path === '' ? 'the object' : `'${path}'`}: ${issue?.message ?? 'unusable'}`,
  )
}

/** What a schema of single values cannot say: how the columns of one batch belong together. */
function checkColumns(batch: PacketBatch, where: string): void {
  const { columns, bytes } = batch
  const refuse = (problem: string): never => {
    throw new EvidenceError(EvidenceErrorCode.format, where, problem)
  }
  const count = columns.t.length
  for (const [key, values] of [...Object.entries(columns), ['bytes', bytes ?? columns.t] as const]) {
    if (values.length !== count) refuse(`'${key}': expected ${count} entries as in 't', got ${values.length}`)
  }
  for (let i = 0; i < count; i++) {
    const message = columns.message[i]
    if (message === null) continue
    if (columns.exchange[i] === null) refuse(`'columns.exchange.${i}': expected a number with ${message}, got null`)
    if (message !== 'RESOURCE') continue
    for (const key of ['sequence', 'round', 'content'] as const) {
      if (columns[key][i] === null) refuse(`'columns.${key}.${i}': expected a value with RESOURCE, got null`)
    }
  }
}
