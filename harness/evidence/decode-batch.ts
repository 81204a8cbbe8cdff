import { isAscii } from 'node:buffer'
import { inspect } from 'node:util'
import { z } from 'zod'
import { MAX_BATCH_OCTETS, MAX_BATCH_RECORDS, type PacketBatch } from './batch.js'
import {
  areFields,
  checkBatch,
  MAX_FIELD_CHARACTERS,
  MAX_FIELD_NAME_CHARACTERS,
  MAX_FIELDS,
  MAX_NAME_CHARACTERS,
} from './batch-check.js'
import { MAX_PACKET_CHARACTERS } from './decoded-packets.js'
import { EvidenceError, EvidenceErrorCode } from './errors.js'
import { jsonSchemaOf } from './json-schema.js'
import { Fate, MessageName, ObservationPoint, type PacketRecord } from './record.js'
import { MAX_UINT16, MAX_UINT32 } from './typed-columns.js'

/** Keeps no state between two texts. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true })
const CONTENT = /^[0-9a-f]{8}$/
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

/**
 * One column. Checked by a plain loop: a schema per entry takes several times as long, and evidence is read while the run goes on.
 *
 * @param expected - what an entry is, for the error
 * @param accepts - whether something is one
 * @param item - the same as a schema, for the published description; a spec holds the two together
 */
function column<Item>(
  expected: string,
  accepts: (entry: unknown) => boolean,
  item: z.ZodType<Item>,
): z.ZodType<Item[]> {
  return z
    .custom<Item[]>()
    .check(({ value, issues }) => {
      if (!Array.isArray(value) || value.length < 1 || value.length > MAX_BATCH_RECORDS) {
        issues.push({ code: 'custom', input: value, message: `expected an array of 1–${MAX_BATCH_RECORDS} entries` })
        return
      }
      const wrong = value.findIndex((entry) => !accepts(entry))
      if (wrong < 0) return
      const message = `expected ${expected}, got ${shown(value[wrong])}`
      issues.push({ code: 'custom', input: value, path: [wrong], message })
    })
    .meta({
      type: 'array',
      minItems: 1,
      maxItems: MAX_BATCH_RECORDS,
      description: `one entry a record: ${expected}`,
      items: jsonSchemaOf(item),
    })
}

/** Anything as one short line, which no terminal obeys; however deep it nests, as JSON that is made to harm may by the hundred thousand. */
function shown(value: unknown): string {
  return inspect(value, { depth: 2, maxArrayLength: 4, maxStringLength: 64, breakLength: Infinity }).slice(0, 64)
}

/** What a message quotes of the evidence may be as long as that is, and hold anything. */
function oneLine(reason: string): string {
  return reason.replace(/\p{Cc}+/gu, ' ').slice(0, 200)
}

function isUint(entry: unknown, max: number): boolean {
  return typeof entry === 'number' && Number.isInteger(entry) && entry >= 0 && entry <= max
}

function oneOf(names: readonly string[]): (entry: unknown) => boolean {
  const known = new Set<unknown>(names)
  return (entry) => known.has(entry)
}

function isContent(entry: unknown): boolean {
  return typeof entry === 'string' && CONTENT.test(entry)
}

function isPacket(entry: unknown): boolean {
  return (
    typeof entry === 'string' && entry.length <= MAX_PACKET_CHARACTERS && entry.length % 4 === 0 && BASE64.test(entry)
  )
}

function orNull(accepts: (entry: unknown) => boolean): (entry: unknown) => boolean {
  return (entry) => entry === null || accepts(entry)
}

const index = z.int().min(0)
const name = z.string().min(1).max(MAX_NAME_CHARACTERS)
const isUint16 = (entry: unknown): boolean => isUint(entry, MAX_UINT16)
const isUint32 = (entry: unknown): boolean => isUint(entry, MAX_UINT32)

const uint32 = z.int().min(0).max(MAX_UINT32)
const uint16 = z.int().min(0).max(MAX_UINT16)
const fieldValue = z.union([z.string().max(MAX_FIELD_CHARACTERS), z.number(), z.boolean()])

/** What one MQTT message on `…/packets/{flow}`, or one line of `packets.ndjson`, holds. */
export const batchSchema = z.strictObject({
  v: z.literal(1).describe('version of the format'),
  run: name,
  flow: name.describe('one certification case, as a rule'),
  batch: index.describe('index of the batch in its flow, from 0 without gaps'),
  first: index.describe('index of its first record in its flow, from 0 without gaps'),
  columns: z.strictObject({
    t: column<number>(
      'whole microseconds since the run began',
      (entry) => isUint(entry, Number.MAX_SAFE_INTEGER),
      z.int().min(0),
    ),
    at: column<ObservationPoint>('an observation point', oneOf(ObservationPoint), z.enum(ObservationPoint)),
    fate: column<Fate>('a fate', oneOf(Fate), z.enum(Fate)),
    message: column<MessageName | null>(
      'a message or null',
      orNull(oneOf(MessageName)),
      z.enum(MessageName).nullable(),
    ),
    exchange: column<number | null>('0–4294967295 or null', orNull(isUint32), uint32.nullable()),
    sequence: column<number | null>('0–4294967295 or null', orNull(isUint32), uint32.nullable()),
    round: column<number | null>('0–65535 or null', orNull(isUint16), uint16.nullable()),
    octets: column<number>('0–65535', isUint16, uint16),
    content: column<string | null>(
      '8 hexadecimal digits or null',
      orNull(isContent),
      z.string().regex(CONTENT).nullable(),
    ),
    fields: column<PacketRecord['fields']>(
      'fields by name or null',
      orNull(areFields),
      z.record(z.string().max(MAX_FIELD_NAME_CHARACTERS), fieldValue).meta({ maxProperties: MAX_FIELDS }).nullable(),
    ),
  }),
  bytes: column<string>('base64', isPacket, z.string().max(MAX_PACKET_CHARACTERS).regex(BASE64)).exactOptional(),
})

/**
 * Read one batch; nothing in it is believed before it is checked.
 *
 * @param text - one MQTT message or one line; UTF-8 when octets
 * @param where - a topic or `FILE:LINE`, for the error
 * @throws {@link EvidenceError} `ERR_VIEWNET_EVIDENCE_FORMAT`, `ERR_VIEWNET_EVIDENCE_SIZE`
 */
export function decodeBatch(text: string | Uint8Array, where: string): PacketBatch {
  const value = parseJson(text, where)
  return checkBatch(value) ? (value as PacketBatch) : checkedBatch(value, where)
}

/**
 * The same by the published schema, which also says what is wrong.
 *
 * @throws {@link EvidenceError} `ERR_VIEWNET_EVIDENCE_FORMAT`
 */
export function checkedBatch(value: unknown, where: string): PacketBatch {
  const batch: PacketBatch = checked(batchSchema, value, where)
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
  return checked(schema, parseJson(text, where), where)
}

function parseJson(text: string | Uint8Array, where: string): unknown {
  if (text.length > MAX_BATCH_OCTETS) {
    throw new EvidenceError(
      EvidenceErrorCode.size,
      where,
      `expected at most ${MAX_BATCH_OCTETS} octets, got ${text.length}`,
    )
  }
  try {
    return JSON.parse(typeof text === 'string' ? text : textOf(text))
  } catch (cause) {
    const octets = Buffer.from(text)
    const reason = cause instanceof Error ? cause.message : String(cause)
    const begin = shown(octets.toString('latin1', 0, 16))
    const message = `expected a JSON object in UTF-8, got ${octets.length} octets beginning with ${begin} (${oneLine(reason)})`
    throw new EvidenceError(EvidenceErrorCode.format, where, message, { cause })
  }
}

/** @throws TypeError when it is no UTF-8 */
function textOf(octets: Uint8Array): string {
  // Evidence is ASCII but for names, and as such read several times as fast.
  if (!isAscii(octets)) return UTF_8.decode(octets)
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('latin1')
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown, where: string): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const path = issue?.path.join('.') ?? ''
  throw new EvidenceError(
    EvidenceErrorCode.format,
    where,
    `${path === '' ? 'the object' : `'${path}'`}: ${oneLine(issue?.message ?? 'unusable')}`,
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
