import { codeOf, EventHistory, LARGE_OCTETS, timeOf } from './event-history.js'
import { MAX_PACKED_OCTETS, PackedReader, writePacked } from './packed-number.js'
import type { StateEvent } from './state-event.js'

const BLOCK_OCTETS = 64 * 1024

/** An entry is an owner and a code. */
const MAX_ENTRY_OCTETS = 2 * MAX_PACKED_OCTETS

/**
 * The state changes of all tracks of a device, kept as the steps from one to the next, packed: some five octets each, so that a million intervals are
 * 10 MB. They may come in any order and more than once.
 */
export class EventLog {
  readonly #ownerCount: number
  /** By owner: its change that was told last. */
  readonly #latestCodes: Float64Array
  /** By owner: what its changes take. */
  readonly #octetCounts: Uint32Array
  /** By owner: 1 where they came in another order than that of time. */
  readonly #isUnordered: Uint8Array
  /** By owner: the first state that was told for where the search began, twice its time and one more with data; NaN: none. */
  readonly #startCodes: Float64Array
  readonly #blocks: Uint8Array[] = []
  #block = new Uint8Array(0)
  #used = 0
  #latestOwner = 0

  /** @param ownerCount - how many tracks there are; each is a number from 0 */
  constructor(ownerCount: number) {
    this.#ownerCount = ownerCount
    this.#latestCodes = new Float64Array(ownerCount)
    this.#octetCounts = new Uint32Array(ownerCount)
    this.#isUnordered = new Uint8Array(ownerCount)
    this.#startCodes = new Float64Array(ownerCount).fill(NaN)
  }

  /** Keep a change, or the state where a search begins. */
  add(owner: number, timeMs: number, isPresent: boolean, origin: StateEvent['origin']): void {
    if (origin === 'start-state') {
      // Some devices repeat it later, where it says nothing new.
      if (Number.isNaN(this.#startCodes[owner])) this.#startCodes[owner] = timeMs * 2 + (isPresent ? 1 : 0)
      return
    }
    if (this.#used + MAX_ENTRY_OCTETS > this.#block.length) this.#beginBlock()
    const code = codeOf(timeMs, isPresent, origin)
    const latest = this.#latestCodes[owner]!
    const codeAt = writePacked(this.#block, this.#used, owner - this.#latestOwner)
    this.#used = writePacked(this.#block, codeAt, code - latest)
    if (this.#octetCounts[owner]! > 0 && timeOf(code) < timeOf(latest)) this.#isUnordered[owner] = 1
    this.#octetCounts[owner]! += this.#used - codeAt
    this.#latestCodes[owner] = code
    this.#latestOwner = owner
  }

  /** Put the changes of each track next to each other, in steps. The log is of no more use then. */
  *release(): Generator<undefined, EventHistory> {
    const starts = new Uint32Array(this.#ownerCount + 1)
    for (let owner = 0; owner < this.#ownerCount; owner++) {
      starts[owner + 1] = starts[owner]! + this.#octetCounts[owner]!
    }
    const octets = new Uint8Array(starts[this.#ownerCount]!)
    const next = starts.slice()
    this.#endBlock()
    let owner = 0
    // From the first on, and none is kept longer than it is read.
    this.#blocks.reverse()
    for (let block = this.#blocks.pop(); block !== undefined; block = this.#blocks.pop()) {
      const entries = new PackedReader(block)
      while (!entries.isAtEnd) {
        owner += entries.read()
        next[owner] = entries.copyTo(octets, next[owner]!)
      }
      yield
    }
    const history = new EventHistory(octets, starts, this.#isUnordered, this.#startCodes)
    for (let large = 0; large < this.#ownerCount; large++) {
      if (this.#isUnordered[large] === 1 && this.#octetCounts[large]! > LARGE_OCTETS) yield* history.sort(large)
    }
    return history
  }

  #beginBlock(): void {
    this.#endBlock()
    this.#block = new Uint8Array(BLOCK_OCTETS)
    this.#used = 0
  }

  #endBlock(): void {
    if (this.#used > 0) this.#blocks.push(this.#block.subarray(0, this.#used))
  }
}
