import type { MessageName } from '../../evidence/record.js'
import type { Sender, Step, StepFate } from './story.js'

/** Steps beside RESOURCE and PROGRESS that one exchange may have: 32 rounds of reports, repeated, are fewer. */
const MAX_CONTROL_STEPS = 160

/** One packet as a step takes it. */
export interface StepPacket {
  readonly t: number
  readonly from: Sender
  readonly message: MessageName | null
  readonly fate: StepFate
  readonly round: number | null
  readonly sequence: number | null
  readonly note: string
}

type OpenStep = { -readonly [Key in keyof Step]: Step[Key] }

/**
 * Tells packets as steps: equal neighbours become one. After so many steps, RESOURCE and PROGRESS packets become one step a round; what decides the
 * exchange stays told one by one.
 */
export class StepList {
  readonly #steps: OpenStep[] = []
  readonly #sums = new Map<string, OpenStep>()
  readonly #maxSteps: number
  #controlSteps = 0
  untold = 0
  summedFrom: number | undefined

  /** @param maxSteps - steps that are told one by one */
  constructor(maxSteps: number) {
    this.#maxSteps = maxSteps
  }

  get steps(): readonly Step[] {
    return this.#steps
  }

  add(packet: StepPacket): void {
    const latest = this.#steps.at(-1)
    if (latest && latest.fate !== 'mixed' && isAlike(latest, packet)) return extend(latest, packet)
    const isMany = packet.message === 'RESOURCE' || packet.message === 'PROGRESS' || packet.message === null
    if (isMany && this.#steps.length >= this.#maxSteps) return this.#sum(packet)
    if (!isMany && ++this.#controlSteps > MAX_CONTROL_STEPS) {
      this.untold++
      return
    }
    this.#steps.push(opened(packet, packet.fate))
  }

  #sum(packet: StepPacket): void {
    this.summedFrom ??= packet.t
    const key = `${packet.from} ${packet.message} ${packet.round}`
    const sum = this.#sums.get(key)
    if (sum) return extend(sum, packet)
    if (this.#sums.size >= MAX_CONTROL_STEPS) {
      this.untold++
      return
    }
    const step = opened(packet, 'mixed')
    this.#sums.set(key, step)
    this.#steps.push(step)
  }
}

function isAlike(step: Step, { from, message, fate, round, note }: StepPacket): boolean {
  return (
    step.from === from &&
    step.message === message &&
    step.fate === fate &&
    step.round === round &&
    (step.note === note || message === 'PROGRESS')
  )
}

function opened({ t, from, message, round, sequence, note, fate }: StepPacket, as: StepFate): OpenStep {
  const dropped = fate === 'dropped' ? 1 : 0
  return { t, lastT: t, from, message, fate: as, round, first: sequence, last: sequence, count: 1, dropped, note }
}

function extend(step: OpenStep, { t, sequence, fate }: StepPacket): void {
  step.lastT = t
  step.count++
  if (fate === 'dropped') step.dropped++
  if (sequence === null) return
  step.first = Math.min(step.first ?? sequence, sequence)
  step.last = Math.max(step.last ?? sequence, sequence)
}
