import type { Fate, MessageName, ObservationPoint } from '../evidence/record.js'

/** What a rule concludes when it is broken: the converter (or the path) is at fault, or nothing can be said. */
export type Blame = 'fail' | 'could-not-test'

/** One record that a finding rests on, and where it stands in the evidence. */
export interface FindingRecord {
  readonly flow: string
  /** Index of the batch in its flow, and of the record in the batch. */
  readonly batch: number
  readonly index: number
  /** Microseconds since the run began. */
  readonly t: number
  readonly at: ObservationPoint
  readonly fate: Fate
  readonly message: MessageName | null
  readonly sequence: number | null
  readonly round: number | null
  /** The packet in base64, where bytes are recorded: its first 1083 octets, and so all of any packet of the protocol. */
  readonly bytes?: string
}

/** One rule, broken once. */
export interface Finding {
  /** Stable id of the rule: `sequences-exact`. */
  readonly rule: string
  /** What the rule asks for. */
  readonly sentence: string
  /** Where it stands: a section of docs/protocol.md, or `evidence`. */
  readonly clause: string
  readonly blame: Blame
  readonly flow: string
  /** Null where the finding is about the flow's evidence as a whole. */
  readonly exchange: number | null
  readonly expected: string
  readonly got: string
  readonly records: readonly FindingRecord[]
}

/** A rule that nobody can judge by this evidence, although the evidence is whole. */
export interface NotJudged {
  readonly rule: string
  /** `part`: what can be seen of it was judged. */
  readonly extent: 'whole' | 'part'
  /** What is not seen, in a sentence. */
  readonly why: string
}

/** How an exchange ended, as far as the evidence shows. `open`: it shows no end. */
export type ExchangeEnd = 'complete' | 'abandoned' | 'refused' | 'open'

/** One exchange in figures. */
export interface ExchangeSummary {
  readonly flow: string
  readonly exchange: number
  /** Status of the final RESPONSE by its name; null when none was seen. */
  readonly status: string | null
  /** The count that the converter told; null when it told none. */
  readonly announced: number | null
  /** Distinct sequences that reached the endpoint. */
  readonly received: number
  /** RESOURCE packets that the converter sent in rounds after the first; where it is a black box, those that came as far as the impairment. */
  readonly resent: number
  /** Packets of any message that the impairment dropped. */
  readonly dropped: number
  /** RESOURCE packets that brought the endpoint a sequence it had. */
  readonly duplicates: number
  /** Rounds that began. */
  readonly rounds: number
  readonly end: ExchangeEnd
}

/** What the evidence says about a run, or about one flow of it. */
export interface Verdict {
  readonly verdict: 'pass' | 'fail' | 'could-not-test'
  /** The first ones; {@link findingCount} says how many there were. */
  readonly findings: readonly Finding[]
  readonly findingCount: number
  /** Rules that this evidence cannot break or keep: the converter was a black box, or packets' octets were not recorded. */
  readonly notJudged: readonly NotJudged[]
  readonly exchanges: readonly ExchangeSummary[]
  readonly evidence: {
    readonly batches: number
    readonly records: number
    /** Whether the evidence was counted against what the run says it published. */
    readonly totals: 'checked' | 'unknown'
  }
}
