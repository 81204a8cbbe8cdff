import type { RunVerdict } from '../report/index.js'

/** A device as a night's schedule sees it. */
export interface ScheduledDevice {
  /** External message number. */
  readonly number: string
  /** What it shares with others, such as a relay board or a PoE switch: devices that share are never attempted at the same time. */
  readonly shares: readonly string[]
  /** The check before the night found something wrong: its turn comes after those of the others. */
  readonly isAiling: boolean
}

/** What bounds a night. */
export interface NightBounds {
  /** Attempts under way at once, at most; from 1. */
  readonly parallelCount: number
  /** Attempts after the first, for a device that did not pass; from 0. */
  readonly retryCount: number
  /** When no attempt starts any more. */
  readonly endsAtMs: number
}

/** One attempt to be started. */
export interface DueAttempt {
  readonly device: string
  /** From 1. */
  readonly ordinal: number
}

interface DeviceProgress {
  readonly device: ScheduledDevice
  /** Attempts begun, lost ones included: each has an ordinal of its own. */
  begun: number
  /** Verdicts of the attempts that counted. */
  readonly verdicts: RunVerdict[]
  isRunning: boolean
}

/**
 * Who is attempted next in a night; sans-IO. Every device gets its first attempt before any gets a second, so that a night that runs out of time
 * has said something of each.
 */
export class NightSchedule {
  readonly #bounds: NightBounds
  readonly #devices: readonly DeviceProgress[]

  constructor(devices: readonly ScheduledDevice[], bounds: NightBounds) {
    this.#bounds = bounds
    const ordered = [...devices.filter(({ isAiling }) => !isAiling), ...devices.filter(({ isAiling }) => isAiling)]
    this.#devices = ordered.map((device) => ({ device, begun: 0, verdicts: [], isRunning: false }))
  }

  /** Take over an attempt of an earlier part of the night; `verdict` is undefined for one that was lost, and then has to be made again. */
  resume(device: string, verdict: RunVerdict | undefined): void {
    const progress = this.#of(device)
    progress.begun++
    if (verdict !== undefined) progress.verdicts.push(verdict)
  }

  /** The next attempt to start now; undefined: none now, because of what runs, or because all is done. */
  start(nowMs: number): DueAttempt | undefined {
    const running = this.#devices.filter(({ isRunning }) => isRunning)
    if (nowMs >= this.#bounds.endsAtMs || running.length >= this.#bounds.parallelCount) return undefined
    const taken = new Set(running.flatMap(({ device }) => device.shares))
    let next: DeviceProgress | undefined
    for (const progress of this.#devices) {
      if (!this.#isWanting(progress) || progress.device.shares.some((name) => taken.has(name))) continue
      if (!next || progress.verdicts.length < next.verdicts.length) next = progress
    }
    if (!next) return undefined
    next.isRunning = true
    next.begun++
    return { device: next.device.number, ordinal: next.begun }
  }

  /** An attempt ended. */
  ended(device: string, verdict: RunVerdict): void {
    const progress = this.#of(device)
    progress.isRunning = false
    progress.verdicts.push(verdict)
  }

  /** Whether nothing runs, and nothing will start any more. */
  isOver(nowMs: number): boolean {
    return this.#devices.every(
      (progress) => !progress.isRunning && (nowMs >= this.#bounds.endsAtMs || !this.#isWanting(progress)),
    )
  }

  #isWanting({ verdicts, isRunning }: DeviceProgress): boolean {
    return !isRunning && verdicts.at(-1) !== 'pass' && verdicts.length <= this.#bounds.retryCount
  }

  #of(device: string): DeviceProgress {
    const progress = this.#devices.find(({ device: { number } }) => number === device)
    if (!progress) throw new RangeError(`expected a device of this night, got ${device}`)
    return progress
  }
}
