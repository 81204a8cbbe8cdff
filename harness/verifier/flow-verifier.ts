import type { FlowTotals, PacketBatch } from '../evidence/batch.js'
import { batchFingerprint } from '../evidence/batch-fingerprint.js'
import { typedColumnsOf } from '../evidence/batch-check.js'
import type { MessageName } from '../evidence/record.js'
import { judgeCommonRun } from './common-run.js'
import { ExchangeFacts } from './exchange-facts.js'
import { Findings } from './findings.js'
import { FlowFacts } from './flow-facts.js'
import { JUDGING_RULES } from './rules.js'
import type { Breach, Rule } from './rule.js'
import type { SequenceBudget } from './sequence-table.js'
import { sightingOf, type Sighting } from './sighting.js'
import { notJudged } from './not-judged.js'
import type { Verdict } from './verdict.js'
import type { VerifierOptions } from './verifier-options.js'

/** An exchange's sequences are forgotten so long after its end: late packets are long gone by then. */
const RELEASE_AFTER_MICROSECONDS = 5_000_000

/** Exchanges in one flow that are followed. */
const MAX_EXCHANGES = 65_536

const RECORD_RULES = JUDGING_RULES.filter((rule) => rule.record !== undefined)
const STOPPING_RULES = byMessage(JUDGING_RULES.filter((rule) => rule.stops))
const SHOWN_RULES = byMessage(JUDGING_RULES.filter((rule) => !rule.stops))

/** What the flows of one run share. */
export interface RunFacts {
  /** The run that the evidence began with; undefined before any came. */
  readonly id: string | undefined
  /** Sides that it says it taps, and those that were seen so far. */
  readonly sides: FlowFacts['sides']
  readonly seen: FlowFacts['seen']
  readonly budget: SequenceBudget
}

/** Judges one flow, batch by batch. */
export class FlowVerifier {
  readonly #facts: FlowFacts
  readonly #run: RunFacts
  readonly #everyRecord: boolean
  readonly #findings: Findings
  readonly #exchanges = new Map<number, ExchangeFacts>()
  /** Exchanges whose sequences are still held although they ended. */
  #ended: ExchangeFacts[] = []

  constructor(flow: string, run: RunFacts, { maxFindings, everyRecordByRules }: Required<VerifierOptions>) {
    this.#facts = new FlowFacts(flow, run)
    this.#run = run
    this.#everyRecord = everyRecordByRules
    this.#findings = new Findings(maxFindings)
  }

  /** What was added so far; a batch that came twice counts once. */
  get totals(): FlowTotals {
    const { batches, records } = this.#facts
    return { batches, records }
  }

  add(batch: PacketBatch): void {
    const facts = this.#facts
    const typed = typedColumnsOf(batch)
    const fingerprint = batchFingerprint(batch, typed)
    if (facts.isRepeated(batch, fingerprint)) return
    for (const rule of JUDGING_RULES) this.#note(rule, null, rule.batch?.(batch, facts, this.#run.id))
    // Told again in other words, or of another run: it is noted as such, and convicts nobody.
    if (batch.batch < facts.nextBatch || batch.run !== this.#run.id) return
    facts.applyBatch(batch, fingerprint)
    let index = 0
    while (index < batch.columns.t.length) {
      const exchange =
        this.#everyRecord || !typed.isKnown ? undefined : this.#exchanges.get(batch.columns.exchange[index] ?? 0)
      if (exchange) index = judgeCommonRun(batch, typed, index, exchange, facts)
      if (index < batch.columns.t.length) this.#judge(sightingOf(batch, index++, facts.sides))
    }
    this.#releaseEnded()
  }

  /**
   * The verdict as if the flow ended here; more may be added afterwards.
   *
   * @param totals - how much evidence the run says there is
   */
  verdict(totals?: FlowTotals): Verdict {
    const findings = this.#findings.copy()
    const facts = this.#facts
    const note = (rule: Rule, exchange: number | null, breach: Breach | undefined): void => {
      if (breach) findings.add(rule, facts.flow, exchange, breach)
    }
    for (const rule of JUDGING_RULES) {
      if (notJudged(rule, facts)?.extent === 'whole') continue
      for (const exchange of this.#exchanges.values()) note(rule, exchange.exchange, rule.ending?.(exchange, facts))
      note(rule, null, rule.flow?.(facts, this.#exchanges.size, totals))
    }
    return {
      verdict: findings.verdict,
      findings: findings.kept,
      findingCount: findings.count,
      notJudged: JUDGING_RULES.flatMap((rule) => notJudged(rule, facts) ?? []),
      exchanges: [...this.#exchanges.values()].map((exchange) => exchange.summary()),
      evidence: { ...this.totals, totals: totals ? 'checked' : 'unknown' },
    }
  }

  #judge(sighting: Sighting): void {
    const facts = this.#facts
    for (const rule of RECORD_RULES) this.#note(rule, null, rule.record?.(sighting, facts))
    facts.applySighting(sighting)
    // A packet that nobody could read belongs to no exchange; what came of its loss is seen in the others.
    if (sighting.message === null || sighting.exchange === null) return
    const exchange = this.#exchange(sighting, sighting.exchange)
    if (!exchange || this.#breaks(STOPPING_RULES[sighting.message], sighting, exchange)) return
    // The exchange was freed, then asked for once more by a REQUEST that came late: what the converter does with it is another exchange.
    if (exchange.requestedAgain && (sighting.said || sighting.arrived)) return
    this.#breaks(SHOWN_RULES[sighting.message], sighting, exchange)
    const wasOpen = exchange.end === 'open'
    exchange.apply(sighting)
    if (wasOpen && exchange.end !== 'open') this.#ended.push(exchange)
  }

  /** Note every breach; @returns whether there was one */
  #breaks(rules: readonly Rule[], sighting: Sighting, exchange: ExchangeFacts): boolean {
    let broken = false
    for (const rule of rules) {
      if (!this.#hasSides(rule)) continue
      const breach = rule.packet?.(sighting, exchange)
      this.#note(rule, exchange.exchange, breach)
      broken ||= breach !== undefined
    }
    return broken
  }

  #exchange(sighting: Sighting, number: number): ExchangeFacts | undefined {
    let exchange = this.#exchanges.get(number)
    if (!exchange && this.#exchanges.size < MAX_EXCHANGES) {
      exchange = new ExchangeFacts(sighting, number, this.#facts.sides, this.#run.budget)
      this.#exchanges.set(number, exchange)
    } else if (!exchange) {
      this.#facts.beyondBounds ??= sighting
    }
    return exchange
  }

  #note(rule: Rule, exchange: number | null, breach: Breach | undefined): void {
    if (breach) this.#findings.add(rule, this.#facts.flow, exchange, breach)
  }

  #hasSides({ needs }: Rule): boolean {
    const { converter, endpoint } = this.#facts.sides
    return (converter || !needs.includes('converter')) && (endpoint || !needs.includes('endpoint'))
  }

  #releaseEnded(): void {
    const { latestT } = this.#facts
    this.#ended = this.#ended.filter((exchange) => {
      const over = latestT - exchange.latest.t > RELEASE_AFTER_MICROSECONDS
      if (over) exchange.release()
      return !over
    })
  }
}

/** Which rules are shown which message: looked up for every packet, so worked out once. */
function byMessage(rules: readonly Rule[]): Readonly<Record<MessageName, readonly Rule[]>> {
  const shown = (message: MessageName): readonly Rule[] => rules.filter((rule) => rule.messages?.includes(message))
  return {
    REQUEST: shown('REQUEST'),
    RESPONSE: shown('RESPONSE'),
    RESOURCE: shown('RESOURCE'),
    ROUND_END: shown('ROUND_END'),
    COUNT_REPORT: shown('COUNT_REPORT'),
    MISSING: shown('MISSING'),
    PROGRESS: shown('PROGRESS'),
  }
}
