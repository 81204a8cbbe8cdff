import type { ExchangeSummary, Finding } from '../verifier/verdict.js'

/** How a case came out. Only `pass` is a pass; `not-applicable` and `could-not-test` never count as one. */
export const Outcome = ['pass', 'fail', 'error', 'timeout', 'aborted', 'not-applicable', 'could-not-test'] as const
export type Outcome = (typeof Outcome)[number]

/** How a run came out: a device or converter at fault is `fail`; a rig that saw too little to say is `could-not-test`. */
export type RunVerdict = 'pass' | 'fail' | 'could-not-test'

/** One thing that a case measured. */
export interface Measurement {
  readonly name: string
  readonly value: number
  /** Such as `resources`, `ms`, `packets`. */
  readonly unit: string
  /** What it was held to, such as `= 300` or `≤ 32`; null: only measured. */
  readonly limit: string | null
  /** Within its limit, yet so close to it that somebody should look. Default: false. */
  readonly marginal?: boolean
}

/** One case of a run. */
export interface CaseRecord {
  readonly id: string
  readonly title: string
  readonly outcome: Outcome
  readonly measurements: readonly Measurement[]
  /** Why it came out so, in a sentence; empty for a pass that needs no words. */
  readonly why: string
  /** How long it took, ms. */
  readonly durationMs: number
  /** When it began, ms since the run began; absent of a case that never did. */
  readonly startedAtMs?: number
}

/** What a mark on the timeline is; `note` is anything else. */
export const TimelineKind = ['on', 'off', 'boot', 'ready', 'panic', 'error', 'note'] as const
export type TimelineKind = (typeof TimelineKind)[number]

/** One thing that happened on the bench beside the packets: a relay that switched, a line on a console. */
export interface TimelineEntry {
  /** Ms since the run began. */
  readonly atMs: number
  /** Who did it or said it: `relay`, `console`, or one of several, such as `relay 2`. Each lane is a row of the page. */
  readonly lane: string
  /** What happened, in a few words, or the line itself. */
  readonly label: string
  /** Default: `note`. `on` and `off` draw the state of a relay until its next entry. */
  readonly kind?: TimelineKind
}

/** Sums over the exchanges of a run, as the verifier counted them from the evidence. */
export interface RunCounts {
  /** Resources announced by RESPONSE packets. */
  readonly announced: number
  /** Distinct resources received. */
  readonly received: number
  /** RESOURCE packets sent in rounds after the first. */
  readonly resent: number
  /** Packets of any message that the impairment dropped. */
  readonly dropped: number
  /** RESOURCE packets received more than once. */
  readonly duplicates: number
}

/** Everything that a run found out: each report is written from this one record. */
export interface RunRecord {
  readonly run: string
  readonly verdict: RunVerdict
  /** Why the verdict is not `pass`; empty otherwise. */
  readonly why: string
  readonly seed: number
  /** External message number of the device. */
  readonly device: string
  /** Who the device says it is, for people; empty where it was not reached. */
  readonly deviceName: string
  /** The same as the device itself tells it; undefined where it was not reached. Fields that it left out are empty. */
  readonly identity?: {
    readonly manufacturer: string
    readonly model: string
    readonly firmware: string
    readonly serialNumber: string
  }
  /** Link address of the converter. */
  readonly converter: string
  /** Whose packets were recorded; left out: both sides'. Of the endpoint alone, the converter was a black box. */
  readonly sides?: readonly ('converter' | 'endpoint')[]
  /** Rules that the evidence can neither break nor keep, all of each or a part, and what is not seen. Left out: none. */
  readonly notJudged?: readonly {
    readonly rule: string
    readonly extent: 'whole' | 'part'
    readonly why: string
  }[]
  readonly counts: RunCounts
  readonly cases: readonly CaseRecord[]
  readonly evidence: { readonly broker: string; readonly batches: number; readonly records: number }
  /** How much evidence each flow holds; `viewnet verify` counts against it. */
  readonly flows: Readonly<Record<string, { readonly batches: number; readonly records: number }>>
  /** What the verifier found wrong, the first 100; absent where the run was cut short before it concluded. */
  readonly findings?: readonly Finding[]
  /** Every exchange in figures, as the verifier counted it; absent as `findings` are. */
  readonly exchanges?: readonly ExchangeSummary[]
  /** What relays and consoles did, in the order of time; a few thousand entries at most. Absent where the bench has neither. */
  readonly timeline?: readonly TimelineEntry[]
  /** Folder that holds the reports. */
  readonly report: string
  /** The one line that does this run again. */
  readonly reproduce: string
  readonly versions: Readonly<Record<string, string>>
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly durationMs: number
}

/** Whether the converter of a run was somebody else's, of which nothing was seen but what the endpoint saw. */
export function isBlackBox({ sides }: Pick<RunRecord, 'sides'>): boolean {
  return sides !== undefined && !sides.includes('converter')
}
