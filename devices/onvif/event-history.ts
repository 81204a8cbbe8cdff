import { PackedReader } from './packed-number.js'
import { sortInSteps } from './sorting.js'
import type { StartState } from './track-timeline.js'

/** What one event says, without the track that it says it of. */
export interface Transition {
  /** Ms since 1970. */
  readonly timeMs: number
  /** Data from that moment on. */
  readonly isPresent: boolean
  /** `initial`: the device began to watch then, and what was before is not told. */
  readonly origin: 'change' | 'initial'
}

/** A track whose changes came in no order and take more than this is sorted beforehand, in steps; any other, some ten thousand changes, when it is read. */
export const LARGE_OCTETS = 64 * 1024

/** Changes gone through without a pause. */
const STEP_LENGTH = 64 * 1024

/** The state changes of all tracks of a device, by track. */
export class EventHistory {
  /** The steps from one change of a track to its next, packed. */
  readonly #octets: Uint8Array
  /** Where the changes of each track begin; one more than there are tracks. */
  readonly #starts: Uint32Array
  /** By track: 1 where its changes came in another order than that of time. */
  readonly #isUnordered: Uint8Array
  /** By track: the state where the search began, twice its time and one more with data; NaN: none. */
  readonly #startCodes: Float64Array
  readonly #sorted = new Map<number, Float64Array>()

  constructor(octets: Uint8Array, starts: Uint32Array, isUnordered: Uint8Array, startCodes: Float64Array) {
    this.#octets = octets
    this.#starts = starts
    this.#isUnordered = isUnordered
    this.#startCodes = startCodes
  }

  /** Sort the changes of a track that came in no order, in steps, for when they are read. */
  *sort(owner: number): Generator<undefined> {
    const codes = new Float64Array(countIn(this.#read(owner)))
    const changes = this.#read(owner)
    let code = 0
    for (let index = 0; index < codes.length; index++) {
      codes[index] = code += changes.read()
      if (index % STEP_LENGTH === STEP_LENGTH - 1) yield
    }
    this.#sorted.set(owner, yield* untangle(codes))
  }

  /** The changes of a track in order of time. Those of one moment stand as the device told them, if it told all in order; otherwise each is there once. */
  *of(owner: number): Generator<Transition> {
    if (this.#isUnordered[owner] === 0) {
      const changes = this.#read(owner)
      let code = 0
      while (!changes.isAtEnd) yield transitionOf((code += changes.read()))
      return
    }
    if (!this.#sorted.has(owner)) for (const _ of this.sort(owner));
    for (const code of this.#sorted.get(owner) ?? []) yield transitionOf(code)
    this.#sorted.delete(owner)
  }

  startStateOf(owner: number): StartState | undefined {
    const code = this.#startCodes[owner]!
    return Number.isNaN(code) ? undefined : { timeMs: Math.floor(code / 2), isPresent: (code & 1) === 1 }
  }

  #read(owner: number): PackedReader {
    return new PackedReader(this.#octets, this.#starts[owner], this.#starts[owner + 1])
  }
}

/** Whole ms of years with four digits take 49 of the 53 bits, so that codes stand in order of time. */
export function codeOf(timeMs: number, isPresent: boolean, origin: Transition['origin']): number {
  return timeMs * 4 + (origin === 'initial' ? 2 : 0) + (isPresent ? 1 : 0)
}

export function timeOf(code: number): number {
  return Math.floor(code / 4)
}

function isPresentIn(code: number): boolean {
  return (code & 1) === 1
}

function transitionOf(code: number): Transition {
  return { timeMs: timeOf(code), isPresent: isPresentIn(code), origin: (code & 2) === 0 ? 'change' : 'initial' }
}

function countIn(changes: PackedReader): number {
  let count = 0
  for (; !changes.isAtEnd; count++) changes.read()
  return count
}

/**
 * Order changes that came in no order, each once. In which order two opposite ones of one moment happened is then told by the change after them alone:
 * the later of the two is its opposite.
 *
 * @param unordered - is used up
 */
function* untangle(unordered: Float64Array): Generator<undefined, Float64Array> {
  const codes = yield* sortInSteps<number, Float64Array>(unordered, (a, b) => a - b)
  let length = 0
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index]!
    if (length === 0 || codes[length - 1] !== code) codes[length++] = code
    if (index % STEP_LENGTH === STEP_LENGTH - 1) yield
  }
  let isNextPresent = false
  for (let index = length - 1; index > 0; index--) {
    const later = codes[index]!
    const earlier = codes[index - 1]!
    if (timeOf(later) === timeOf(earlier) && isPresentIn(later) === isNextPresent) {
      codes[index] = earlier
      codes[index - 1] = later
      index--
    }
    isNextPresent = isPresentIn(codes[index]!)
    if (index % STEP_LENGTH === 0) yield
  }
  return codes.subarray(0, length)
}
