import type { Snapshot } from '../resources/index.js'
import {
  CountVerdict,
  ResponseStatus,
  type CountReport,
  type Missing,
  type Progress,
  type Request,
  type Resource,
  type Response,
  type RoundEnd,
} from '../wire/index.js'
import type { CloseReason, ExchangeEvent, ExchangeFacts } from './events.js'
import { DEFAULT_LIMITS, type ExchangeLimits } from './limits.js'
import { MissingSet } from './missing-set.js'
import { CreditWindow, RatePacer } from './pacing.js'
import { transition, type ExchangeAction, type ExchangeInput, type ExchangeState } from './transitions.js'

/** A status that ends an exchange: everything but OK and PENDING. */
export type RefusalStatus = Exclude<ResponseStatus, typeof ResponseStatus.ok | typeof ResponseStatus.pending>

/** The moments at which something is due; undefined: nothing of the kind. */
interface Deadlines {
  pendingAtMs?: number | undefined
  deviceTimeoutAtMs?: number | undefined
  roundEndAtMs?: number | undefined
  missingAtMs?: number | undefined
  silenceAtMs?: number | undefined
}

/**
 * One request and all that answers it, the converter's side; sans-IO: time is an argument, octets are somebody else's.
 *
 * Feed it ({@link Exchange.receive}, {@link Exchange.deviceListed}, {@link Exchange.handleTimeout} …), then drain
 * {@link Exchange.pollTransmit} and {@link Exchange.pollEvent}, then arm a timer for {@link Exchange.nextTimeoutMs}.
 *
 * @see docs/protocol.md, section 3; docs/exchange.md for the transitions
 */
export class Exchange {
  readonly request: Request
  readonly #limits: ExchangeLimits
  readonly #pacer: RatePacer
  readonly #credit: CreditWindow | undefined
  readonly #deadlines: Deadlines
  readonly #events: ExchangeEvent[] = []
  /** Messages to go before any RESOURCE: a RESPONSE and a ROUND_END at most, each replaced by its repeat. */
  #response: Response | undefined
  #responseWaits = false
  #roundEnd: RoundEnd | undefined
  #roundEndCount = 0

  #state: ExchangeState = 'asking'
  #snapshot: Snapshot | undefined
  #round = 0
  /** In this round: the next sequence to send (undefined: all sent), how many went, and which are wanted (undefined: all). */
  #nextSequence: number | undefined
  #roundSentCount = 0
  #wanted: MissingSet | undefined
  /** What the endpoint names as missing from this round, for the next. */
  #missing = new MissingSet(0)
  #missingAnnounced = 0
  #sentCount = 0
  #resentCount = 0
  #receivedCount: number | undefined

  constructor(request: Request, nowMs: number, limits: ExchangeLimits = DEFAULT_LIMITS) {
    this.request = request
    this.#limits = limits
    this.#pacer = new RatePacer(request.ratePacketsPerSecond || limits.defaultRatePacketsPerSecond, nowMs)
    if (request.credit) this.#credit = new CreditWindow(request.windowPackets, limits, nowMs)
    this.#deadlines = { pendingAtMs: nowMs + limits.pendingAfterMs, deviceTimeoutAtMs: nowMs + limits.deviceTimeoutMs }
    this.#events.push({ type: 'resourcesWanted', request })
  }

  get state(): ExchangeState {
    return this.#state
  }

  /** The RESPONSE last sent; it answers every repeat of the request. */
  get response(): Response | undefined {
    return this.#response
  }

  /** A message of the endpoint came. */
  receive(message: Request | CountReport | Missing | Progress, nowMs: number): void {
    if (this.#state === 'closed') return
    if (this.#state !== 'asking') this.#deadlines.silenceAtMs = nowMs + this.#limits.silenceMs
    switch (message.type) {
      case 'REQUEST':
        return this.#input('requestRepeated', nowMs)
      case 'COUNT_REPORT':
        return this.#receiveReport(message, nowMs)
      case 'MISSING':
        if (message.round !== this.#round || !this.request.selective) return
        this.#missing.add(message)
        return this.#input('missingNamed', nowMs)
      case 'PROGRESS':
        if (message.round !== this.#round) return
        this.#credit?.progressed(message.highestSequence, nowMs)
        return this.#input('progressed', nowMs)
    }
  }

  /** The device's list is complete. */
  deviceListed(snapshot: Snapshot, nowMs: number): void {
    if (this.#state !== 'asking') return
    this.#snapshot = snapshot
    this.#input('deviceListed', nowMs)
  }

  /** The device's list cannot be had. */
  deviceFailed(status: RefusalStatus, nowMs: number): void {
    if (this.#state !== 'asking') return
    this.#respond(status)
    this.#input('deviceFailed', nowMs)
  }

  /** The server stops. */
  stop(nowMs: number): void {
    this.#input('stopped', nowMs)
  }

  /** Time has passed; do what is due. */
  handleTimeout(nowMs: number): void {
    const { pendingAtMs, deviceTimeoutAtMs, roundEndAtMs, missingAtMs, silenceAtMs } = this.#deadlines
    const due = (atMs: number | undefined): boolean => atMs !== undefined && atMs <= nowMs
    if (due(deviceTimeoutAtMs)) this.#input('deviceTimedOut', nowMs)
    if (due(pendingAtMs)) this.#input('pendingDue', nowMs)
    if (due(roundEndAtMs)) this.#input('roundEndDue', nowMs)
    if (due(missingAtMs)) this.#input('missingCollected', nowMs)
    if (due(silenceAtMs)) this.#input('silent', nowMs)
  }

  /** When {@link Exchange.handleTimeout} or {@link Exchange.pollTransmit} next has something to do; undefined: only a message can change anything. */
  nextTimeoutMs(nowMs: number): number | undefined {
    let nextMs = this.#mayTransmitAtMs(nowMs)
    for (const atMs of Object.values(this.#deadlines) as (number | undefined)[]) {
      if (atMs !== undefined && (nextMs === undefined || atMs < nextMs)) nextMs = atMs
    }
    return nextMs
  }

  /** The next message that may go now; undefined: none now. */
  pollTransmit(nowMs: number): Response | Resource | RoundEnd | undefined {
    if (this.#responseWaits) {
      this.#responseWaits = false
      return this.#response
    }
    const atMs = this.#mayTransmitAtMs(nowMs)
    if (atMs === undefined || atMs > nowMs) return undefined
    if (this.#roundEnd) {
      const roundEnd = this.#roundEnd
      this.#roundEnd = undefined
      return roundEnd
    }
    return this.#takeResource(nowMs)
  }

  /** The next thing that happened; undefined: no more. */
  pollEvent(): ExchangeEvent | undefined {
    return this.#events.shift()
  }

  #receiveReport({ verdict, round, receivedCount, missingPackets }: CountReport, nowMs: number): void {
    // A report on a round that never was is not of this exchange.
    if (round > this.#round) return
    switch (verdict) {
      case CountVerdict.complete:
        this.#receivedCount = receivedCount
        return this.#input('reportedComplete', nowMs)
      case CountVerdict.abandon:
        this.#receivedCount = receivedCount
        return this.#input('reportedAbandon', nowMs)
      case CountVerdict.mismatch:
        if (round < this.#round) return
        this.#receivedCount = receivedCount
        this.#missingAnnounced = this.request.selective ? missingPackets : 0
        return this.#input('reportedMismatch', nowMs)
    }
  }

  #input(input: ExchangeInput, nowMs: number): void {
    const row = transition(this.#state, input)
    if (!row) return
    this.#state = row.to
    this.#act(row.does, input, nowMs)
  }

  #act(action: ExchangeAction, input: ExchangeInput, nowMs: number): void {
    switch (action) {
      case 'repeatResponse':
        this.#responseWaits = this.#response !== undefined
        return
      case 'answerPending':
        this.#deadlines.pendingAtMs = undefined
        return this.#respond(ResponseStatus.pending)
      case 'announce':
        this.#respond(ResponseStatus.ok)
        this.#forgetDevice()
        return this.#beginRound(nowMs)
      case 'refuse':
        return this.#close('refused')
      case 'refuseUnreachable':
        this.#respond(ResponseStatus.deviceUnreachable)
        return this.#close('refused')
      case 'endRound':
        this.#events.push({ type: 'roundEnded', round: this.#round, sentCount: this.#roundSentCount })
        return this.#sendRoundEnd(nowMs)
      case 'repeatRoundEnd':
        return this.#sendRoundEnd(nowMs)
      case 'noteMissing':
        if (this.#state === 'collecting') this.#startRoundWhenCollected(nowMs)
        return
      case 'collectMissing':
        this.#roundEnd = undefined
        this.#deadlines.roundEndAtMs = undefined
        this.#deadlines.missingAtMs = nowMs + this.#limits.missingWaitMs
        return this.#startRoundWhenCollected(nowMs)
      case 'startRound':
        return this.#startNextRound(nowMs)
      case 'noteProgress':
        return
      case 'finish':
        return this.#close(CLOSED_BY[input] ?? 'unconfirmed')
    }
  }

  #startRoundWhenCollected(nowMs: number): void {
    if (this.#missing.packetCount >= this.#missingAnnounced) this.#input('missingCollected', nowMs)
  }

  #startNextRound(nowMs: number): void {
    this.#deadlines.missingAtMs = undefined
    if (this.#round + 1 >= this.#limits.roundsMost) return this.#close('exhausted')
    this.#round += 1
    const selective = this.#missingAnnounced > 0 && this.#missing.packetCount > 0
    this.#wanted = selective ? this.#missing : undefined
    this.#beginRound(nowMs)
  }

  #beginRound(nowMs: number): void {
    const count = this.#snapshot?.count ?? 0
    this.#missing = new MissingSet(count)
    this.#roundSentCount = 0
    this.#roundEndCount = 0
    this.#credit?.startRound(nowMs)
    this.#deadlines.silenceAtMs = nowMs + this.#limits.silenceMs
    this.#advanceFrom(1)
    if (this.#nextSequence === undefined) this.#input('roundSent', nowMs)
  }

  #advanceFrom(sequence: number): void {
    const count = this.#snapshot?.count ?? 0
    if (this.#wanted) this.#nextSequence = this.#wanted.next(sequence)
    else this.#nextSequence = sequence <= count ? sequence : undefined
  }

  #takeResource(nowMs: number): Resource | undefined {
    const snapshot = this.#snapshot
    const sequence = this.#nextSequence
    if (!snapshot || sequence === undefined) return undefined
    this.#pacer.take()
    this.#credit?.sent(sequence)
    this.#roundSentCount += 1
    this.#sentCount += 1
    if (this.#round > 0) this.#resentCount += 1
    this.#deadlines.silenceAtMs = nowMs + this.#limits.silenceMs
    const { exchange, converterNumber } = this.request
    const resource = {
      exchange,
      converterNumber,
      count: snapshot.count,
      round: this.#round,
      ...snapshot.resource(sequence),
    }
    this.#advanceFrom(sequence + 1)
    if (this.#nextSequence === undefined) this.#input('roundSent', nowMs)
    return { type: 'RESOURCE', ...resource }
  }

  #sendRoundEnd(nowMs: number): void {
    const { exchange, converterNumber } = this.request
    const count = this.#snapshot?.count ?? 0
    this.#roundEnd = {
      type: 'ROUND_END',
      exchange,
      converterNumber,
      count,
      sentCount: this.#roundSentCount,
      round: this.#round,
    }
    this.#roundEndCount += 1
    // An empty list is one ROUND_END, not a series.
    const repeats = count > 0 && this.#roundEndCount < this.#limits.roundEndMost
    this.#deadlines.roundEndAtMs = repeats ? nowMs + this.#limits.roundEndRepeatMs : undefined
  }

  #respond(status: ResponseStatus): void {
    const { exchange, converterNumber, deviceNumber } = this.request
    const count = status === ResponseStatus.ok ? (this.#snapshot?.count ?? 0) : 0
    const snapshotAtMs = status === ResponseStatus.ok ? (this.#snapshot?.takenAtMs ?? 0) : 0
    this.#response = { type: 'RESPONSE', exchange, converterNumber, status, count, deviceNumber, snapshotAtMs }
    this.#responseWaits = true
    this.#events.push({ type: 'responded', status, count })
  }

  #forgetDevice(): void {
    this.#deadlines.pendingAtMs = undefined
    this.#deadlines.deviceTimeoutAtMs = undefined
  }

  #close(reason: CloseReason): void {
    this.#state = 'closed'
    for (const name of Object.keys(this.#deadlines) as (keyof Deadlines)[]) this.#deadlines[name] = undefined
    this.#roundEnd = undefined
    this.#nextSequence = undefined
    const facts = this.#facts()
    this.#snapshot = undefined
    this.#wanted = undefined
    this.#events.push({ type: 'closed', reason, facts })
  }

  #facts(): ExchangeFacts {
    return {
      status: this.#response?.status,
      count: this.#snapshot?.count ?? 0,
      roundCount: this.#snapshot ? this.#round + 1 : 0,
      sentCount: this.#sentCount,
      resentCount: this.#resentCount,
      receivedCount: this.#receivedCount,
    }
  }

  /** When the next message may go; undefined: there is none to send. */
  #mayTransmitAtMs(nowMs: number): number | undefined {
    if (this.#responseWaits || this.#roundEnd) return nowMs
    if (this.#nextSequence === undefined) return undefined
    return Math.max(this.#pacer.readyAtMs(nowMs), this.#credit?.readyAtMs(nowMs) ?? nowMs)
  }
}

const CLOSED_BY: Readonly<Partial<Record<ExchangeInput, CloseReason>>> = {
  reportedComplete: 'complete',
  reportedAbandon: 'abandoned',
  silent: 'unconfirmed',
  stopped: 'stopped',
}
