import type { ExchangeLimits } from './limits.js'
import { wholeRound, type RoundPlan } from './round-plan.js'

/** Most packets that may go at one moment, however high the rate: half of what a small receive buffer holds. */
const BURST_PACKETS_MOST = 1_024
/** Packets saved up for a late wake-up, as a share of a second: timers of Node are 1 ms coarse, and late under load. */
const BURST_SECONDS = 0.005

/** A token bucket over packets: spreads sending evenly at a rate, with a small burst to make up for coarse timers. */
export class RatePacer {
  readonly #packetsPerMs: number
  readonly #burst: number
  #tokens: number
  #atMs: number

  constructor(ratePacketsPerSecond: number, nowMs: number) {
    this.#packetsPerMs = ratePacketsPerSecond / 1_000
    this.#burst = Math.min(BURST_PACKETS_MOST, Math.max(1, ratePacketsPerSecond * BURST_SECONDS))
    this.#tokens = 1
    this.#atMs = nowMs
  }

  /** When the next packet may go: now, or later. */
  readyAtMs(nowMs: number): number {
    this.#refill(nowMs)
    return this.#tokens >= 1 ? nowMs : nowMs + (1 - this.#tokens) / this.#packetsPerMs
  }

  /** One packet goes. Call only when {@link RatePacer.readyAtMs} is now. */
  take(): void {
    this.#tokens -= 1
  }

  #refill(nowMs: number): void {
    if (nowMs <= this.#atMs) return
    // A hair above a whole token: the sum of many small refills may fall a rounding error short of 1, which would ask for one more wake-up.
    this.#tokens = Math.min(this.#burst, this.#tokens + (nowMs - this.#atMs) * this.#packetsPerMs + 1e-9)
    this.#atMs = nowMs
  }
}

/**
 * The endpoint's window: at most `windowPackets` of this round beyond the highest sequence that it reported.
 *
 * In a round that names only some sequences, packets are counted, not the numbers between them: the window is what the endpoint can hold.
 */
export class CreditWindow {
  readonly #limits: ExchangeLimits
  readonly #windowPackets: number
  #plan: RoundPlan = wholeRound(0)
  #lastSent = 0
  #highestReported = 0
  /** Packets sent in this round beyond the highest reported, and how many there may be. */
  #outstanding = 0
  #allowed: number
  #heardAtMs: number

  constructor(windowPackets: number, limits: ExchangeLimits, nowMs: number) {
    this.#windowPackets = windowPackets
    this.#limits = limits
    this.#allowed = windowPackets
    this.#heardAtMs = nowMs
  }

  /** When the next packet may go: now, or when a stall lets more go. */
  readyAtMs(nowMs: number): number {
    if (this.#outstanding < this.#allowed) return nowMs
    const stalledAtMs = this.#heardAtMs + this.#limits.creditStallMs
    if (stalledAtMs > nowMs) return stalledAtMs
    // PROGRESS is lost as easily as anything else, so a window that stays shut opens a little.
    this.#heardAtMs = nowMs
    this.#allowed = this.#outstanding + this.#limits.creditStallPackets
    return nowMs
  }

  /** Packets that the endpoint has not said anything of: the latest that were sent. */
  get outstandingPackets(): number {
    return this.#outstanding
  }

  /** The endpoint reported on the whole round: nothing of it is under way any more. */
  roundReported(): void {
    this.#outstanding = 0
  }

  sent(sequence: number): void {
    this.#lastSent = sequence
    this.#outstanding += 1
  }

  progressed(highestSequence: number, nowMs: number): void {
    this.#heardAtMs = nowMs
    this.#allowed = this.#windowPackets
    // Nobody can have received what was not sent yet.
    const reached = Math.min(highestSequence, this.#lastSent)
    if (reached <= this.#highestReported) return
    this.#outstanding -= this.#plan.countBetween(this.#highestReported + 1, reached)
    this.#highestReported = reached
  }

  startRound(plan: RoundPlan, nowMs: number): void {
    this.#plan = plan
    this.#lastSent = 0
    this.#highestReported = 0
    this.#outstanding = 0
    this.#allowed = this.#windowPackets
    this.#heardAtMs = nowMs
  }
}
