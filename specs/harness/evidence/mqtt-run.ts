import { batchOf, type CaseOutcomeMessage, type PacketBatch, type RunState } from '../../../harness/evidence/index.js'
import { resourceRecord } from './records.js'

/** The station that publishes. */
export const PLACE = { site: 'lab', station: 'bench-1' }

/** The only case of run r1, passed. */
export const CASE_OUTCOME: CaseOutcomeMessage = {
  v: 1,
  run: 'r1',
  id: 'reach',
  title: 'the device is reached',
  outcome: 'pass',
  measurements: [{ name: 'duration', value: 12, unit: 'ms', limit: null }],
  why: '',
  durationMs: 12,
}

/** A batch of one packet of run r1. */
export function batch(number: number, flow = 'f1'): PacketBatch {
  return batchOf({ run: 'r1', flow, batch: number, first: number }, [resourceRecord(number + 1)])
}

/** How far run r1 is, or that it has ended. */
export function state(ended: boolean): RunState {
  const common = {
    v: 1,
    run: 'r1',
    seed: 11,
    plan: ['reach'],
    versions: { viewnet: '0.1.0' },
    progress: { casesDone: 1 },
  } as const
  return { ...common, ended, ...(ended && { verdict: 'pass', flows: { f1: { batches: 2, records: 2 } } }) }
}
