import { findingRecord } from './sighting.js'
import type { Breach, Rule } from './rule.js'
import type { Finding, Verdict } from './verdict.js'

/** Records that one finding names, at most. */
const MAX_RECORDS = 8

/** Findings: the first ones kept, all counted, and what they come to. */
export class Findings {
  readonly #maxKept: number
  readonly #kept: Finding[]
  #count = 0
  #failsByPresence = 0
  #failsByAbsence = 0
  #untestable = 0
  #tainted = false

  constructor(maxKept: number) {
    this.#maxKept = maxKept
    this.#kept = []
  }

  get kept(): readonly Finding[] {
    return this.#kept
  }

  get count(): number {
    return this.#count
  }

  /** A copy, to which the findings of an ending can be added. */
  copy(): Findings {
    const copy = new Findings(this.#maxKept)
    copy.#kept.push(...this.#kept)
    copy.#count = this.#count
    copy.#failsByPresence = this.#failsByPresence
    copy.#failsByAbsence = this.#failsByAbsence
    copy.#untestable = this.#untestable
    copy.#tainted = this.#tainted
    return copy
  }

  add(rule: Rule, flow: string, exchange: number | null, breach: Breach): void {
    this.#count++
    if (rule.blame === 'could-not-test') this.#untestable++
    else if (rule.basis === 'presence') this.#failsByPresence++
    else this.#failsByAbsence++
    if (rule.taints) this.#tainted = true
    if (this.#kept.length >= this.#maxKept) return
    this.#kept.push({
      rule: rule.id,
      sentence: rule.sentence,
      clause: rule.clause,
      blame: rule.blame,
      flow,
      exchange,
      expected: breach.expected,
      got: breach.got,
      records: breach.records.slice(0, MAX_RECORDS).map(findingRecord),
    })
  }

  /** Where evidence is not whole, something that was not seen may have happened all the same. */
  get verdict(): Verdict['verdict'] {
    if (this.#failsByPresence > 0 || (this.#failsByAbsence > 0 && !this.#tainted)) return 'fail'
    return this.#count > 0 ? 'could-not-test' : 'pass'
  }
}
