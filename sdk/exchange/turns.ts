import { DueHeap, NOT_IN_HEAP, type Due } from './due-heap.js'
import type { PeerGate } from './peer-gate.js'

/** Packets of a turn: as many as the fastest link takes at once. */
const TURN_PACKETS = 64
/**
 * Where somebody waits for too long, turns are as short as make a circle through all of so many packets; and never shorter than the least, as a run costs
 * about the same however short it is.
 */
const CIRCLE_PACKETS = 8_000
const TURN_PACKETS_LEAST = 8
/** Too long is twice {@link CIRCLE_MS_MOST} for one that was announced, and this for one that was not. */
const ARRIVAL_MS_MOST = 500
/** Those announced before are to have their turn this often, or nobody else is announced: well under the 500 ms of silence after which an endpoint ends a round. */
const CIRCLE_MS_MOST = 80

/** What takes turns. Where it stands is written here, and nobody else writes it. */
export interface Turn<Self> {
  readonly lane: Lane<Self>
  /**
   * Its turn goes on until so many packets went, as far as that of any other does: an endpoint that reports after a quarter of a window would say
   * nothing if many exchanges sent less than that, and then all waited for it.
   */
  readonly quarterPackets: number
  /** How many went in its turn so far. */
  turnSentCount: number
  /** Since when it waits for its turn. */
  readySinceMs: number
  isReady: boolean
  isArriving: boolean
  /** It was announced, and did not have its turn yet. */
  isFresh: boolean
}

/** Of something that stands nowhere yet. */
export const STANDS_NOWHERE = {
  turnSentCount: 0,
  readySinceMs: 0,
  isReady: false,
  isArriving: false,
  isFresh: false,
} as const

/** The exchanges of one peer that pass the same gate. */
export interface Lane<Member> extends Due {
  readonly gate: PeerGate
  /** Those that may send, as far as they themselves go. */
  readonly ready: Member[]
  /** Those that are to be announced before they send. */
  readonly arriving: Member[]
  /** It stands among the lanes that are served; otherwise nobody is ready in it, or its gate is shut. */
  isServed: boolean
}

/** A lane in which nobody stands yet. */
export function laneBehind<Member>(gate: PeerGate): Lane<Member> {
  return { gate, ready: [], arriving: [], isServed: false, dueAtMs: Infinity, heapAt: NOT_IN_HEAP }
}

/** Whose turn it is to send RESOURCE packets: peers in turn, and the exchanges of each, so that a large one does not starve a small one. */
export class Turns<Member extends Turn<Member>> {
  readonly #served: Lane<Member>[] = []
  /** Lanes with a shut gate, by when it opens unless somebody reports before. */
  readonly #shut = new DueHeap<Lane<Member>>()
  #readyCount = 0

  /** Packets of the turn that is next; fewer where others have been waiting for too long. */
  turnPackets(nowMs: number): number {
    const { ready: [waiting] = [], arriving: [newcomer] = [] } = this.#served[0] ?? {}
    const isTooLong =
      (waiting && nowMs - waiting.readySinceMs > 2 * CIRCLE_MS_MOST) ||
      (newcomer && nowMs - newcomer.readySinceMs > ARRIVAL_MS_MOST)
    if (!isTooLong) return TURN_PACKETS
    return Math.min(TURN_PACKETS, Math.max(TURN_PACKETS_LEAST, Math.floor(CIRCLE_PACKETS / this.#readyCount)))
  }

  /** When a gate opens that is shut now, unless somebody reports before; undefined: none does. */
  get nextOpeningMs(): number | undefined {
    return this.#shut.first?.dueAtMs
  }

  /** It may send, as far as it goes itself: it is the last whose turn comes. */
  add(member: Member, nowMs: number): void {
    member.isReady = true
    member.readySinceMs = nowMs
    member.lane.ready.push(member)
    this.#readyCount += 1
    this.#wake(member.lane)
  }

  /** It would like to be announced. */
  arrive(member: Member, nowMs: number): void {
    member.isArriving = true
    member.readySinceMs = nowMs
    member.lane.arriving.push(member)
    this.#wake(member.lane)
  }

  /** It was announced: its turn comes at once, or its first packets would be a circle behind. */
  admit(member: Member, nowMs: number): void {
    this.remove(member)
    this.add(member, nowMs)
    member.isFresh = true
    const { ready } = member.lane
    ready.unshift(...ready.splice(-1))
  }

  /** Whose turn it is to send, or to be announced; undefined: nobody is ready, or their gates are shut. */
  first(nowMs: number): Member | undefined {
    for (let lane; (lane = this.#shut.first) && lane.dueAtMs <= nowMs;) this.reopen(lane)
    for (let lane; (lane = this.#served[0]);) {
      const member = firstOf(lane, nowMs)
      const opensAtMs = lane.gate.readyAtMs(nowMs)
      if (member && opensAtMs <= nowMs) return member
      this.#served.shift()
      lane.isServed = false
      if (member) this.#shut.set(lane, opensAtMs)
    }
    return undefined
  }

  /**
   * So many packets of the first one went.
   *
   * @param hasMore - it could go on; otherwise its turn is over
   */
  firstSent(packets: number, hasMore: boolean, nowMs: number): void {
    const lane = this.#served[0]
    const member = lane?.ready[0]
    if (!lane || !member) return
    member.turnSentCount += packets
    if (hasMore && member.turnSentCount < this.#longestTurn(member)) return
    this.remove(member)
    if (hasMore) this.add(member, nowMs)
    // The next turn is another peer's, and in this lane another one's.
    this.#served.shift()
    this.#served.push(lane)
  }

  /** Where few wait, a turn goes on for a quarter of a window. */
  #longestTurn({ quarterPackets }: Member): number {
    return Math.min(quarterPackets, Math.max(TURN_PACKETS, Math.floor(CIRCLE_PACKETS / this.#readyCount)))
  }

  /** It may send no more, and is not to be announced. */
  remove(member: Member): void {
    const { lane } = member
    if (member.isReady) {
      lane.ready.splice(lane.ready.indexOf(member), 1)
      this.#readyCount -= 1
    }
    if (member.isArriving) lane.arriving.splice(lane.arriving.indexOf(member), 1)
    member.isReady = false
    member.isArriving = false
    member.isFresh = false
    member.turnSentCount = 0
    if (lane.ready.length + lane.arriving.length === 0) this.#shut.remove(lane)
  }

  /** The gate of a lane may have opened. */
  reopen(lane: Lane<Member>): void {
    if (lane.heapAt === NOT_IN_HEAP) return
    this.#shut.remove(lane)
    this.#wake(lane)
  }

  #wake(lane: Lane<Member>): void {
    if (lane.isServed || lane.heapAt !== NOT_IN_HEAP) return
    lane.isServed = true
    this.#served.push(lane)
  }
}

/** A newcomer only where those before it do not wait for long, and none is in the middle of its turn. */
function firstOf<Member extends Turn<Member>>({ ready, arriving }: Lane<Member>, nowMs: number): Member | undefined {
  const [waiting] = ready
  if (!waiting) return arriving[0]
  const admits = waiting.turnSentCount === 0 && !waiting.isFresh && nowMs - waiting.readySinceMs < CIRCLE_MS_MOST
  return (admits ? arriving[0] : undefined) ?? waiting
}
