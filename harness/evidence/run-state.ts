import { z } from 'zod'
import type { FlowTotals } from './batch.js'
import { parseEvidence } from './decode-batch.js'
import { Side } from './sides.js'

/** How far a run is: what `…/run/{run}/state` holds. */
export interface RunState {
  readonly v: 1
  readonly run: string
  /** Seed of everything random in the run. */
  readonly seed: number
  /** Ids of the cases, in the order in which they run. */
  readonly plan: readonly string[]
  /** Whose packets are tapped; left out: both sides'. */
  readonly sides?: readonly Side[]
  /** Versions by program: `viewnet`, `node` … */
  readonly versions: Readonly<Record<string, string>>
  /** Numbers that only grow: `casesDone`, `packets` … */
  readonly progress: Readonly<Record<string, number>>
  /** True in a run's last state, and only there. */
  readonly ended: boolean
  /** The run's verdict; with `ended`. */
  readonly verdict?: string
  /** How much evidence each flow holds; with `ended` all of them, before that those that are complete. */
  readonly flows?: Readonly<Record<string, FlowTotals>>
}

const count = z.int().min(0)

/** What `…/run/{run}/state` holds. Strict where something is concluded from it; a newer bench may tell more about its run. */
export const runStateSchema = z.looseObject({
  v: z.literal(1),
  run: z.string().min(1).max(128),
  seed: z.number().describe('seed of everything random in the run'),
  plan: z.array(z.string()).describe('ids of the cases, in the order in which they run'),
  sides: z
    .array(z.enum(Side))
    .min(1)
    .describe('whose packets are tapped: of a black box, the endpoint alone; left out: both')
    .exactOptional(),
  versions: z.record(z.string(), z.string()).describe('versions by program'),
  progress: z.record(z.string(), z.number()).describe('numbers that only grow'),
  ended: z.boolean().describe('true in the last state of a run, and only there'),
  verdict: z.string().describe('the verdict on the run; with ended').exactOptional(),
  flows: z
    .record(z.string().min(1).max(128), z.strictObject({ batches: count, records: count }))
    .describe('how much evidence each flow holds; with ended all of them')
    .exactOptional(),
})

/**
 * Read a run's state.
 *
 * @param where - a topic, for the error
 * @throws {@link EvidenceError} `ERR_VIEWNET_EVIDENCE_FORMAT`, `ERR_VIEWNET_EVIDENCE_SIZE`
 */
export function decodeRunState(text: string | Uint8Array, where: string): RunState {
  return parseEvidence(runStateSchema, text, where)
}
