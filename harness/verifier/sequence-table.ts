import type { Ranges } from './ranges.js'

/** Room is made for so many at once where they are announced: to grow by and by takes longer. A converter may announce what never comes. */
const MOST_EXPECTED = 65_535

const HAS_CONTENT = 1
const RECEIVED = 2
const DROPPED = 4
const ALLOWED = 8

/** Sequences that all open exchanges may take together: 9 octets each, so 75 MB at most. */
export class SequenceBudget {
  #left: number

  constructor(sequences: number) {
    this.#left = sequences
  }

  /** @returns false when there are not so many left; none are taken then */
  take(sequences: number): boolean {
    if (sequences > this.#left) return false
    this.#left -= sequences
    return true
  }

  give(sequences: number): void {
    this.#left += sequences
  }
}

/** What is known of every sequence of one exchange, in typed arrays that grow with the highest sequence seen. */
export class SequenceTable {
  readonly #budget: SequenceBudget
  #flags = new Uint8Array(0)
  #content = new Uint32Array(0)
  /** Round of the last time it was said, and one more; 0: never. */
  #saidIn = new Uint16Array(0)
  #arrivedIn = new Uint16Array(0)
  #received = 0
  /** The highest sequence that anything is known of. */
  #highest = 0
  #expected = 0

  constructor(budget: SequenceBudget) {
    this.#budget = budget
  }

  /** Distinct sequences that reached the endpoint. */
  get receivedCount(): number {
    return this.#received
  }

  get highest(): number {
    return this.#highest
  }

  /**
   * Make room for a sequence.
   *
   * @returns false when it is 0 or beyond what may be held; nothing may be noted of it then
   */
  reach(sequence: number): boolean {
    if (sequence < 1) return false
    if (sequence >= this.#flags.length) {
      const length = this.#lengthFor(sequence)
      if (length === undefined) return false
      this.#flags = grown(this.#flags, new Uint8Array(length))
      this.#content = grown(this.#content, new Uint32Array(length))
      this.#saidIn = grown(this.#saidIn, new Uint16Array(length))
      this.#arrivedIn = grown(this.#arrivedIn, new Uint16Array(length))
    }
    if (sequence > this.#highest) this.#highest = sequence
    return true
  }

  /** So many sequences are announced. */
  expect(count: number): void {
    this.#expected = Math.min(count, MOST_EXPECTED)
  }

  /** Give the room back; the table is empty afterwards, and the number received stays. */
  release(): void {
    this.#budget.give(this.#flags.length)
    this.#flags = new Uint8Array(0)
    this.#content = new Uint32Array(0)
    this.#saidIn = new Uint16Array(0)
    this.#arrivedIn = new Uint16Array(0)
    this.#highest = 0
  }

  /** The content that was seen first, or undefined. */
  contentOf(sequence: number): number | undefined {
    return this.#has(sequence, HAS_CONTENT) ? this.#content[sequence] : undefined
  }

  noteContent(sequence: number, content: number): void {
    if (this.#has(sequence, HAS_CONTENT)) return
    this.#content[sequence] = content
    this.#set(sequence, HAS_CONTENT)
  }

  /** The last round in which it was said; -1: never. */
  lastSaidIn(sequence: number): number {
    return (this.#saidIn[sequence] ?? 0) - 1
  }

  noteSaid(sequence: number, round: number): void {
    this.#saidIn[sequence] = Math.max(this.#saidIn[sequence] ?? 0, round + 1)
  }

  isReceived(sequence: number): boolean {
    return this.#has(sequence, RECEIVED)
  }

  /** @returns whether it had arrived in this round, or a later one, before */
  noteArrived(sequence: number, round: number): boolean {
    if (!this.#has(sequence, RECEIVED)) this.#received++
    this.#set(sequence, RECEIVED)
    const before = (this.#arrivedIn[sequence] ?? 0) > round
    if (!before) this.#arrivedIn[sequence] = round + 1
    return before
  }

  isDropped(sequence: number): boolean {
    return this.#has(sequence, DROPPED)
  }

  noteDropped(sequence: number): void {
    this.#set(sequence, DROPPED)
  }

  /** Whether {@link allowOnly} named it. */
  isAllowed(sequence: number): boolean {
    return this.#has(sequence, ALLOWED)
  }

  /**
   * Note what is said in order, all at once.
   *
   * @param isAnyAllowed - whether the round may hold more than {@link allowOnly} named
   * @returns false when that is no plain matter: no room, said in this round before, another content, or not allowed; nothing is noted then
   */
  sayPlainly(sequence: number, round: number, content: number, isAnyAllowed: boolean): boolean {
    if (sequence >= this.#flags.length && !this.reach(sequence)) return false
    const flags = this.#flags[sequence]!
    if (this.#saidIn[sequence]! > round || (!isAnyAllowed && (flags & ALLOWED) === 0)) return false
    if ((flags & HAS_CONTENT) === 0) this.#content[sequence] = content
    else if (this.#content[sequence] !== content) return false
    this.#flags[sequence] = flags | HAS_CONTENT
    this.#saidIn[sequence] = round + 1
    if (sequence > this.#highest) this.#highest = sequence
    return true
  }

  /**
   * Whether an arrival is a plain matter: it was said in its round, or a later one, and with this content.
   */
  isPlainArrival(sequence: number, round: number, content: number): boolean {
    if (sequence > this.#highest || this.#saidIn[sequence]! <= round) return false
    return (this.#flags[sequence]! & HAS_CONTENT) !== 0 && this.#content[sequence] === content
  }

  /**
   * A new round: forget what the last one might hold, and note what this one may.
   *
   * @param last - names beyond this sequence are passed over
   */
  allowOnly(allowed: readonly Ranges[], last: number): void {
    for (let i = 0; i <= this.#highest; i++) this.#flags[i]! &= ~ALLOWED
    for (const ranges of allowed) this.#setAll(ranges, last, ALLOWED)
  }

  /** The first sequences of 1 … `last` that fit, `limit` of them at most. */
  find(last: number, limit: number, fits: (sequence: number) => boolean): number[] {
    const found: number[] = []
    for (let sequence = 1; sequence <= last && found.length < limit; sequence++) {
      if (fits(sequence)) found.push(sequence)
    }
    return found
  }

  #setAll(ranges: Ranges, end: number, flag: number): void {
    for (const [first, last] of ranges) {
      const until = Math.min(last, end)
      if (first > until || !this.reach(until)) return
      for (let sequence = Math.max(first, 1); sequence <= until; sequence++) this.#set(sequence, flag)
    }
  }

  /** Take from the budget what a longer table needs: room for what is expected, or for this one; @returns its length */
  #lengthFor(sequence: number): number | undefined {
    for (const last of [Math.max(sequence, this.#expected), sequence]) {
      const length = Math.max(64, 2 ** Math.ceil(Math.log2(last + 1)))
      if (this.#budget.take(length - this.#flags.length)) return length
    }
    return undefined
  }

  #has(sequence: number, flag: number): boolean {
    return ((this.#flags[sequence] ?? 0) & flag) !== 0
  }

  #set(sequence: number, flag: number): void {
    if (sequence < this.#flags.length) this.#flags[sequence]! |= flag
  }
}

function grown<Column extends Uint8Array | Uint16Array | Uint32Array>(from: Column, to: Column): Column {
  to.set(from)
  return to
}
