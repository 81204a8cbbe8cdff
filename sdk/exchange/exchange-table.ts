import { ResponseStatus, type Message, type Request, type ResourceRun, type Response } from '../wire/index.js'
import { DueHeap, NOT_IN_HEAP, type Due } from './due-heap.js'
import { earlier } from './earlier.js'
import type { ExchangeEvent } from './events.js'
import { Exchange } from './exchange.js'
import { DEFAULT_LIMITS, type ExchangeLimits } from './limits.js'
import { PeerLanes } from './peer-lanes.js'
import type { PeerShare } from './peer-share.js'
import { STANDS_NOWHERE, Turns, type Turn } from './turns.js'

/** Why a decoded message was not taken; it is counted, and never answered. */
export type UnexpectedReason = 'otherConverter' | 'unexpectedMessage' | 'unknownExchange'

/** What an {@link ExchangeTable} must know. */
export interface ExchangeTableOptions {
  /** Our own external message number; messages for any other are not ours. */
  readonly converterNumber: bigint
  /** Whether a device number is one of ours. */
  readonly knowsDevice: (deviceNumber: bigint) => boolean
  readonly limits?: ExchangeLimits
}

/** How answers find back: the peer's link address, and whatever else the shell needs; kept as it came with the REQUEST. */
export interface ReturnPath {
  readonly peer: string
}

/** One message to send, and where to. */
export interface Outgoing<P extends ReturnPath> {
  readonly path: P
  readonly message: Message
}

/** Some RESOURCE packets to send, and where to. */
export interface OutgoingRun<P extends ReturnPath> {
  readonly path: P
  readonly run: ResourceRun
}

/** One thing that happened, in which exchange. */
export interface TableEvent<P extends ReturnPath> {
  readonly path: P
  readonly exchange: Exchange
  readonly event: ExchangeEvent
}

interface Entry<P extends ReturnPath> extends Due, Turn<Entry<P>> {
  readonly key: string
  readonly path: P
  readonly exchange: Exchange
  /** With CREDIT: its packets among all of its peer. */
  readonly share: PeerShare | undefined
  /** It stands in the queue of those with a message to send, or of those that have something to tell. */
  isUrgent: boolean
  isEventful: boolean
}

interface Remembered {
  readonly response: Response | undefined
  readonly untilMs: number
}

/**
 * All exchanges of one converter; sans-IO. It finds the exchange that a message belongs to, opens new ones up to a bound, answers itself what
 * needs no device, and remembers closed exchanges so that a late REQUEST never asks a device twice.
 */
export class ExchangeTable<P extends ReturnPath> {
  readonly #converterNumber: bigint
  readonly #knowsDevice: (deviceNumber: bigint) => boolean
  readonly #limits: ExchangeLimits
  readonly #entries = new Map<string, Entry<P>>()
  /** Those with a RESPONSE or a ROUND_END to send: single packets that somebody waits for, so they go before the resources of all others. */
  readonly #urgent: Entry<P>[] = []
  /** Those that may send resources, as far as they themselves go. */
  readonly #turns = new Turns<Entry<P>>()
  readonly #lanes: PeerLanes<Entry<P>>
  /** Those that have something to tell. */
  readonly #eventful: Entry<P>[] = []
  /** All of them, by when something is due that is not ready yet. */
  readonly #due = new DueHeap<Entry<P>>()
  readonly #remembered = new Map<string, Remembered>()
  /** Answers that need no exchange; bounded like the exchanges. */
  readonly #answers: Outgoing<P>[] = []

  constructor({ converterNumber, knowsDevice, limits = DEFAULT_LIMITS }: ExchangeTableOptions) {
    this.#converterNumber = converterNumber
    this.#knowsDevice = knowsDevice
    this.#limits = limits
    this.#lanes = new PeerLanes(limits)
  }

  /** Exchanges that are open. */
  get openCount(): number {
    return this.#entries.size
  }

  /**
   * A message of an admitted peer came.
   *
   * @returns undefined when it was taken, otherwise why not
   */
  receive(path: P, message: Message, nowMs: number): UnexpectedReason | undefined {
    if (message.type !== 'REQUEST') return this.receiveReport(path.peer, message, nowMs)
    if (message.converterNumber !== this.#converterNumber) return 'otherConverter'
    this.#receiveRequest(path, message, nowMs)
    return undefined
  }

  /** The same for what opens no exchange, and so needs no way back. The message is not kept: a view of its packet will do. */
  receiveReport(peer: string, message: Exclude<Message, Request>, nowMs: number): UnexpectedReason | undefined {
    if (message.converterNumber !== this.#converterNumber) return 'otherConverter'
    switch (message.type) {
      case 'RESPONSE':
      case 'RESOURCE':
      case 'ROUND_END':
        return 'unexpectedMessage'
      case 'COUNT_REPORT':
      case 'MISSING':
      case 'PROGRESS': {
        const key = keyOf(peer, message.exchange)
        const entry = this.#entries.get(key)
        // What comes after the end is no fault: an endpoint says COMPLETE three times.
        if (!entry) return this.#recall(key, nowMs) ? undefined : 'unknownExchange'
        entry.exchange.receive(message, nowMs)
        entry.share?.heard(entry.exchange.outstandingPackets, nowMs)
        this.#turns.reopen(entry.lane)
        this.#sort(entry, nowMs)
        return undefined
      }
    }
  }

  /** Do what is due, in every exchange where something is. */
  handleTimeout(nowMs: number): void {
    const due: Entry<P>[] = []
    for (let first; (first = this.#due.first) && first.dueAtMs <= nowMs;) {
      this.#due.remove(first)
      due.push(first)
    }
    for (const entry of due) {
      entry.exchange.handleTimeout(nowMs)
      this.#sort(entry, nowMs)
    }
  }

  /** When something is next due or may be sent; undefined: only a message can change anything. */
  nextTimeoutMs(nowMs: number): number | undefined {
    if (this.#answers.length > 0 || this.#nextReady(nowMs)) return nowMs
    return earlier(this.#due.first?.dueAtMs, this.#turns.nextOpeningMs)
  }

  /** The next message that may go now, taking the exchanges in turn. */
  pollTransmit(nowMs: number): Outgoing<P> | undefined {
    const answer = this.#answers.shift()
    if (answer) return answer
    const entry = this.#nextReady(nowMs)
    const message = entry?.exchange.pollTransmit(nowMs)
    if (!entry || !message) return undefined
    if (message.type === 'RESOURCE') this.#noteSent(entry, 1, nowMs)
    else this.#noteMessage(entry, nowMs)
    return { path: entry.path, message }
  }

  /**
   * The same for a shell that sends RESOURCE packets by the run: a message, or as many RESOURCE packets as may go now of the exchange whose turn it
   * is and as the run takes.
   *
   * @param begin - gives a run that was begun for packets on this path; it should take no more packets than it is told: the more exchanges wait
   *   for their turn, the shorter a turn is
   */
  pollRun(
    nowMs: number,
    begin: (path: P, exchange: Exchange, turnPackets: number) => ResourceRun,
  ): Outgoing<P> | OutgoingRun<P> | undefined {
    const answer = this.#answers.shift()
    if (answer) return answer
    const entry = this.#nextReady(nowMs)
    if (!entry) return undefined
    const { path, exchange, lane } = entry
    const message = exchange.pollMessage()
    if (message) {
      this.#noteMessage(entry, nowMs)
      return { path, message }
    }
    const run = begin(path, exchange, Math.min(this.#turns.turnPackets(nowMs), lane.gate.roomPackets))
    exchange.pollRun(nowMs, run)
    this.#noteSent(entry, run.packetCount, nowMs)
    return { path, run }
  }

  /** The next thing that happened. A closed exchange leaves the table with its last event. */
  pollEvent(nowMs: number): TableEvent<P> | undefined {
    for (let entry; (entry = this.#eventful[0]);) {
      const { path, exchange } = entry
      const event = exchange.pollEvent()
      if (event?.type === 'closed') this.#retire(entry, nowMs)
      if (event) return { path, exchange, event }
      entry.isEventful = false
      this.#eventful.shift()
    }
    return undefined
  }

  /** End every exchange: the server stops. */
  stop(nowMs: number): void {
    for (const entry of this.#entries.values()) {
      entry.exchange.stop(nowMs)
      this.#sort(entry, nowMs)
    }
  }

  /** An exchange may have changed: queue it where it belongs now. */
  #sort(entry: Entry<P>, nowMs: number): void {
    const { exchange } = entry
    if (!entry.isEventful && exchange.hasEvents) {
      entry.isEventful = true
      this.#eventful.push(entry)
    }
    if (!entry.isUrgent && exchange.hasMessage) {
      entry.isUrgent = true
      this.#urgent.push(entry)
    }
    if (!entry.isArriving && exchange.isListed) this.#turns.arrive(entry, nowMs)
    const transmitAtMs = exchange.nextResourceMs(nowMs) ?? Infinity
    if (!entry.isReady && transmitAtMs <= nowMs) this.#turns.add(entry, nowMs)
    const dueAtMs = Math.min(exchange.nextDeadlineMs ?? Infinity, entry.isReady ? Infinity : transmitAtMs)
    if (dueAtMs === Infinity) this.#due.remove(entry)
    else this.#due.set(entry, dueAtMs)
  }

  /** The first of the urgent ones sent its message. It keeps its place among those that may send resources. */
  #noteMessage(entry: Entry<P>, nowMs: number): void {
    this.#urgent.shift()
    entry.isUrgent = false
    this.#sort(entry, nowMs)
  }

  /** The one whose turn it is sent some resources. */
  #noteSent(entry: Entry<P>, packets: number, nowMs: number): void {
    const { share, lane, exchange } = entry
    if (share) share.sent(packets)
    else lane.gate.sent(packets, nowMs)
    this.#turns.firstSent(packets, (exchange.nextResourceMs(nowMs) ?? Infinity) <= nowMs, nowMs)
    this.#sort(entry, nowMs)
  }

  /** The exchange whose turn it is, if any may send now. What could not any more, by a message that came since, is queued anew. */
  #nextReady(nowMs: number): Entry<P> | undefined {
    for (;;) {
      const urgent = this.#nextUrgent()
      if (urgent) return urgent
      const entry = this.#turns.first(nowMs)
      if (!entry) return undefined
      if (entry.isArriving) {
        entry.exchange.announce(nowMs)
        this.#turns.admit(entry, nowMs)
      } else {
        if ((entry.exchange.nextResourceMs(nowMs) ?? Infinity) <= nowMs) return entry
        this.#turns.remove(entry)
      }
      this.#sort(entry, nowMs)
    }
  }

  #nextUrgent(): Entry<P> | undefined {
    for (let entry; (entry = this.#urgent[0]);) {
      if (entry.exchange.hasMessage) return entry
      this.#urgent.shift()
      entry.isUrgent = false
    }
    return undefined
  }

  #receiveRequest(path: P, request: Request, nowMs: number): void {
    const key = keyOf(path.peer, request.exchange)
    const entry = this.#entries.get(key)
    if (entry) {
      entry.exchange.receive(request, nowMs)
      return this.#sort(entry, nowMs)
    }

    const remembered = this.#recall(key, nowMs)
    if (remembered) {
      if (remembered.response) this.#answer(path, remembered.response)
      return
    }
    if (!isAnswerable(request)) return this.#refuse(path, request, ResponseStatus.badRequest)
    if (!this.#knowsDevice(request.deviceNumber)) return this.#refuse(path, request, ResponseStatus.unknownDevice)
    if (this.#entries.size >= this.#limits.exchangesMost) return this.#refuse(path, request, ResponseStatus.busy)

    const exchange = new Exchange(request, nowMs, this.#limits, (answeredAtMs) => {
      // A device may answer what was ended meanwhile.
      if (this.#entries.get(key) === opened) this.#sort(opened, answeredAtMs)
    })
    const queued = { ...STANDS_NOWHERE, isUrgent: false, isEventful: false, dueAtMs: Infinity, heapAt: NOT_IN_HEAP }
    const opened: Entry<P> = { key, path, exchange, ...this.#lanes.join(path.peer, request, nowMs), ...queued }
    this.#entries.set(key, opened)
    this.#sort(opened, nowMs)
  }

  /** These statuses cost nothing to find again, so they are not remembered. */
  #refuse(path: P, { exchange, converterNumber, deviceNumber }: Request, status: ResponseStatus): void {
    this.#answer(path, { type: 'RESPONSE', exchange, converterNumber, status, count: 0, deviceNumber, snapshotAtMs: 0 })
  }

  #answer(path: P, message: Response): void {
    if (this.#answers.length < this.#limits.exchangesMost) this.#answers.push({ path, message })
  }

  #recall(key: string, nowMs: number): Remembered | undefined {
    const remembered = this.#remembered.get(key)
    return remembered && remembered.untilMs > nowMs ? remembered : undefined
  }

  #retire(entry: Entry<P>, nowMs: number): void {
    const { key, path, exchange } = entry
    this.#entries.delete(key)
    this.#due.remove(entry)
    // It tells no more, and sends only what is handed over here.
    this.#eventful.splice(this.#eventful.indexOf(entry), 1)
    if (entry.isUrgent) this.#urgent.splice(this.#urgent.indexOf(entry), 1)
    this.#turns.remove(entry)
    this.#lanes.leave(path.peer, exchange.request)
    // A refusal closes the exchange with its RESPONSE still to go.
    for (let last; (last = exchange.pollTransmit(nowMs));) this.#answers.push({ path, message: last })
    for (const [oldest, { untilMs }] of this.#remembered) {
      if (untilMs > nowMs && this.#remembered.size < this.#limits.rememberedMost) break
      this.#remembered.delete(oldest)
    }
    this.#remembered.set(key, { response: exchange.response, untilMs: nowMs + this.#limits.rememberMs })
  }
}

/** BAD_REQUEST otherwise: an empty or inverted range, or credit without a window, cannot be meant. */
function isAnswerable({ fromMs, toMs, credit, windowPackets }: Request): boolean {
  return (toMs === 0 || fromMs < toMs) && (!credit || windowPackets > 0)
}

function keyOf(peer: string, exchange: number): string {
  return `${peer} ${exchange}`
}
