import type { PacketRecord } from '../evidence/record.js'
import { EVERYTHING, MissingNames, type RoundPlan } from './missing-names.js'
import { parseRanges } from './ranges.js'
import type { ResourceBody } from './resource-body.js'
import { SequenceTable, type SequenceBudget } from './sequence-table.js'
import { numberField, textField, type Sides, type Sighting } from './sighting.js'
import type { ExchangeEnd, ExchangeSummary } from './verdict.js'

/** The protocol ends after 32 rounds; more than this are not followed. */
const MAX_ROUNDS = 1024

/** The final RESPONSE: any but PENDING. */
export interface FinalResponse {
  readonly status: string
  readonly count: number
  readonly sighting: Sighting
}

/** A MISMATCH for the round that the converter is in, and its repetitions. */
export interface OpenReport {
  readonly round: number
  /** When it first reached the converter, in microseconds. */
  readonly t: number
  readonly missingPackets: number
  readonly sighting: Sighting
  times: number
}

/**
 * What the evidence tells of one exchange so far. Rules read it; only {@link apply} writes it, after the rules have judged the sighting
 * against what was known before.
 */
export class ExchangeFacts {
  readonly flow: string
  readonly exchange: number
  readonly sides: Sides
  readonly sequences: SequenceTable
  /** The first sighting of the exchange, whatever it was. */
  readonly opening: Sighting
  latest: Sighting

  /** The first REQUEST, by its fields. */
  request: PacketRecord['fields'] = null
  requestsReported = 0
  requestsAsked = 0
  selective = false

  response: FinalResponse | undefined
  /** Anything but PENDING reached the endpoint. */
  responseArrived = false
  lostResponse: Sighting | undefined
  /** RESPONSE of any status that the converter sent. */
  responsesSaid = 0
  /** The first REQUEST that reached the converter since its last RESPONSE; undefined: all are answered. */
  unanswered: Sighting | undefined
  /** The first RESPONSE that said PENDING. */
  pending: Sighting | undefined
  /** What the last RESOURCE of the first round said. */
  lastBody: ResourceBody | undefined
  /** The count in the first packet, other than a RESPONSE, that told one. */
  countSeen: number | undefined

  /** The highest round that the converter began; -1: none. */
  round = -1
  plan: RoundPlan = EVERYTHING
  /** RESOURCE packets of the current round, the sequence of the last, and whether ROUND_END was said. */
  roundSent = 0
  roundLast = 0
  roundEnded = false
  /** The first sequence in the current round that no MISSING packet named. */
  unnamed: number | undefined
  /** Rounds for which a MISMATCH reached the converter. */
  readonly roundsReported = new Set<number>()
  report: OpenReport | undefined

  end: ExchangeEnd = 'open'
  ending: Sighting | undefined
  /** COMPLETE or ABANDON reached the converter, and a REQUEST after that: the exchange was freed, and what comes then is another one. */
  endHeard = false
  requestedAgain = false
  /** A RESOURCE or a round was seen that is beyond what can be followed. */
  beyondBounds: Sighting | undefined

  #names: MissingNames | undefined
  /** From the report before the current round to its first packet, in microseconds. */
  #waited = Infinity
  /** By round: fewer than MAX_ROUNDS. */
  readonly #arrivedInRound: number[] = []
  #resent = 0
  #dropped = 0
  #duplicates = 0
  #released = false

  constructor(opening: Sighting, exchange: number, sides: Sides, budget: SequenceBudget) {
    this.flow = opening.flow
    this.exchange = exchange
    this.sides = sides
    this.sequences = new SequenceTable(budget)
    this.opening = opening
    this.latest = opening
  }

  /** The count that the converter told first, or undefined. */
  get announced(): number | undefined {
    return this.response?.count ?? this.countSeen
  }

  get refused(): boolean {
    return this.response !== undefined && this.response.status !== 'OK'
  }

  /** Whether a sequence can be one of 1 … count, as far as the count is known. */
  isPossible(sequence: number): boolean {
    return sequence > 0 && sequence <= (this.announced ?? sequence)
  }

  /** Distinct sequences that arrived while their round was the latest; late packets are not counted. */
  arrivedIn(round: number): number {
    return this.#arrivedInRound[round] ?? 0
  }

  /** What a round that begins now must and may hold. */
  planFor(round: number): RoundPlan {
    const report = this.report?.round === round - 1 ? this.report : undefined
    const names = this.#names?.round === round - 1 ? this.#names : undefined
    return this.selective && names && report ? names.plan(report) : EVERYTHING
  }

  /**
   * How long after the first report for the round before it a round began, in microseconds; Infinity where there was none.
   *
   * @param t - when it begins, where it has not yet
   */
  waitedBefore(round: number, t: number): number {
    if (round <= this.round) return this.#waited
    return this.report?.round === round - 1 ? t - this.report.t : Infinity
  }

  /** How many MISSING packets that the MISMATCH before this round announces have not come yet. */
  awaitedMissing(round: number): number {
    const report = this.report?.round === round - 1 ? this.report : undefined
    if (!this.selective || !report) return 0
    return report.missingPackets - (this.#names?.round === round - 1 ? this.#names.count : 0)
  }

  /** Whether the exchange is over and its sequences forgotten; nothing more can be judged then. */
  get released(): boolean {
    return this.#released
  }

  release(): void {
    this.#released = true
    this.sequences.release()
  }

  /** Whether RESOURCE packets are all that is expected now: a round was begun, of an exchange that was answered OK and is not over. */
  get isPlain(): boolean {
    const isOver = this.#released || this.endHeard || this.requestedAgain
    return !isOver && this.round >= 0 && this.response?.status === 'OK'
  }

  /**
   * Apply a RESOURCE of the current round that the converter sent, where that can break no rule about sequences and rounds: the next one of the
   * first round, or a later one of those that a later round may hold, before the round's end, with the content that it always had.
   *
   * @returns false when it is none; nothing is applied then
   */
  sayPlainly(sequence: number, content: number): boolean {
    const { round, roundLast } = this
    if (this.roundEnded || sequence > this.response!.count || sequence <= roundLast) return false
    if (round === 0 && sequence !== roundLast + 1) return false
    if (!this.sequences.sayPlainly(sequence, round, content, this.plan.allowed === 'all')) return false
    this.roundSent++
    this.roundLast = sequence
    if (round > 0) this.#resent++
    return true
  }

  /**
   * Apply a RESOURCE that reached the endpoint, where it is one that the converter was seen to send.
   *
   * @returns false when it is none; nothing is applied then
   */
  arrivePlainly(sequence: number, round: number, content: number): boolean {
    if (sequence < 1 || sequence > this.response!.count) return false
    if (!this.sequences.isPlainArrival(sequence, round, content)) return false
    this.#arrive(sequence, round)
    return true
  }

  summary(): ExchangeSummary {
    return {
      flow: this.flow,
      exchange: this.exchange,
      status: this.response?.status ?? null,
      announced: this.announced ?? null,
      received: this.sequences.receivedCount,
      resent: this.#resent,
      dropped: this.#dropped,
      duplicates: this.#duplicates,
      rounds: this.round + 1,
      end: this.end,
    }
  }

  apply(sighting: Sighting): void {
    this.latest = sighting
    if (sighting.lost) this.#dropped++
    switch (sighting.message) {
      case 'REQUEST':
        return this.#applyRequest(sighting)
      case 'RESPONSE':
        return this.#applyResponse(sighting)
      case 'RESOURCE':
        return this.#applyResource(sighting)
      case 'ROUND_END':
        return this.#applyRoundEnd(sighting)
      case 'COUNT_REPORT':
        return this.#applyReport(sighting)
      case 'MISSING':
        return this.#applyMissing(sighting)
      case 'PROGRESS':
      case null:
        return
    }
  }

  #applyRequest(sighting: Sighting): void {
    this.request ??= sighting.fields
    if (sighting.reported) this.requestsReported++
    if (sighting.asked) {
      this.requestsAsked++
      this.unanswered ??= sighting
      if (this.endHeard) this.requestedAgain = true
    }
    if (sighting.fields?.['selective'] === true) this.selective = true
  }

  #applyResponse(sighting: Sighting): void {
    const status = textField(sighting, 'status') ?? ''
    if (sighting.said) {
      this.responsesSaid++
      this.unanswered = undefined
    }
    if (sighting.lost) this.lostResponse ??= sighting
    if (status === 'PENDING') {
      if (sighting.said) this.pending ??= sighting
      return
    }
    if (sighting.said && !this.response) {
      this.response = { status, count: numberField(sighting, 'count') ?? 0, sighting }
      this.sequences.expect(this.response.count)
    }
    if (sighting.arrived) this.responseArrived = true
    const told = this.sides.endpoint ? sighting.arrived : sighting.said
    if (told && status !== 'OK') this.#finish('refused', sighting)
  }

  #applyResource(sighting: Sighting): void {
    // A RESOURCE has both: that is checked when a batch is read.
    const sequence = sighting.sequence ?? 0
    const round = sighting.round ?? 0
    if (this.#released) {
      if (sighting.arrived) this.#duplicates++
      return
    }
    if (round >= MAX_ROUNDS || (this.isPossible(sequence) && !this.sequences.reach(sequence))) {
      this.beyondBounds ??= sighting
      return
    }
    if (sighting.said) {
      this.#beginRound(round, sighting.t)
      if (round === this.round) {
        this.roundSent++
        this.roundLast = sequence
      }
      if (round > 0) this.#resent++
      else this.lastBody = sighting.body
      this.countSeen ??= sighting.body?.count
    }
    if (!this.#follows(sequence)) return
    this.sequences.noteContent(sequence, Number.parseInt(sighting.content ?? '0', 16))
    if (sighting.said) {
      this.sequences.noteSaid(sequence, round)
      const isNamed = this.plan.allowed === 'all' || this.sequences.isAllowed(sequence)
      if (round === this.round && !isNamed) this.unnamed ??= sequence
    }
    if (sighting.lost) this.sequences.noteDropped(sequence)
    if (sighting.arrived) this.#arrive(sequence, round)
  }

  #arrive(sequence: number, round: number): void {
    if (this.sequences.isReceived(sequence)) this.#duplicates++
    const before = this.sequences.noteArrived(sequence, round)
    if (!before) this.#arrivedInRound[round] = this.arrivedIn(round) + 1
  }

  #applyRoundEnd(sighting: Sighting): void {
    const round = sighting.round ?? 0
    if (round >= MAX_ROUNDS) {
      this.beyondBounds ??= sighting
    } else if (sighting.said) {
      this.#beginRound(round, sighting.t)
      if (round === this.round) this.roundEnded = true
      this.countSeen ??= numberField(sighting, 'count')
    }
  }

  #applyReport(sighting: Sighting): void {
    const verdict = textField(sighting, 'verdict')
    const round = sighting.round ?? 0
    if (verdict === 'MISMATCH') {
      if (!sighting.asked || round >= MAX_ROUNDS) return
      this.roundsReported.add(round)
      // A report for an earlier round is ignored (docs/protocol.md, section 3).
      if (this.sides.converter && round !== this.round) return
      if (this.report?.round === round) this.report.times++
      else {
        const missingPackets = numberField(sighting, 'missingPackets') ?? 0
        this.report = { round, t: sighting.t, missingPackets, sighting, times: 1 }
      }
      return
    }
    if (sighting.reported) this.#finish(verdict === 'COMPLETE' ? 'complete' : 'abandoned', sighting)
    if (sighting.asked) this.endHeard = true
  }

  #applyMissing(sighting: Sighting): void {
    const round = sighting.round ?? 0
    const names = parseRanges(textField(sighting, 'missing') ?? '')
    if (!sighting.asked || !names || round < this.round) return
    if (this.#names?.round !== round) this.#names = new MissingNames(round)
    this.#names.add(numberField(sighting, 'index') ?? 0, names, sighting.t)
  }

  #beginRound(round: number, t: number): void {
    if (round <= this.round) return
    this.#waited = this.waitedBefore(round, t)
    this.unnamed = undefined
    this.plan = this.planFor(round)
    if (this.plan.allowed !== 'all') {
      this.sequences.allowOnly(this.plan.allowed, this.announced ?? this.sequences.highest)
    }
    this.round = round
    this.roundSent = 0
    this.roundLast = 0
    this.roundEnded = false
  }

  #finish(end: ExchangeEnd, sighting: Sighting): void {
    if (this.end !== 'open') return
    this.end = end
    this.ending = sighting
  }

  /** Whether the table has room for it: it was reached, or is beyond what was announced and judged for that alone. */
  #follows(sequence: number): boolean {
    return sequence > 0 && sequence <= this.sequences.highest
  }
}
