import type { Snapshot } from '../resources/index.js'
import type { Request, ResourceRun } from '../wire/index.js'
import type { ExchangeLimits } from './limits.js'
import { CreditWindow, RatePacer } from './pacing.js'
import { wholeRound, type RoundPlan } from './round-plan.js'

/** The RESOURCE packets of an exchange, round after round: which goes next, when it may go, and how many went. */
export class RoundSending {
  readonly #pacer: RatePacer
  readonly #credit: CreditWindow | undefined
  #round = 0
  /** In this round: which sequences go, the next of them (undefined: all sent), and how many went. */
  #plan: RoundPlan = wholeRound(0)
  #nextSequence: number | undefined
  #roundSentCount = 0
  #sentCount = 0
  #resentCount = 0
  /** Reused for every packet of a run. */
  readonly #runNumbers = { sequence: 0, count: 0, round: 0 }

  constructor({ ratePacketsPerSecond, credit, windowPackets }: Request, nowMs: number, limits: ExchangeLimits) {
    this.#pacer = new RatePacer(ratePacketsPerSecond || limits.defaultRatePacketsPerSecond, nowMs)
    if (credit) this.#credit = new CreditWindow(windowPackets, limits, nowMs)
  }

  /** The round under way; 0 the first, and before it. */
  get round(): number {
    return this.#round
  }

  /** Whether there is nothing of the round left to send. */
  get isSent(): boolean {
    return this.#nextSequence === undefined
  }

  /** Packets that went in this round. */
  get roundSentCount(): number {
    return this.#roundSentCount
  }

  /** Packets that went in all rounds. */
  get sentCount(): number {
    return this.#sentCount
  }

  /** Packets that went in all rounds but the first. */
  get resentCount(): number {
    return this.#resentCount
  }

  /** With CREDIT: packets, the latest, of which the endpoint said nothing yet. Otherwise 0. */
  get outstandingPackets(): number {
    return this.#credit?.outstandingPackets ?? 0
  }

  startRound(round: number, plan: RoundPlan, nowMs: number): void {
    this.#round = round
    this.#plan = plan
    this.#roundSentCount = 0
    this.#credit?.startRound(plan, nowMs)
    this.#nextSequence = plan.next(1)
  }

  /** The endpoint told the highest sequence that it received in this round. */
  progressed(highestSequence: number, nowMs: number): void {
    this.#credit?.progressed(highestSequence, nowMs)
  }

  /** The endpoint reported on the whole round. */
  roundReported(): void {
    this.#credit?.roundReported()
  }

  /** Nothing more goes. */
  stop(): void {
    this.#nextSequence = undefined
    this.#plan = wholeRound(0)
  }

  /** When the next packet may go: now, or later; undefined: there is none. */
  nextMs(nowMs: number): number | undefined {
    if (this.#nextSequence === undefined) return undefined
    return Math.max(this.#pacer.readyAtMs(nowMs), this.#credit?.readyAtMs(nowMs) ?? nowMs)
  }

  /** Let the next resource of the round go, if it may go now: everything but its octets. */
  take(nowMs: number): number | undefined {
    const sequence = this.#nextSequence
    if (sequence === undefined) return undefined
    if (this.#pacer.readyAtMs(nowMs) > nowMs) return undefined
    if (this.#credit && this.#credit.readyAtMs(nowMs) > nowMs) return undefined
    this.#pacer.take()
    this.#credit?.sent(sequence)
    this.#roundSentCount += 1
    this.#sentCount += 1
    if (this.#round > 0) this.#resentCount += 1
    this.#nextSequence = this.#plan.next(sequence + 1)
    return sequence
  }

  /** Fill a run with the packets that may go now, straight from the snapshot's records. */
  fill(run: ResourceRun, snapshot: Snapshot, nowMs: number): void {
    this.#runNumbers.count = snapshot.count
    this.#runNumbers.round = this.#round
    while (!run.isFull) {
      const sequence = this.take(nowMs)
      if (sequence === undefined) return
      this.#runNumbers.sequence = sequence
      run.add(this.#runNumbers, snapshot.recordOctets(sequence), snapshot.recordOffset(sequence))
    }
  }
}
