/** What one event says, without the track that it says it of. */
export interface Transition {
  /** Ms since 1970. */
  readonly timeMs: number
  /** Data from that moment on. */
  readonly isPresent: boolean
  /** `initial`: the device began to watch then, and what was before is not told. */
  readonly origin: 'change' | 'initial'
}

/** Entries of a block: 12 octets each. */
const BLOCK_LENGTH = 4096

interface Block {
  readonly codes: Float64Array
  readonly owners: Uint32Array
}

/**
 * The state changes of all tracks of a device, kept as numbers: 12 octets each while they come in, 8 when they are read, so that a million intervals
 * are 24 MB. They may come in any order and more than once.
 */
export class EventLog {
  readonly #ownerCount: number
  #blocks: Block[] = []
  #length = 0

  /** @param ownerCount - how many tracks there are; each is a number from 0 */
  constructor(ownerCount: number) {
    this.#ownerCount = ownerCount
  }

  /** Keep a change. */
  add(owner: number, timeMs: number, isPresent: boolean, origin: Transition['origin']): void {
    const index = this.#length % BLOCK_LENGTH
    if (index === 0) this.#blocks.push({ codes: new Float64Array(BLOCK_LENGTH), owners: new Uint32Array(BLOCK_LENGTH) })
    const block = this.#blocks.at(-1)! // just made, if there was none
    // Whole ms of years with four digits take 49 of the 53 bits, so that codes stand in order of time.
    block.codes[index] = timeMs * 4 + (origin === 'initial' ? 2 : 0) + (isPresent ? 1 : 0)
    block.owners[index] = owner
    this.#length++
  }

  /** Sort the changes by track and time, each once. The log is empty then. */
  release(): EventHistory {
    const starts = new Uint32Array(this.#ownerCount + 1)
    this.#forEach((owner) => starts[owner + 1]!++)
    for (let owner = 0; owner < this.#ownerCount; owner++) starts[owner + 1]! += starts[owner]!
    const codes = new Float64Array(this.#length)
    const next = starts.slice()
    this.#forEach((owner, code) => (codes[next[owner]!++] = code))
    this.#blocks = []
    this.#length = 0
    return new EventHistory(codes, starts)
  }

  #forEach(visit: (owner: number, code: number) => void): void {
    let left = this.#length
    for (const { codes, owners } of this.#blocks) {
      const count = Math.min(left, BLOCK_LENGTH)
      for (let index = 0; index < count; index++) visit(owners[index]!, codes[index]!)
      left -= count
    }
  }
}

/** The state changes of all tracks of a device, by track. */
export class EventHistory {
  readonly #codes: Float64Array
  /** Where the changes of each track begin; one more than there are tracks. */
  readonly #starts: Uint32Array

  constructor(codes: Float64Array, starts: Uint32Array) {
    this.#codes = codes
    this.#starts = starts
  }

  /** The changes of a track in order of time, each once. Those of one moment stand as the device told them, if it told all in order. */
  *of(owner: number): Generator<Transition> {
    let codes = this.#codes.subarray(this.#starts[owner], this.#starts[owner + 1])
    const isOrdered = codes.every((code, index) => index === 0 || timeOf(codes[index - 1]!) <= timeOf(code))
    if (!isOrdered) codes = untangle(codes)
    for (const code of codes) {
      yield { timeMs: timeOf(code), isPresent: isPresentIn(code), origin: (code & 2) === 0 ? 'change' : 'initial' }
    }
  }
}

/**
 * Order changes that came in no order, each once; in place. In which order two opposite ones of one moment happened is then told by the change after
 * them alone: the later of the two is its opposite.
 */
function untangle(codes: Float64Array): Float64Array {
  codes.sort()
  let length = 0
  for (const code of codes) {
    if (length === 0 || codes[length - 1] !== code) codes[length++] = code
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
  }
  return codes.subarray(0, length)
}

function timeOf(code: number): number {
  return Math.floor(code / 4)
}

function isPresentIn(code: number): boolean {
  return (code & 1) === 1
}
