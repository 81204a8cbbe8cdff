import type { Arrival, ExchangeStory } from './story.js'

/** Points of a curve: more than a page has columns for would be drawn for nobody. */
const MAX_ARRIVALS = 480

/** Spans of the drops. */
const MAX_SPANS = 96

/** Sequences that are told apart: 512 KiB of bits. */
const MAX_SEQUENCE = 4 * 1024 ** 2

/** Counts over the time of one exchange, in bounded memory: the longer it takes, the coarser. */
export class ExchangeCourse {
  readonly #startT: number
  #seen = new Uint8Array(64)
  #received = 0
  #arrivals: Arrival[] = []
  /** Every so many arrivals are a point. */
  #stride = 1
  #latest: Arrival | undefined
  #spanMicroseconds = 1000
  #drops: number[] = []

  constructor(startT: number) {
    this.#startT = startT
  }

  /** A resource arrived; one that had arrived before changes nothing. */
  arrive(t: number, sequence: number): void {
    if (sequence > MAX_SEQUENCE || !this.#note(sequence)) return
    this.#latest = { t, received: ++this.#received }
    if (this.#received % this.#stride !== 0) return
    this.#arrivals.push(this.#latest)
    if (this.#arrivals.length <= MAX_ARRIVALS) return
    this.#stride *= 2
    this.#arrivals = this.#arrivals.filter(({ received }) => received % this.#stride === 0)
  }

  /** Something was dropped. */
  drop(t: number): void {
    const since = Math.max(0, t - this.#startT)
    while (since >= MAX_SPANS * this.#spanMicroseconds) {
      this.#spanMicroseconds *= 2
      const finer = this.#drops
      this.#drops = Array.from(
        { length: Math.ceil(finer.length / 2) },
        (_, at) => (finer[2 * at] ?? 0) + (finer[2 * at + 1] ?? 0),
      )
    }
    const span = Math.floor(since / this.#spanMicroseconds)
    while (this.#drops.length <= span) this.#drops.push(0)
    this.#drops[span] = (this.#drops[span] ?? 0) + 1
  }

  tell(): Pick<ExchangeStory, 'arrivals' | 'drops'> {
    const latest = this.#latest
    const isTold = latest === undefined || this.#arrivals.at(-1)?.received === latest.received
    return {
      arrivals: isTold ? this.#arrivals : [...this.#arrivals, latest],
      drops: { spanMicroseconds: this.#spanMicroseconds, counts: this.#drops },
    }
  }

  /** @returns whether the sequence is new */
  #note(sequence: number): boolean {
    const octet = sequence >> 3
    if (octet >= this.#seen.length) {
      const wider = new Uint8Array(Math.max(octet + 1, this.#seen.length * 2))
      wider.set(this.#seen)
      this.#seen = wider
    }
    const bit = 1 << (sequence & 7)
    const before = this.#seen[octet] ?? 0
    this.#seen[octet] = before | bit
    return (before & bit) === 0
  }
}
