import type { FlowTotals, PacketBatch } from '../evidence/batch.js'
import type { MessageName } from '../evidence/record.js'
import type { ExchangeFacts } from './exchange-facts.js'
import type { FlowFacts } from './flow-facts.js'
import type { Sighting } from './sighting.js'
import type { Blame } from './verdict.js'

/** What a rule needs to have been recorded: one side's packets, or the octets of packets. */
export type Evidence = 'converter' | 'endpoint' | 'octets'

/** One rule, broken once. */
export interface Breach {
  readonly expected: string
  readonly got: string
  readonly records: readonly Sighting[]
}

/** What a rule asks for, for reports and for people. */
export interface RuleDescription {
  /** Stable: reports and other programs name it. */
  readonly id: string
  readonly sentence: string
  /** A section of docs/protocol.md, or `evidence` for a rule about the evidence itself. */
  readonly clause: string
  readonly blame: Blame
  /** Without all of it the rule is not judged. */
  readonly needs: readonly Evidence[]
  /** What of it an endpoint alone cannot see, all of it or a part; undefined: it sees everything. */
  readonly unseenByEndpoint?: string
}

/**
 * One rule over packet records. It has no state: it judges what it is shown against the facts that were known before.
 */
export interface Rule extends RuleDescription {
  /**
   * `presence`: a breach is in what was seen, and stands whatever else is missing. `absence`: a breach is that something was not seen, which
   * in evidence with gaps proves nothing.
   */
  readonly basis: 'presence' | 'absence'
  /** The evidence is not whole where this is broken: no other rule's breach by `absence` counts in this flow then. */
  readonly taints?: true
  /** A sighting that breaks this is judged no further, and believed in nothing. */
  readonly stops?: true
  /** Messages that {@link packet} is shown. */
  readonly messages?: readonly MessageName[]
  /** Judge one sighting, before it is added to the facts. */
  packet?(sighting: Sighting, exchange: ExchangeFacts): Breach | undefined
  /** Judge an exchange when its flow is over. */
  ending?(exchange: ExchangeFacts, flow: FlowFacts): Breach | undefined
  /** Judge a batch as such, before its records; `run` is the run that the evidence began with. */
  batch?(batch: PacketBatch, flow: FlowFacts, run: string | undefined): Breach | undefined
  /** Judge any record, readable or not, before it is added to the facts. */
  record?(sighting: Sighting, flow: FlowFacts): Breach | undefined
  /** Judge the flow when it is over. */
  flow?(flow: FlowFacts, exchanges: number, totals: FlowTotals | undefined): Breach | undefined
}

/** Sequences in words: the first few, and how many more there are. */
export function listed(sequences: readonly number[]): string {
  return sequences.length < LISTED ? sequences.join(', ') : `${sequences.slice(0, LISTED - 1).join(', ')} …`
}

/** Sequences worth looking for: one more than are named. */
export const LISTED = 6
