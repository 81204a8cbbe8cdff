import { z } from 'zod'
import { Outcome, type RunRecord } from './run-record.js'

const text = z.string()
const count = z.int().min(0)

const identity = z.looseObject({ manufacturer: text, model: text, firmware: text, serialNumber: text })

const measurement = z.looseObject({ name: text, value: z.number(), unit: text, limit: text.nullable() })

const caseRecord = z.looseObject({
  id: text,
  title: text,
  outcome: z.enum(Outcome),
  measurements: z.array(measurement),
  why: text,
  durationMs: z.number(),
})

const runRecord = z.looseObject({
  run: text,
  verdict: z.enum(['pass', 'fail', 'could-not-test']),
  why: text,
  seed: count,
  device: text,
  deviceName: text,
  identity: identity.optional(),
  converter: text,
  counts: z.looseObject({ announced: count, received: count, resent: count, dropped: count, duplicates: count }),
  cases: z.array(caseRecord),
  evidence: z.looseObject({ broker: text, batches: count, records: count }),
  flows: z.record(text, z.looseObject({ batches: count, records: count })),
  report: text,
  reproduce: text,
  versions: z.record(text, text),
  startedAt: z.iso.datetime(),
  durationMs: z.number().min(0),
})

/**
 * Read a run record as `run.json` holds it. What a later version added is kept.
 *
 * @param value - parsed JSON
 * @throws ZodError naming what is missing or of another kind
 */
export function parseRunRecord(value: unknown): RunRecord {
  // Absent and undefined are the same thing in JSON.
  return runRecord.parse(value) as RunRecord
}
