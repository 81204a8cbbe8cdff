import type { RunVerdict } from './run-record.js'

/** One attempt at a device: a run of its own, with a report of its own. */
export interface NightAttempt {
  readonly run: string
  readonly verdict: RunVerdict
  /** Why the verdict is not `pass`; empty otherwise. */
  readonly why: string
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly durationMs: number
  /** Folder of the run's reports, relative to the folder of the night, with forward slashes; empty where the run left none. */
  readonly report: string
  /** The one line that makes the same attempt again. Absent: not known. */
  readonly reproduce?: string
}

/** How unsteady a device's verdict is under unchanged conditions. */
export interface FlakeScore {
  /** Share of attempts whose verdict is the rarer one of pass and fail: 0, always the same; 0.5, a coin. */
  readonly score: number
  /** The 95 % confidence interval of the score, by Wilson. */
  readonly low: number
  readonly high: number
  /** Attempts that it rests on. */
  readonly runs: number
}

/** One measurement over the runs of a device, oldest first. */
export interface Trend {
  readonly measurement: string
  readonly unit: string
  /** `atMs`: ms since 1970. */
  readonly points: readonly { readonly atMs: number; readonly value: number }[]
}

/** One device of a night. */
export interface NightDevice {
  /** External message number. */
  readonly number: string
  /** What the bench calls it; empty where it has no name. */
  readonly name: string
  /** Who the device says it is; empty where it was not reached. */
  readonly model: string
  /** What the attempts come to. */
  readonly verdict: RunVerdict
  /** Every attempt, in the order in which they began; none of a device that its night had no time for. */
  readonly attempts: readonly NightAttempt[]
  /** Why the verdict is not `pass`, or what is odd about it; empty otherwise. */
  readonly why: string
  readonly flake?: FlakeScore
  readonly trends?: readonly Trend[]
}

/** Everything that a night found out: its page is made from this one record. */
export interface NightRecord {
  readonly night: string
  readonly verdict: RunVerdict
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly durationMs: number
  readonly seed: number
  /** The bench file, or what stood in for one. */
  readonly bench: string
  /** In the order of the bench. */
  readonly devices: readonly NightDevice[]
  /** Folder of the night's reports. */
  readonly report: string
}
