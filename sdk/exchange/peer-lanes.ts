import type { Request } from '../wire/index.js'
import type { ExchangeLimits } from './limits.js'
import { PeerBurst, PeerWindow } from './peer-gate.js'
import { PeerShare } from './peer-share.js'
import { laneBehind, type Lane } from './turns.js'

/** An exchange sends at most so many in one turn, whatever its window is. */
const QUARTER_PACKETS_MOST = 512

/** Where an exchange stands among those of its peer. */
export interface PeerPlace<Member> {
  readonly lane: Lane<Member>
  /** With CREDIT: its packets among all of its peer. */
  readonly share: PeerShare | undefined
  readonly quarterPackets: number
}

/** A lane, and how many exchanges it is kept for. */
interface Kept<Member> {
  readonly lane: Lane<Member>
  /** With CREDIT. */
  readonly window: PeerWindow | undefined
  exchangeCount: number
}

/** The lanes of all peers that have an exchange open: two at most for each, with CREDIT and without. */
export class PeerLanes<Member> {
  readonly #limits: ExchangeLimits
  readonly #kept = new Map<string, Kept<Member>>()

  constructor(limits: ExchangeLimits) {
    this.#limits = limits
  }

  /** An exchange opens: where it waits for its turn, and with CREDIT its share of what is under way to the peer. */
  join(peer: string, { credit, windowPackets }: Request, nowMs: number): PeerPlace<Member> {
    const key = keyOf(peer, credit)
    let kept = this.#kept.get(key)
    if (!kept) {
      const window = credit ? new PeerWindow(this.#limits, nowMs) : undefined
      kept = { lane: laneBehind(window ?? new PeerBurst(this.#limits)), window, exchangeCount: 0 }
      this.#kept.set(key, kept)
    }
    const { lane, window } = kept
    kept.exchangeCount += 1
    window?.join(windowPackets)
    const quarterPackets = credit ? Math.min(QUARTER_PACKETS_MOST, Math.floor(windowPackets / 4)) : 0
    return { lane, share: window && new PeerShare(window), quarterPackets }
  }

  /** An exchange closed; nothing is kept of a peer without any. */
  leave(peer: string, { credit, windowPackets }: Request): void {
    const key = keyOf(peer, credit)
    const kept = this.#kept.get(key)
    kept?.window?.leave(windowPackets)
    if (kept && --kept.exchangeCount === 0) this.#kept.delete(key)
  }
}

const keyOf = (peer: string, credit: boolean): string => `${credit ? 'credit' : 'plain'} ${peer}`
