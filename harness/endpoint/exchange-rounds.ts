import { BARREN_ROUND_LIMIT, ROUND_LIMIT } from './endpoint-timings.js'

/** Which round an exchange is in, and whether another is worth asking for (docs/protocol.md, section 3). */
export class ExchangeRounds {
  #begun = 0
  #highestSequence = 0
  #barrenCount = 0
  #sizeAtEnd = 0

  /** How many there were so far, the current one included. */
  get begun(): number {
    return this.#begun
  }

  /** The current round, from 0. */
  get current(): number {
    return Math.max(0, this.#begun - 1)
  }

  begin(): void {
    this.#begun++
    this.#highestSequence = 0
  }

  /** A resource of the current round came. @returns whether its sequence is higher than all before it in this round */
  reach(sequence: number): boolean {
    if (sequence <= this.#highestSequence) return false
    this.#highestSequence = sequence
    return true
  }

  /**
   * The current round is over, and something is still missing.
   *
   * @param size - how many distinct resources are here
   * @param summary - the same in words
   * @returns why no other round is asked for; undefined: one is
   */
  end(size: number, summary: string): string | undefined {
    this.#barrenCount = size === this.#sizeAtEnd ? this.#barrenCount + 1 : 0
    this.#sizeAtEnd = size
    if (this.#barrenCount === BARREN_ROUND_LIMIT) {
      return `${BARREN_ROUND_LIMIT} rounds in a row brought nothing new after ${summary}`
    }
    return this.#begun === ROUND_LIMIT ? `${ROUND_LIMIT} rounds brought ${summary}` : undefined
  }
}
