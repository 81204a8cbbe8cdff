import { MAX_PACKED_OCTETS, PackedReader, writePacked, writePackedSigned } from './packed-number.js'
import type { StateEvent } from './state-event.js'
import type { StartState } from './track-timeline.js'
import { codeOf, STEP_LENGTH, timeOf, untangle } from './transition.js'

const BLOCK_OCTETS = 64 * 1024

/** An entry is a distance and a step. */
const MAX_ENTRY_OCTETS = 2 * MAX_PACKED_OCTETS

/**
 * The state changes of all tracks of a device, one after the other as they come, in any order and more than once. Each is kept as how far back the change of its track
 * before it stands, and the step from that one to it, packed: some five octets, so that a million intervals are 10 MB. They are read where they stand: putting
 * each track's together would take as much again.
 */
export class EventLog {
  /** By owner: where its latest change stands, what it is, and how many there are. */
  readonly #latestPlaces: Uint32Array
  readonly #latestCodes: Float64Array
  readonly #counts: Uint32Array
  /** By owner: 1 where they came in another order than that of time. */
  readonly #isUnordered: Uint8Array
  /** By owner: the first state that was told for where the search began, twice its time and one more with data; NaN: none. Not every device tells any. */
  #startCodes: Float64Array | undefined
  readonly #blocks: Uint8Array[] = []
  /** Of the last block. */
  #used = BLOCK_OCTETS
  readonly #reader = new PackedReader()

  /** @param ownerCount - how many tracks there are; each is a number from 0 */
  constructor(ownerCount: number) {
    this.#latestPlaces = new Uint32Array(ownerCount)
    this.#latestCodes = new Float64Array(ownerCount)
    this.#counts = new Uint32Array(ownerCount)
    this.#isUnordered = new Uint8Array(ownerCount)
  }

  /** Keep a change, or the state where a search begins. */
  add(owner: number, timeMs: number, isPresent: boolean, origin: StateEvent['origin']): void {
    if (origin === 'start-state') {
      this.#startCodes ??= new Float64Array(this.#counts.length).fill(NaN)
      // Some devices repeat it later, where it says nothing new.
      if (Number.isNaN(this.#startCodes[owner])) this.#startCodes[owner] = timeMs * 2 + (isPresent ? 1 : 0)
      return
    }
    if (this.#used + MAX_ENTRY_OCTETS > BLOCK_OCTETS) {
      this.#blocks.push(new Uint8Array(BLOCK_OCTETS))
      this.#used = 0
    }
    const block = this.#blocks.at(-1)! // just made, if there was none
    const place = (this.#blocks.length - 1) * BLOCK_OCTETS + this.#used
    const code = codeOf(timeMs, isPresent, origin)
    const latest = this.#latestCodes[owner]!
    const isFirst = this.#counts[owner] === 0
    if (!isFirst && timeOf(code) < timeOf(latest)) this.#isUnordered[owner] = 1
    const stepAt = writePacked(block, this.#used, isFirst ? 0 : place - this.#latestPlaces[owner]!)
    this.#used = writePackedSigned(block, stepAt, code - latest)
    this.#latestPlaces[owner] = place
    this.#latestCodes[owner] = code
    this.#counts[owner]! += 1
  }

  startStateOf(owner: number): StartState | undefined {
    const code = this.#startCodes?.[owner] ?? NaN
    return Number.isNaN(code) ? undefined : { timeMs: Math.floor(code / 2), isPresent: (code & 1) === 1 }
  }

  /**
   * Read the changes of a track, in steps.
   *
   * @returns their codes in order of time. Those of one moment stand as the device told them, if it told all in order; otherwise each is there once
   */
  *changesOf(owner: number): Generator<undefined, Float64Array> {
    const codes = new Float64Array(this.#counts[owner]!)
    let code = this.#latestCodes[owner]!
    let place = this.#latestPlaces[owner]!
    for (let index = codes.length - 1; index >= 0; index--) {
      codes[index] = code
      this.#reader.moveTo(this.#blocks[Math.floor(place / BLOCK_OCTETS)]!, place % BLOCK_OCTETS) // an entry begins there
      place -= this.#reader.read()
      code -= this.#reader.readSigned()
      if (index % STEP_LENGTH === STEP_LENGTH - 1) yield
    }
    return this.#isUnordered[owner] === 1 ? yield* untangle(codes) : codes
  }
}
