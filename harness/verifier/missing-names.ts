import { intersection, type Ranges } from './ranges.js'

/** A converter waits so long for the MISSING packets that a report announced (docs/protocol.md, section 3). */
export const MISSING_WAIT_MICROSECONDS = 200_000

/** A report is repeated every 500 ms, and each time fewer may be missing; more versions than this of one packet are not told apart. */
const MAX_VERSIONS = 64

/** What a round must hold at least, and may hold at most. */
export interface RoundPlan {
  readonly required: Ranges | 'all'
  readonly allowed: readonly Ranges[] | 'all'
  /** How many it must hold at least, whichever of the MISSING packets arrived: one of them did, or none. */
  readonly leastSent: number | 'all'
}

/** The plan of a first round, of every round without SELECTIVE, and of one before which no MISSING packet came. */
export const EVERYTHING: RoundPlan = { required: 'all', allowed: 'all', leastSent: 'all' }

/** One MISSING packet, by its index, in all its repetitions. */
interface Part {
  readonly firstT: number
  /** What every repetition named; a sequence that came in late is named no more. */
  required: Ranges
  readonly versions: Ranges[]
}

/** What the MISSING packets for one round name, as they reached the converter. */
export class MissingNames {
  readonly round: number
  readonly #parts = new Map<number, Part>()
  #tooManyVersions = false

  constructor(round: number) {
    this.round = round
  }

  /** How many different MISSING packets came. */
  get count(): number {
    return this.#parts.size
  }

  /** @param t - when it reached the converter, in microseconds */
  add(index: number, names: Ranges, t: number): void {
    const part = this.#parts.get(index)
    if (!part) {
      this.#parts.set(index, { firstT: t, required: names, versions: [names] })
    } else if (part.versions.length < MAX_VERSIONS) {
      part.required = intersection(part.required, names)
      part.versions.push(names)
    } else {
      this.#tooManyVersions = true
    }
  }

  /**
   * What the next round must and may hold.
   *
   * The converter waits 200 ms for MISSING packets, then goes by those it has. What came later, but before the round was seen to begin,
   * may or may not have been in time: it is allowed, and not required.
   *
   * @param report - the MISMATCH that the packets belong to
   */
  plan(report: { readonly t: number; readonly missingPackets: number }): RoundPlan {
    const parts = [...this.#parts.values()]
    if (parts.length === 0) return EVERYTHING
    const deadline = report.t + MISSING_WAIT_MICROSECONDS
    const inTime = parts.filter((part) => part.firstT <= deadline)
    const required = union(inTime.length > 0 ? inTime : parts)
    // Nothing announced, or nothing in time: a converter may well send everything.
    const leastSent = Math.min(...parts.map((part) => sizeOf(part.required)))
    if (report.missingPackets === 0 || inTime.length === 0 || this.#tooManyVersions)
      return { required, allowed: 'all', leastSent }
    return { required, allowed: parts.flatMap((part) => part.versions), leastSent }
  }
}

function sizeOf(ranges: Ranges): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0)
}

/** Ascending; packets that overlap, which none should, are merged. */
function union(parts: readonly Part[]): Ranges {
  const merged: [number, number][] = []
  for (const [first, last] of parts.flatMap((part) => part.required).sort((a, b) => a[0] - b[0])) {
    const before = merged.at(-1)
    if (before && first <= before[1]) before[1] = Math.max(before[1], last)
    else merged.push([first, last])
  }
  return merged
}
