import { z } from 'zod'
import { Fate, MessageName, ObservationPoint } from './record.js'
import { parseEvidence } from './decode-batch.js'

/*
 * What retained topics hold beside the run's state. What a newer bench tells more is passed over.
 */

const name = z.string().min(1).max(128)
const count = z.int().min(0)

/** What `…/status` holds. */
export const statusSchema = z
  .object({
    v: z.literal(1),
    status: z.enum(['online', 'offline']).describe('offline is also the last will of a bench that was cut off'),
    boot: z
      .string()
      .regex(/^[0-9a-f]{16}$/)
      .describe('changes with every start of the bench'),
  })
  .readonly()
export type StationStatus = z.output<typeof statusSchema>

const measurement = z
  .object({
    name: z.string(),
    value: z.number(),
    unit: z.string(),
    limit: z.string().nullable().describe('the limit in words, such as "≤ 32"; null where there is none'),
  })
  .readonly()

/** What `…/run/{run}/case/{case}` holds. */
export const caseOutcomeSchema = z
  .object({
    v: z.literal(1),
    run: name,
    id: name,
    title: z.string().describe('a sentence that is true when the case passes'),
    outcome: z.enum(['pass', 'fail', 'error', 'timeout', 'aborted', 'not-applicable', 'could-not-test']),
    measurements: z.array(measurement).readonly(),
    why: z.string().describe('why, in a sentence; empty for a pass'),
    durationMs: z.number().min(0),
  })
  .readonly()
export type CaseOutcomeMessage = z.output<typeof caseOutcomeSchema>

const findingRecord = z
  .object({
    flow: name,
    batch: count.describe('index of the batch in its flow'),
    index: count.describe('index of the record in its batch'),
    t: count.describe('µs since the run began'),
    at: z.enum(ObservationPoint),
    fate: z.enum(Fate),
    message: z.enum(MessageName).nullable(),
    sequence: count.nullable(),
    round: count.nullable(),
    bytes: z
      .string()
      .max(1444)
      .exactOptional()
      .describe('the packet in base64, where bytes are recorded; at most its first 1083 octets'),
  })
  .readonly()

const finding = z
  .object({
    rule: z.string().describe('stable id of the rule that is broken'),
    sentence: z.string().describe('what the rule asks for'),
    clause: z.string().describe('a section of docs/protocol.md, or "evidence"'),
    blame: z.enum(['fail', 'could-not-test']),
    flow: name,
    exchange: count.nullable(),
    expected: z.string(),
    got: z.string(),
    records: z.array(findingRecord).readonly().describe('the packets that the finding rests on'),
  })
  .readonly()

const exchangeSummary = z
  .object({
    flow: name,
    exchange: count,
    status: z.string().nullable().describe('status of the final RESPONSE by its name; null when none was seen'),
    announced: count.nullable(),
    received: count,
    resent: count,
    dropped: count,
    duplicates: count,
    rounds: count,
    end: z.enum(['complete', 'abandoned', 'refused', 'open']),
  })
  .readonly()

const notJudged = z
  .object({
    rule: z.string().describe('stable id of the rule'),
    extent: z.enum(['whole', 'part']).describe('whether nothing of it can be judged, or only part of it'),
    why: z.string().describe('what is not seen, in a sentence'),
  })
  .readonly()

/** What `…/run/{run}/verdict` holds. */
export const verdictSchema = z
  .object({
    v: z.literal(1),
    run: name,
    verdict: z.enum(['pass', 'fail', 'could-not-test']),
    findings: z.array(finding).readonly().describe('the first ones'),
    findingCount: count.describe('how many findings there were'),
    notJudged: z.array(notJudged).readonly().describe('rules that this evidence can neither break nor keep'),
    exchanges: z.array(exchangeSummary).readonly(),
    evidence: z
      .object({ batches: count, records: count, totals: z.enum(['checked', 'unknown']) })
      .readonly()
      .describe('how much was judged, and whether that was counted against what the run says'),
  })
  .readonly()
export type VerdictMessage = z.output<typeof verdictSchema>

/**
 * Read a station's status.
 *
 * @param where - a topic, for the error
 * @throws {@link EvidenceError} `ERR_VIEWNET_EVIDENCE_FORMAT`, `ERR_VIEWNET_EVIDENCE_SIZE`
 */
export function decodeStatus(text: string | Uint8Array, where: string): StationStatus {
  return parseEvidence(statusSchema, text, where)
}

/** Read one case's outcome; see {@link decodeStatus}. */
export function decodeCaseOutcome(text: string | Uint8Array, where: string): CaseOutcomeMessage {
  return parseEvidence(caseOutcomeSchema, text, where)
}

/** Read a verdict; see {@link decodeStatus}. */
export function decodeVerdict(text: string | Uint8Array, where: string): VerdictMessage {
  return parseEvidence(verdictSchema, text, where)
}
