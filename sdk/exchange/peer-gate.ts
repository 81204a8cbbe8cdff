import type { ExchangeLimits } from './limits.js'

/** Bounds the RESOURCE packets of all exchanges of one peer together: they meet in one receive buffer, whatever each exchange alone may send. */
export interface PeerGate {
  /** When the next packet may go: now, or later. */
  readyAtMs(nowMs: number): number
  /** How many may go now; ask {@link PeerGate.readyAtMs} first. */
  readonly roomPackets: number
  /** So many go. */
  sent(packets: number, nowMs: number): void
}

/** Half of what a peer's receive buffer is taken to hold: the other half is for what is in it already, and for other messages. */
const halfOf = ({ peerBurstPackets }: ExchangeLimits): number => Math.max(1, Math.floor(peerBurstPackets / 2))

/** Packets of one moment. */
interface Departure {
  readonly atMs: number
  readonly packets: number
}

/**
 * Exchanges without CREDIT: nobody says what arrived, so at most half of the peer's buffer goes within a millisecond, the finest that timers are; within any,
 * wherever it begins: what went late in one and early in the next arrives together.
 */
export class PeerBurst implements PeerGate {
  /** What went within the last millisecond, the oldest first: one packet each at least, so there are never more of them than packets may go. */
  readonly #went: Departure[] = []
  roomPackets: number

  constructor(limits: ExchangeLimits) {
    this.roomPackets = halfOf(limits)
  }

  readyAtMs(nowMs: number): number {
    let oldest: Departure | undefined
    while ((oldest = this.#went[0]) && oldest.atMs + 1 <= nowMs) {
      this.roomPackets += oldest.packets
      this.#went.shift()
    }
    return oldest && this.roomPackets <= 0 ? oldest.atMs + 1 : nowMs
  }

  sent(packets: number, nowMs: number): void {
    this.roomPackets -= packets
    this.#went.push({ atMs: nowMs, packets })
  }
}

/**
 * Exchanges with CREDIT: at most the largest of their windows is under way to the peer, of all of them together; or half of its buffer, where that is
 * more, for a peer that gave each of many exchanges a small share. What one exchange reports tells of the others too: packets of one peer are
 * received in the order in which they were sent.
 */
export class PeerWindow implements PeerGate {
  readonly #limits: ExchangeLimits
  /** How many exchanges have each window. */
  readonly #exchanges = new Map<number, number>()
  #windowPackets: number
  /** Packets sent so far, and how many of them are known to be received or lost. */
  #sentCount = 0
  #drainedCount = 0
  /** How many may be under way. */
  #allowed: number
  #heardAtMs: number

  constructor(limits: ExchangeLimits, nowMs: number) {
    this.#limits = limits
    this.#windowPackets = halfOf(limits)
    this.#allowed = this.#windowPackets
    this.#heardAtMs = nowMs
  }

  /** One more exchange has this window. */
  join(windowPackets: number): void {
    this.#exchanges.set(windowPackets, (this.#exchanges.get(windowPackets) ?? 0) + 1)
    this.#resize()
  }

  /** One of those that have this window ended. */
  leave(windowPackets: number): void {
    const left = (this.#exchanges.get(windowPackets) ?? 0) - 1
    if (left > 0) return void this.#exchanges.set(windowPackets, left)
    this.#exchanges.delete(windowPackets)
    this.#resize()
  }

  get sentCount(): number {
    return this.#sentCount
  }

  get roomPackets(): number {
    return this.#allowed - (this.#sentCount - this.#drainedCount)
  }

  readyAtMs(nowMs: number): number {
    if (this.roomPackets > 0) return nowMs
    const stalledAtMs = this.#heardAtMs + this.#limits.creditStallMs
    if (stalledAtMs > nowMs) return stalledAtMs
    // As for one exchange: reports are lost as easily as anything else.
    this.#heardAtMs = nowMs
    this.#allowed = this.#sentCount - this.#drainedCount + this.#limits.creditStallPackets
    return nowMs
  }

  sent(packets: number): void {
    this.#sentCount += packets
  }

  /** The peer reported; of what was sent to it, nothing of the first `drainedCount` is under way any more. */
  heard(drainedCount: number, nowMs: number): void {
    this.#heardAtMs = nowMs
    this.#allowed = this.#windowPackets
    this.#drainedCount = Math.max(this.#drainedCount, drainedCount)
  }

  #resize(): void {
    const windowPackets = Math.max(halfOf(this.#limits), ...this.#exchanges.keys())
    this.#allowed += windowPackets - this.#windowPackets
    this.#windowPackets = windowPackets
  }
}
