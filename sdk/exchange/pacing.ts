import type { ExchangeLimits } from './limits.js'

/** Most packets that may go at one moment, however high the rate: half of what a small receive buffer holds. */
const BURST_PACKETS_MOST = 1_024
/** Packets saved up for a late wake-up, as a share of a second: timers of Node are 1 ms coarse, and late under load. */
const BURST_SECONDS = 0.005

/** Most packets that a window holds, whatever an endpoint claims to take: bounds what is remembered of each exchange. */
const WINDOW_PACKETS_MOST = 65_536

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
    const passedMs = Math.max(0, nowMs - this.#atMs)
    this.#atMs = Math.max(nowMs, this.#atMs)
    // A hair above a whole token: the sum of many small refills may fall a rounding error short of 1, which would ask for a wake-up now, for ever.
    this.#tokens = Math.min(this.#burst, this.#tokens + passedMs * this.#packetsPerMs + 1e-9)
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
  /** Sequences sent in this round beyond the highest reported, oldest first; as long as the window and its stall grants at most. */
  #outstanding: number[] = []
  #granted = 0
  #heardAtMs: number

  constructor(windowPackets: number, limits: ExchangeLimits, nowMs: number) {
    this.#windowPackets = Math.min(windowPackets, WINDOW_PACKETS_MOST)
    this.#limits = limits
    this.#heardAtMs = nowMs
  }

  /** When the next packet may go: now, or when a stall lets more go. */
  readyAtMs(nowMs: number): number {
    if (this.#outstanding.length < this.#windowPackets + this.#granted) return nowMs
    const stalledAtMs = this.#heardAtMs + this.#limits.creditStallMs
    if (stalledAtMs > nowMs) return stalledAtMs
    // PROGRESS is lost as easily as anything else. What was stalled on is taken as gone, so that the list stays short.
    this.#heardAtMs = nowMs
    this.#outstanding = this.#outstanding.slice(-this.#windowPackets)
    this.#granted = this.#limits.creditStallPackets
    return nowMs
  }

  sent(sequence: number): void {
    this.#outstanding.push(sequence)
  }

  progressed(highestSequence: number, nowMs: number): void {
    this.#heardAtMs = nowMs
    this.#granted = 0
    this.#outstanding = this.#outstanding.filter((sequence) => sequence > highestSequence)
  }

  startRound(nowMs: number): void {
    this.#heardAtMs = nowMs
    this.#granted = 0
    this.#outstanding = []
  }
}
