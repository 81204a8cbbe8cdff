import { sortInSteps } from './sorting.js'

/** What one event says, without the track that it says it of. */
export interface Transition {
  /** Ms since 1970. */
  readonly timeMs: number
  /** Data from that moment on. */
  readonly isPresent: boolean
  /** `initial`: the device began to watch then, and what was before is not told. */
  readonly origin: 'change' | 'initial'
}

/** Transitions gone through without a pause: a millisecond or two. */
export const STEP_LENGTH = 64 * 1024

/** A transition as one number. Whole ms of years with four digits take 49 of the 53 bits, so that codes stand in order of time. */
export function codeOf(timeMs: number, isPresent: boolean, origin: Transition['origin']): number {
  return timeMs * 4 + (origin === 'initial' ? 2 : 0) + (isPresent ? 1 : 0)
}

export function timeOf(code: number): number {
  return Math.floor(code / 4)
}

export function transitionOf(code: number): Transition {
  return { timeMs: timeOf(code), isPresent: isPresentIn(code), origin: (code & 2) === 0 ? 'change' : 'initial' }
}

/**
 * Order transitions that came in no order, each once. In which order two opposite ones of one moment happened is then told by the one after them alone:
 * the later of the two is its opposite.
 *
 * @param unordered - codes; are used up
 */
export function* untangle(unordered: Float64Array): Generator<undefined, Float64Array> {
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

function isPresentIn(code: number): boolean {
  return (code & 1) === 1
}
