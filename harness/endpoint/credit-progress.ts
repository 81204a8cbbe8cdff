import type { ProgressMessage } from './message.js'

/**
 * When PROGRESS goes out (docs/protocol.md, section 3): after every quarter window, and once when nothing more comes, so that a converter
 * that stands at the end of its window because packets were lost hears how far it may go.
 */
export class CreditProgress {
  readonly #quarterWindow: number
  readonly #stallMs: number
  #round = 0
  #isSelective = false
  #highest = 0
  #packetCount = 0
  #reportedPosition = 0
  #dueMs: number | undefined

  constructor(window: number, stallMs: number) {
    this.#quarterWindow = Math.max(1, Math.floor(window / 4))
    this.#stallMs = stallMs
  }

  /** Packets that make a quarter of the window. */
  get quarterWindow(): number {
    return this.#quarterWindow
  }

  get nextTimeoutMs(): number | undefined {
    return this.#dueMs
  }

  /** @param isSelective - the round holds only some sequences */
  beginRound(round: number, isSelective: boolean): void {
    this.#round = round
    this.#isSelective = isSelective
    this.#highest = 0
    this.#packetCount = 0
    this.#reportedPosition = 0
    this.#dueMs = undefined
  }

  /** A RESOURCE of this round came; returns PROGRESS when a quarter window is full. */
  receive(sequence: number, nowMs: number): ProgressMessage | undefined {
    this.#highest = Math.max(this.#highest, sequence)
    this.#packetCount++
    this.#dueMs = nowMs + this.#stallMs
    // A full round sends every sequence, so the highest tells how many packets went out, lost ones included. A selective round leaves
    // sequences out: there only the packets themselves can be counted, and losses are left to the stall.
    return this.#position() - this.#reportedPosition >= this.#quarterWindow ? this.#progress() : undefined
  }

  /** Nothing more came: returns PROGRESS once, until another packet comes. */
  handleTimeout(nowMs: number): ProgressMessage | undefined {
    return this.#dueMs === undefined || nowMs < this.#dueMs ? undefined : this.report()
  }

  /** Returns PROGRESS if a packet of this round came since the last one. */
  report(): ProgressMessage | undefined {
    if (this.#dueMs === undefined) return undefined
    this.#dueMs = undefined
    return this.#progress()
  }

  /** The round is over. */
  endRound(): void {
    this.#dueMs = undefined
  }

  #position(): number {
    return this.#isSelective ? this.#packetCount : this.#highest
  }

  #progress(): ProgressMessage {
    this.#reportedPosition = this.#position()
    return { type: 'PROGRESS', highest: this.#highest, round: this.#round }
  }
}
