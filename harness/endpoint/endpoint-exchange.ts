import { CreditProgress } from './credit-progress.js'
import type { EndEvent, EndpointEvent, EndpointVerdict, ResponseEvent, RoundEndedEvent } from './endpoint-event.js'
import {
  COMPLETE_REPEAT_COUNT,
  DEFAULT_ENDPOINT_TIMINGS,
  REQUEST_LIMIT,
  type EndpointTimings,
} from './endpoint-timings.js'
import { DEFAULT_MAX_RESOURCES, type EndpointExchangeOptions } from './exchange-options.js'
import { ExchangeRounds } from './exchange-rounds.js'
import { exchangeTransitions, type ExchangeHappening, type ExchangePhase } from './exchange-transitions.js'
import { formatExternalNumber } from './external-number.js'
import {
  ReportVerdict,
  ResponseStatus,
  statusName,
  type CountReportMessage,
  type Message,
  type RequestMessage,
  type ResourceMessage,
  type ResponseMessage,
  type RoundEndMessage,
} from './message.js'
import type { ResourceLane } from './resource-lane.js'
import { RequestSchedule } from './request-schedule.js'
import { ResourceCollection } from './resource-collection.js'
import { RoundReport } from './round-report.js'

/**
 * The requester's side of one exchange: asks, collects, reports, and trusts nothing. It does no I/O: messages, time and time-outs go in,
 * messages and events come out, and equal inputs give equal outputs.
 *
 * After each input drain {@link pollTransmit}, then {@link pollEvent}, then wait for {@link nextTimeoutMs}. After the `end` event nothing is
 * due, transmitted or told any more. Resource events are made when they are polled, from one compact store, so leaving them unpolled
 * costs nothing.
 *
 * @see docs/protocol.md, section 3
 * @example
 * exchange.receive(message, nowMs)
 * for (let out; (out = exchange.pollTransmit(nowMs)); ) send(out)
 * for (let event; (event = exchange.pollEvent()); ) handle(event)
 */
export class EndpointExchange {
  readonly #request: RequestMessage
  readonly #timings: EndpointTimings
  readonly #collection: ResourceCollection
  /** Resources are handed out as events. */
  readonly handsOutEach: boolean
  readonly #rounds = new ExchangeRounds()
  readonly #schedule: RequestSchedule
  readonly #credit: CreditProgress | undefined
  /** At most one REQUEST and PROGRESS per time-out, and one report with its MISSING packets. */
  readonly #outbox: Message[] = []

  #phase: ExchangePhase = 'asking'
  #isStarted = false
  /** When the phase itself has something to do: end the idle round, repeat the report, say COMPLETE again. */
  #phaseDueMs: number | undefined
  /** When a converter that brings nothing is given up. */
  #stallEndsMs: number | undefined

  #isAnswered = false
  /** The status that refused. */
  #refusal: number | undefined
  /** What was reported last. */
  #report: RoundReport | undefined
  /** The report that the current round answers; undefined in round 0. */
  #answeredReport: RoundReport | undefined
  #completesLeft = COMPLETE_REPEAT_COUNT

  #responseEvent: ResponseEvent | undefined
  /** At most one per round. */
  readonly #roundEvents: RoundEndedEvent[] = []
  #endEvent: EndEvent | undefined

  constructor({ request, timings, maxResources = DEFAULT_MAX_RESOURCES, resources }: EndpointExchangeOptions) {
    this.#request = request
    this.handsOutEach = resources !== 'counted'
    this.#timings = { ...DEFAULT_ENDPOINT_TIMINGS, ...timings }
    this.#collection = new ResourceCollection(maxResources)
    this.#schedule = new RequestSchedule(this.#timings)
    this.#credit = request.credit ? new CreditProgress(request.window, this.#timings.progressStallMs) : undefined
  }

  /** Where the exchange stands. */
  get phase(): ExchangePhase {
    return this.#phase
  }

  /** When {@link handleTimeout} is wanted next; undefined: never, as things stand. */
  get nextTimeoutMs(): number | undefined {
    const next = Math.min(
      this.#schedule.nextTimeoutMs ?? Infinity,
      this.#phaseDueMs ?? Infinity,
      this.#stallEndsMs ?? Infinity,
      this.#credit?.nextTimeoutMs ?? Infinity,
    )
    return next === Infinity ? undefined : next
  }

  /**
   * Take one message of the converter. What an endpoint does not take, and what comes before the start or after the end, changes nothing.
   *
   * @param nowMs - on any clock that does not run backwards
   */
  receive(message: Message, nowMs: number): void {
    if (!this.#isStarted || this.#phase === 'ended') return
    if (message.type === 'RESPONSE') this.#receiveResponse(message, nowMs)
    if (message.type === 'RESOURCE') this.#receiveResource(message, nowMs)
    if (message.type === 'ROUND_END') this.#receiveRoundEnd(message, nowMs)
  }

  /**
   * Take the RESOURCE that a lane has just read from a packet, without decoding it.
   *
   * @returns false, having changed nothing, where it is anything but a new resource of the current round with nothing wrong: that goes to
   *   {@link receive}
   */
  receiveOctets(packet: Uint8Array, lane: ResourceLane, nowMs: number): boolean {
    if (this.#phase !== 'collecting' || lane.round !== this.#rounds.current) return false
    if (!this.#collection.addOctets(packet, lane)) return false
    this.#noteResource(lane.sequence, true, true, nowMs)
    return true
  }

  /** Packets that make a quarter of the window; undefined without CREDIT. */
  get quarterWindow(): number | undefined {
    return this.#credit?.quarterWindow
  }

  /** Say PROGRESS though no quarter of the window came in this exchange alone, if anything came: others fill the same receive buffer. */
  reportProgress(): void {
    const progress = this.#credit?.report()
    if (progress) this.#outbox.push(progress)
  }

  /** Do what is due at `nowMs`; calling too early is harmless. */
  handleTimeout(nowMs: number): void {
    const asked = this.#schedule.handleTimeout(nowMs)
    if (asked === 'send') this.#outbox.push(this.#request)
    else if (asked) this.#handleUnanswered(asked, nowMs)
    if (isDue(this.#stallEndsMs, nowMs)) {
      this.#abandon(`nothing new came for ${this.#timings.stallLimitMs} ms after ${this.#collection.summary}`)
    }
    if (isDue(this.#phaseDueMs, nowMs)) this.#handlePhaseDue(nowMs)
    const progress = this.#credit?.handleTimeout(nowMs)
    if (progress) this.#outbox.push(progress)
  }

  /** The next message to send, undefined when there is none. The first call starts the exchange, with a REQUEST. */
  pollTransmit(nowMs: number): Message | undefined {
    if (!this.#isStarted && this.#phase !== 'ended') {
      this.#isStarted = true
      this.#schedule.start(nowMs)
      return this.#request
    }
    return this.#outbox.shift()
  }

  /** The next event, undefined when there is none for now. `end` comes last, once nothing is left to transmit. */
  pollEvent(): EndpointEvent | undefined {
    const response = this.#responseEvent
    this.#responseEvent = undefined
    const event = response ?? this.#releaseResource() ?? this.#roundEvents.shift()
    if (event || this.#outbox.length > 0) return event
    const end = this.#endEvent
    this.#endEvent = undefined
    return end
  }

  /** Stop. The converter is told ABANDON once, unless it was told COMPLETE or refused: then the exchange just ends as what it is. */
  abort(): void {
    if (this.#phase === 'confirming') this.#complete()
    else if (this.#phase === 'refused') this.#refuse()
    else this.#finish('aborted', `the requester stopped after ${this.#collection.summary}`)
  }

  #releaseResource(): EndpointEvent | undefined {
    return this.handsOutEach ? this.#collection.release(this.#phase === 'ended') : undefined
  }

  #receiveResponse(message: ResponseMessage, nowMs: number): void {
    const { status, count, device } = message
    if (this.#phase === 'confirming') return
    if (status === ResponseStatus.PENDING) {
      // Late or repeated once anything else came.
      if (this.#phase === 'asking') this.#schedule.receivePending(nowMs)
      return
    }
    if (this.#phase === 'refused') {
      if (status !== this.#refusal) this.#receiveAfterRefusal(`a RESPONSE says ${statusName(status)}`)
      return
    }
    if (status !== ResponseStatus.OK) return this.#receiveRefusal(message, nowMs)
    if (device !== this.#request.device) {
      const [got, asked] = [device, this.#request.device].map(formatExternalNumber)
      return this.#contradict(`the RESPONSE is about device ${got}; the REQUEST was about ${asked}`)
    }
    const wrongCount = this.#collection.learnCount(count, 'the RESPONSE')
    if (wrongCount) return this.#contradict(wrongCount)
    if (!this.#isAnswered) this.#responseEvent = { type: 'response', status: statusName(status), count }
    this.#isAnswered = true
    this.#schedule.settle()
    this.#happen('answered', nowMs)
  }

  #receiveRefusal({ status, count }: ResponseMessage, nowMs: number): void {
    const name = statusName(status)
    if (this.#phase !== 'asking') {
      // A late answer to an earlier REQUEST that found the converter full. Any other status belongs to the one request that is answered.
      if (status === ResponseStatus.BUSY) return
      return this.#contradict(`a RESPONSE says ${name} though resources were announced`)
    }
    if (count !== 0) return this.#contradict(`the RESPONSE says ${name} and a count of ${count}; a refusal has 0`)
    this.#refusal = status
    this.#responseEvent = { type: 'response', status: name, count }
    this.#schedule.settle()
    this.#happen('requestRefused', nowMs)
  }

  #receiveAfterRefusal(what: string): void {
    // Only BUSY leaves the converter free to serve an earlier or later repeat of the REQUEST: that is no lie, but nobody wants it any more.
    if (this.#refusal === ResponseStatus.BUSY) return this.#refuse(true)
    this.#contradict(`${what} after the RESPONSE said ${statusName(this.#refusal ?? 0)}`)
  }

  #receiveResource(message: ResourceMessage, nowMs: number): void {
    if (this.#phase === 'confirming') return this.#collection.addUnasked()
    if (this.#phase === 'refused') return this.#receiveAfterRefusal(`a RESOURCE came, sequence ${message.sequence},`)
    const wrong = this.#collection.check(message)
    if (wrong) return this.#contradict(wrong)
    this.#beginRound(message.round, nowMs)
    const isNew = this.#collection.add(message, this.#rounds.current, this.#answeredReport)
    this.#noteResource(message.sequence, isNew, message.round === this.#rounds.current, nowMs)
  }

  #noteResource(sequence: number, isNew: boolean, isCurrent: boolean, nowMs: number): void {
    const isHigher = isCurrent && this.#rounds.reach(sequence)
    if ((isNew || isHigher) && this.#stallEndsMs !== undefined) this.#stallEndsMs = nowMs + this.#timings.stallLimitMs
    if (!isCurrent || this.#phase !== 'collecting') return
    this.#phaseDueMs = nowMs + this.#timings.roundIdleMs
    const progress = this.#credit?.receive(sequence, nowMs)
    if (progress) this.#outbox.push(progress)
  }

  #receiveRoundEnd({ count, round }: RoundEndMessage, nowMs: number): void {
    if (this.#phase === 'confirming') return
    if (this.#phase === 'refused') {
      if (count > 0) this.#receiveAfterRefusal(`a ROUND_END came with a count of ${count}`)
      return
    }
    const wrongCount = this.#collection.learnCount(count, `the ROUND_END of round ${round}`)
    if (wrongCount) return this.#contradict(wrongCount)
    this.#beginRound(round, nowMs)
    if (round === this.#rounds.current && this.#phase === 'collecting') this.#endRound(nowMs)
  }

  /** A packet of some round came: it may be the first of the first round, or of the one that was asked for. */
  #beginRound(round: number, nowMs: number): void {
    if (this.#phase === 'asking') {
      this.#schedule.receiveResources(nowMs)
      this.#happen('resourcesCame', nowMs)
    } else if (round === this.#rounds.current + 1) {
      this.#happen('laterRoundBegan', nowMs)
    }
  }

  #endRound(nowMs: number): void {
    const { store, count, isFull, summary } = this.#collection
    this.#credit?.endRound()
    this.#roundEvents.push({ type: 'roundEnded', round: this.#rounds.current, received: store.size, count: count ?? 0 })
    if (isFull) return this.#happen(this.#schedule.isSettled ? 'roundFull' : 'roundFullUnconfirmed', nowMs)
    const why = this.#rounds.end(store.size, summary)
    if (why !== undefined) return this.#abandon(why)
    this.#report = new RoundReport(this.#rounds.current, store, count, this.#request.selective)
    this.#happen('roundShort', nowMs)
  }

  #handleUnanswered(how: 'unanswered' | 'still-pending', nowMs: number): void {
    if (this.#phase !== 'asking') return this.#happen('unanswered', nowMs)
    this.#finish(
      'no-response',
      how === 'still-pending'
        ? `the RESPONSE was still PENDING after ${this.#timings.pendingLimitMs} ms`
        : `no RESPONSE and no resource came to ${REQUEST_LIMIT} REQUESTs`,
    )
  }

  #handlePhaseDue(nowMs: number): void {
    switch (this.#phase) {
      case 'collecting':
        return this.#endRound(nowMs)
      case 'reporting':
        return this.#sendReport(nowMs)
      case 'confirming':
        return this.#sendComplete(nowMs)
      case 'refused':
        return this.#refuse()
      case 'asking':
      case 'holding':
      case 'ended':
    }
  }

  /** Go where the table says; what it does not name changes nothing. */
  #happen(happening: ExchangeHappening, nowMs: number): void {
    const next = exchangeTransitions[this.#phase][happening]
    if (next) this.#enter(next, nowMs)
  }

  #enter(phase: ExchangePhase, nowMs: number): void {
    this.#phase = phase
    this.#phaseDueMs = undefined
    this.#stallEndsMs = undefined
    switch (phase) {
      case 'collecting':
        this.#rounds.begin()
        this.#answeredReport = this.#report
        this.#credit?.beginRound(this.#rounds.current, this.#report?.isSelective === true)
        this.#phaseDueMs = nowMs + this.#timings.roundIdleMs
        this.#stallEndsMs = nowMs + this.#timings.stallLimitMs
        return
      case 'reporting':
        this.#stallEndsMs = nowMs + this.#timings.stallLimitMs
        return this.#sendReport(nowMs)
      case 'confirming':
        return this.#sendComplete(nowMs)
      case 'refused':
        this.#phaseDueMs = nowMs + this.#timings.refusalLingerMs
        return
      case 'asking':
      case 'holding':
      case 'ended':
    }
  }

  /** The MISSING packets follow their report at once, in the repeats too. */
  #sendReport(nowMs: number): void {
    this.#phaseDueMs = nowMs + this.#timings.reportIntervalMs
    if (!this.#report || this.#outbox.length > this.#report.missing.length) return
    this.#outbox.push(this.#report.report, ...this.#report.missing)
  }

  #sendComplete(nowMs: number): void {
    this.#outbox.push(this.#finalReport(ReportVerdict.COMPLETE))
    this.#completesLeft--
    if (this.#completesLeft === 0) return this.#complete()
    this.#phaseDueMs = nowMs + this.#timings.completeIntervalMs
  }

  #finalReport(verdict: number): CountReportMessage {
    const { store, count = 0 } = this.#collection
    return {
      type: 'COUNT_REPORT',
      verdict,
      round: this.#rounds.current,
      received: store.size,
      count,
      missingPackets: 0,
    }
  }

  #complete(): void {
    this.#finish('complete', `${this.#collection.summary} are here; rounds: ${this.#rounds.begun}`, false)
  }

  #refuse(isTold = false): void {
    this.#finish('refused', `the converter answered ${statusName(this.#refusal ?? 0)}`, isTold)
  }

  #abandon(why: string): void {
    this.#finish('abandoned', why)
  }

  #contradict(why: string): void {
    this.#finish('contradiction', why)
  }

  /** @param isTold - ABANDON goes to the converter, instead of whatever was still to be sent */
  #finish(verdict: EndpointVerdict, why: string, isTold = true): void {
    const next = exchangeTransitions[this.#phase].finished
    if (!next) return
    if (isTold && this.#isStarted) this.#outbox.splice(0, Infinity, this.#finalReport(ReportVerdict.ABANDON))
    this.#phase = next
    this.#phaseDueMs = undefined
    this.#stallEndsMs = undefined
    this.#schedule.settle()
    this.#credit?.endRound()
    const { store, count, duplicateCount: duplicates } = this.#collection
    const rounds = this.#rounds.begun
    this.#endEvent = { type: 'end', verdict, why, received: store.size, count, rounds, duplicates }
  }
}

function isDue(dueMs: number | undefined, nowMs: number): boolean {
  return dueMs !== undefined && nowMs >= dueMs
}
