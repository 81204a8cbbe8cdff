import type { Fates, PlacedFault } from './fault.js'

/** A packet under way. */
export interface Travelling<Content> {
  readonly content: Content
  readonly dueMs: number
  /** The bit that flipped under way; undefined: none. */
  readonly flippedBit: number | undefined
}

/** A network in which time is an argument and every packet's fate is chosen by somebody else. Equal times keep the order of sending. */
export class VirtualNetwork<Content> {
  readonly #fates: Fates
  readonly #latencyMs: number
  /** Latest first, so that the next to arrive is at the end. */
  readonly #underWay: Travelling<Content>[] = []
  /** Every fault that was chosen. */
  readonly faults: PlacedFault[] = []
  /** Numbers of the packets that are copies. */
  readonly copies = new Set<number>()
  #packetCount = 0

  constructor(fates: Fates, latencyMs: number) {
    this.#fates = fates
    this.#latencyMs = latencyMs
  }

  /** Packets whose fate could be chosen so far; they are numbered from 0. */
  get packetCount(): number {
    return this.#packetCount
  }

  /** When the next packet arrives; undefined: none is under way. */
  get nextArrivalMs(): number | undefined {
    return this.#underWay.at(-1)?.dueMs
  }

  /** What is under way, the next to arrive last. */
  get underWay(): readonly Travelling<Content>[] {
    return this.#underWay
  }

  /** A packet goes on its way. */
  send(content: Content, nowMs: number): void {
    const packet = this.#packetCount++
    const fault = this.#fates(packet)
    if (fault) this.faults.push({ packet, fault })
    const dueMs = nowMs + this.#latencyMs
    switch (fault?.kind) {
      case undefined:
        return this.#travel({ content, dueMs, flippedBit: undefined })
      case 'lose':
        return
      case 'delay':
        return this.#travel({ content, dueMs: dueMs + fault.byMs, flippedBit: undefined })
      case 'corrupt':
        return this.#travel({ content, dueMs, flippedBit: fault.bit })
      case 'duplicate':
        this.#travel({ content, dueMs, flippedBit: undefined })
        this.copies.add(this.#packetCount)
        return this.send(content, nowMs)
    }
  }

  /** A packet goes on its way to somebody to whom nothing matters any more: no fate is chosen for it. */
  sendUnheeded(content: Content, nowMs: number): void {
    this.#travel({ content, dueMs: nowMs + this.#latencyMs, flippedBit: undefined })
  }

  /** The next packet that has arrived by now. */
  arrive(nowMs: number): Travelling<Content> | undefined {
    const next = this.nextArrivalMs
    return next !== undefined && next <= nowMs ? this.#underWay.pop() : undefined
  }

  #travel(packet: Travelling<Content>): void {
    let [low, high] = [0, this.#underWay.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#underWay[middle]!.dueMs > packet.dueMs) low = middle + 1
      else high = middle
    }
    this.#underWay.splice(low, 0, packet)
  }
}
