import type { PeerWindow } from './peer-gate.js'

/** Packets of one exchange in a row, by where they end among all of the exchange, and where they stand among all of its peer. */
interface Stretch {
  exchangeTo: number
  readonly peerFrom: number
  peerTo: number
  /** Nothing of another exchange is in between. */
  isUnbroken: boolean
}

/** Stretches that are kept apart; past it they are joined, and count as received only when all of it is. */
const STRETCHES_MOST = 64

/** Where the packets of one exchange stand among all of its peer, so that what is reported of them tells how far the peer is. */
export class PeerShare {
  readonly #window: PeerWindow
  readonly #stretches: Stretch[] = []
  #sentCount = 0
  #drainedCount = 0

  constructor(window: PeerWindow) {
    this.#window = window
  }

  /** So many go now; the window of the peer is told here, too. */
  sent(packets: number): void {
    const peerFrom = this.#window.sentCount
    const peerTo = peerFrom + packets
    this.#window.sent(packets)
    this.#sentCount += packets
    const last = this.#stretches.at(-1)
    if (last?.peerTo !== peerFrom && this.#stretches.length < STRETCHES_MOST) {
      this.#stretches.push({ exchangeTo: this.#sentCount, peerFrom, peerTo, isUnbroken: true })
    } else if (last) {
      last.isUnbroken &&= last.peerTo === peerFrom
      last.exchangeTo = this.#sentCount
      last.peerTo = peerTo
    }
  }

  /** The endpoint reported; so many packets of the exchange, its latest, may still be under way. */
  heard(outstandingPackets: number, nowMs: number): void {
    const receivedCount = this.#sentCount - outstandingPackets
    let stretch: Stretch | undefined
    while ((stretch = this.#stretches[0]) && stretch.exchangeTo <= receivedCount) {
      this.#drainedCount = stretch.peerTo
      this.#stretches.shift()
    }
    if (stretch?.isUnbroken) {
      const drainedCount = stretch.peerTo - (stretch.exchangeTo - receivedCount)
      if (drainedCount > stretch.peerFrom) this.#drainedCount = drainedCount
    }
    this.#window.heard(this.#drainedCount, nowMs)
  }
}
