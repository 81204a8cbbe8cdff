import type { FlowTotals, PacketBatch } from '../evidence/batch.js'
import type { Side } from '../evidence/sides.js'
import { FlowVerifier } from './flow-verifier.js'
import { SequenceBudget } from './sequence-table.js'
import type { NotJudged, Verdict } from './verdict.js'
import type { VerifierOptions } from './verifier-options.js'

/** Sequences of all open exchanges together; an announcement of 4 million resources fits, and takes 75 MB. */
const MAX_SEQUENCES = 8 * 1024 ** 2

/**
 * Derives a verdict from packet records alone. It shares no state with what it judges, and holds no more than what open exchanges need.
 *
 * @example
 * const verifier = new Verifier()
 * for await (const batch of readNdjson('packets.ndjson')) verifier.add(batch)
 * console.log(verifier.finish().verdict)
 */
export class Verifier {
  readonly #options: Required<VerifierOptions>
  readonly #flows = new Map<string, FlowVerifier>()
  readonly #run = {
    id: undefined as string | undefined,
    sides: { converter: true, endpoint: true },
    seen: { converter: false, endpoint: false, toldOtherwise: false },
    budget: new SequenceBudget(MAX_SEQUENCES),
  }

  constructor(options: VerifierOptions = {}) {
    this.#options = { maxFindings: options.maxFindings ?? 100, everyRecordByRules: options.everyRecordByRules ?? false }
  }

  /**
   * Say whose packets the run taps, as its state, its `run.json` or the head of its capture says; before the first batch. Without a word, both
   * sides: evidence of one side alone is then not whole, and proves nothing.
   *
   * Told otherwise in the middle of a run, nobody knows what was meant before: that is `could-not-test`, too.
   */
  tapped(sides: readonly Side[]): void {
    const told = { converter: sides.includes('converter'), endpoint: sides.includes('endpoint') }
    const { sides: before, seen } = this.#run
    if (told.converter === before.converter && told.endpoint === before.endpoint) return
    if (this.#flows.size > 0) seen.toldOtherwise = true
    else Object.assign(before, told)
  }

  /** Add one batch. Batches of one flow come in order; flows may be mixed. */
  add(batch: PacketBatch): void {
    this.#run.id ??= batch.run
    let flow = this.#flows.get(batch.flow)
    if (!flow) {
      flow = this.#newFlow(batch.flow)
      this.#flows.set(batch.flow, flow)
    }
    flow.add(batch)
  }

  /** What was added of a flow so far: whoever reads evidence back can see whether all of it is here. */
  totals(flow: string): FlowTotals {
    return this.#flows.get(flow)?.totals ?? { batches: 0, records: 0 }
  }

  /**
   * The verdict on one flow, as if it ended here.
   *
   * @param totals - how much evidence the run says the flow holds
   */
  flow(name: string, totals?: FlowTotals): Verdict {
    return (this.#flows.get(name) ?? this.#newFlow(name)).verdict(totals)
  }

  /**
   * The verdict on the run, as if it ended here: `fail` when a flow failed, else `could-not-test` when one could not be judged or there was
   * nothing to judge, else `pass`.
   *
   * @param flowTotals - how much evidence the run says each flow holds; a flow that it does not name has none
   */
  finish(flowTotals?: Readonly<Record<string, FlowTotals>>): Verdict {
    const totals = flowTotals && new Map(Object.entries(flowTotals))
    const flows = new Map(this.#flows)
    for (const [flow, { records }] of totals ?? []) {
      // A flow that the run knows, and of which nothing was seen.
      if (records > 0 && !flows.has(flow)) flows.set(flow, this.#newFlow(flow))
    }
    const verdicts = [...flows].map(([flow, verifier]) =>
      verifier.verdict(totals && (totals.get(flow) ?? { batches: 0, records: 0 })),
    )
    return merge(verdicts, this.#options.maxFindings, flowTotals !== undefined)
  }

  #newFlow(name: string): FlowVerifier {
    return new FlowVerifier(name, this.#run, this.#options)
  }
}

function merge(verdicts: readonly Verdict[], maxFindings: number, totalsKnown: boolean): Verdict {
  const sum = (figure: (verdict: Verdict) => number): number =>
    verdicts.reduce((total, each) => total + figure(each), 0)
  const has = (verdict: Verdict['verdict']): boolean => verdicts.some((each) => each.verdict === verdict)
  return {
    verdict: has('fail') ? 'fail' : has('could-not-test') || verdicts.length === 0 ? 'could-not-test' : 'pass',
    findings: verdicts.flatMap((each) => each.findings).slice(0, maxFindings),
    findingCount: sum((each) => each.findingCount),
    notJudged: eachOnce(verdicts.flatMap((each) => each.notJudged)),
    exchanges: verdicts.flatMap((each) => each.exchanges),
    evidence: {
      batches: sum((each) => each.evidence.batches),
      records: sum((each) => each.evidence.records),
      totals: totalsKnown ? 'checked' : 'unknown',
    },
  }
}

/** Each rule once; where one flow leaves all of it open, all of it is open. */
function eachOnce(all: readonly NotJudged[]): readonly NotJudged[] {
  const byRule = new Map<string, NotJudged>()
  for (const one of all) if (byRule.get(one.rule)?.extent !== 'whole') byRule.set(one.rule, one)
  return [...byRule.values()]
}
