import type { Generated } from 'kysely'
import type { Outcome, RunVerdict } from '../report/index.js'

/** One night: a plan over the devices of a bench. */
export interface NightTable {
  id: string
  /** Bench file as it was named; empty: the simulated bench. */
  bench: string
  seed: number
  /** Folder of its reports. */
  report: string
  /** What a night needs to go on after it was killed, as JSON; the nightly room reads it. */
  plan: string
  started_at_ms: number
  /** Null: still going on, or killed. */
  ended_at_ms: number | null
  verdict: RunVerdict | null
}

/** One device of a night. */
export interface NightDeviceTable {
  night: string
  position: number
  /** External message number. */
  device: string
  /** What the health check before the night said; empty: well. */
  health: string
}

/** How far an attempt came: `lost` attempts were killed with their night, and count for nothing. */
export const AttemptState = ['started', 'ended', 'lost'] as const
export type AttemptState = (typeof AttemptState)[number]

/** One attempt to certify one device. */
export interface AttemptTable {
  id: Generated<number>
  /** Null: of no night. */
  night: string | null
  device: string
  /** From 1, within its night and device; lost attempts have one too. */
  ordinal: number
  run: string
  state: AttemptState
  started_at_ms: number
  ended_at_ms: number | null
  verdict: RunVerdict | null
  why: string
  report: string
  seed: number
  manufacturer: string
  model: string
  firmware: string
  /** Version of the converter under test: this package's own, or the address of another. */
  converter: string
  node: string
  /** Identifiers of the cases that ran, as a JSON array. */
  cases: string
  /** Limits that the bench file gives the device, as a JSON object. */
  limits: string
}

/** One case of one attempt. */
export interface CaseTable {
  attempt: number
  position: number
  id: string
  outcome: Outcome
  why: string
  duration_ms: number
}

/** One measurement of one case of one attempt. */
export interface MeasurementTable {
  attempt: number
  case_id: string
  name: string
  unit: string
  value: number
  /** What it was held to, such as `≤ 32`; null: only measured. */
  held_to: string | null
}

/** Everything that a history holds, in SQLite and PostgreSQL alike. */
export interface HistoryTables {
  night: NightTable
  night_device: NightDeviceTable
  attempt: AttemptTable
  case_outcome: CaseTable
  measurement: MeasurementTable
}
