import type { Snapshot } from '../resources/index.js'
import {
  CountVerdict,
  ResponseStatus,
  type CountReport,
  type Missing,
  type Progress,
  type Request,
  type Resource,
  type ResourceRun,
  type Response,
  type RoundEnd,
} from '../wire/index.js'
import type { CloseReason, ExchangeEvent, ExchangeFacts } from './events.js'
import { earlier } from './earlier.js'
import { DEFAULT_LIMITS, type ExchangeLimits } from './limits.js'
import { MissingSet } from './missing-set.js'
import { wholeRound, type RoundPlan } from './round-plan.js'
import { RoundSending } from './round-sending.js'
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
  readonly #onAnswered: ((nowMs: number) => void) | undefined
  readonly #sending: RoundSending
  readonly #deadlines: Deadlines
  readonly #events: ExchangeEvent[] = []
  /** Messages to go before any RESOURCE: a RESPONSE and a ROUND_END at most, each replaced by its repeat. */
  #response: Response | undefined
  #responseWaits = false
  #roundEnd: RoundEnd | undefined
  #roundEndCount = 0

  #state: ExchangeState = 'asking'
  /** Others kept the device from being asked at once. */
  #isDeviceOccupied = false
  /** Kept until it is announced. */
  #listed: Snapshot | undefined
  #snapshot: Snapshot | undefined
  /** What the endpoint names as missing from this round, for the next. */
  #missing = new MissingSet(0)
  #missingAnnounced = 0
  #receivedCount: number | undefined

  /**
   * @param onAnswered - told when the device's answer came: it is handed to the exchange itself, and not to whoever keeps it. A list is then kept until
   *   {@link Exchange.announce}; without this it is announced at once
   */
  constructor(
    request: Request,
    nowMs: number,
    limits: ExchangeLimits = DEFAULT_LIMITS,
    onAnswered?: (nowMs: number) => void,
  ) {
    this.request = request
    this.#limits = limits
    this.#onAnswered = onAnswered
    this.#sending = new RoundSending(request, nowMs, limits)
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

  /** With CREDIT: RESOURCE packets, its latest, of which nothing was reported yet. Otherwise 0. */
  get outstandingPackets(): number {
    return this.#sending.outstandingPackets
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
        if (message.round !== this.#sending.round || !this.request.selective) return
        return this.#input('missingNamed', nowMs, () => this.#missing.add(message))
      case 'PROGRESS':
        if (message.round !== this.#sending.round) return
        return this.#input('progressed', nowMs, () => this.#sending.progressed(message.highestSequence, nowMs))
    }
  }

  /** The device is busy with others, and is asked later: when there is no list in time, that is not to be blamed on it. */
  deviceOccupied(): void {
    this.#isDeviceOccupied = true
  }

  /** The device's list is complete. */
  deviceListed(snapshot: Snapshot, nowMs: number): void {
    if (this.#state !== 'asking') return
    this.#listed = snapshot
    if (this.#onAnswered) this.#onAnswered(nowMs)
    else this.announce(nowMs)
  }

  /** Whether the device's list is here and {@link Exchange.announce} has not been called. */
  get isListed(): boolean {
    return this.#listed !== undefined
  }

  /** Answer with the count of the device's list, and begin to send it. Until then the endpoint is told at most that the device is being asked. */
  announce(nowMs: number): void {
    const snapshot = this.#listed
    this.#listed = undefined
    if (snapshot) this.#input('deviceListed', nowMs, () => (this.#snapshot = snapshot))
  }

  /** The device's list cannot be had. */
  deviceFailed(status: RefusalStatus, nowMs: number): void {
    this.#input('deviceFailed', nowMs, () => this.#respond(status))
    this.#onAnswered?.(nowMs)
  }

  /** The server stops. */
  stop(nowMs: number): void {
    this.#input('stopped', nowMs)
  }

  /** Time has passed; do what is due. */
  handleTimeout(nowMs: number): void {
    // Looked up one after the other: what one input does moves the deadlines of the next.
    const isDue = (name: keyof Deadlines): boolean => (this.#deadlines[name] ?? Infinity) <= nowMs
    if (isDue('deviceTimeoutAtMs')) this.#endWaiting(nowMs)
    if (isDue('pendingAtMs')) this.#input('pendingDue', nowMs)
    if (isDue('roundEndAtMs')) this.#input('roundEndDue', nowMs)
    if (isDue('missingAtMs')) this.#endCollecting(nowMs)
    if (isDue('silenceAtMs')) this.#input('silent', nowMs)
  }

  /** When {@link Exchange.handleTimeout} or {@link Exchange.pollTransmit} next has something to do; undefined: only a message can change anything. */
  nextTimeoutMs(nowMs: number): number | undefined {
    return earlier(this.nextTransmitMs(nowMs), this.nextDeadlineMs)
  }

  /** When {@link Exchange.handleTimeout} next has something to do; undefined: never, as things stand. */
  get nextDeadlineMs(): number | undefined {
    const { pendingAtMs, deviceTimeoutAtMs, roundEndAtMs, missingAtMs, silenceAtMs } = this.#deadlines
    return earlier(earlier(earlier(pendingAtMs, deviceTimeoutAtMs), earlier(roundEndAtMs, missingAtMs)), silenceAtMs)
  }

  /** When the next message may go: now, or later; undefined: there is none to send. */
  nextTransmitMs(nowMs: number): number | undefined {
    return this.hasMessage ? nowMs : this.nextResourceMs(nowMs)
  }

  /** When the next RESOURCE may go: now, or later; undefined: there is none to send. */
  nextResourceMs(nowMs: number): number | undefined {
    return this.#sending.nextMs(nowMs)
  }

  /** The next message that may go now; undefined: none now. */
  pollTransmit(nowMs: number): Response | Resource | RoundEnd | undefined {
    return this.pollMessage() ?? this.#pollResource(nowMs)
  }

  /** Whether {@link Exchange.pollMessage} has something to send: it may go at once. */
  get hasMessage(): boolean {
    return this.#responseWaits || this.#roundEnd !== undefined
  }

  /** The next message that is not a RESOURCE; it goes before any. Undefined: there is none. */
  pollMessage(): Response | RoundEnd | undefined {
    if (this.#responseWaits) {
      this.#responseWaits = false
      return this.#response
    }
    const roundEnd = this.#roundEnd
    this.#roundEnd = undefined
    return roundEnd
  }

  /**
   * Fill a run with the RESOURCE packets that may go now: those that {@link Exchange.pollTransmit} would give one by one, straight from the
   * snapshot's records. Ask {@link Exchange.pollMessage} first. The run is left empty where none may go.
   */
  pollRun(nowMs: number, run: ResourceRun): void {
    const snapshot = this.#snapshot
    if (!snapshot || this.#responseWaits) return
    this.#sending.fill(run, snapshot, nowMs)
    if (run.packetCount > 0) this.#resourcesWent(nowMs)
  }

  /** Whether {@link Exchange.pollEvent} has something to tell. */
  get hasEvents(): boolean {
    return this.#events.length > 0
  }

  /** The next thing that happened; undefined: no more. */
  pollEvent(): ExchangeEvent | undefined {
    return this.#events.shift()
  }

  #receiveReport({ verdict, round, receivedCount, missingPackets }: CountReport, nowMs: number): void {
    // A report on a round that never was is not of this exchange.
    if (round > this.#sending.round) return
    const take = (): void => {
      this.#receivedCount = receivedCount
      this.#missingAnnounced = this.request.selective ? missingPackets : 0
      // An ABANDON may come at any time, and so may a COMPLETE that an earlier round brought about.
      if (verdict !== CountVerdict.abandon && round === this.#sending.round) this.#sending.roundReported()
    }
    switch (verdict) {
      case CountVerdict.complete:
        return this.#input('reportedComplete', nowMs, take)
      case CountVerdict.abandon:
        return this.#input('reportedAbandon', nowMs, take)
      case CountVerdict.mismatch:
        return round === this.#sending.round ? this.#input('reportedMismatch', nowMs, take) : undefined
    }
  }

  /** @param take - keeps what the input brings; not called where the input is ignored, so that the table alone decides what counts */
  #input(input: ExchangeInput, nowMs: number, take?: () => void): void {
    const row = transition(this.#state, input)
    if (!row) return
    take?.()
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
        return this.#beginRound(0, wholeRound(this.#count), nowMs)
      case 'refuse':
        return this.#close('refused')
      case 'refuseUnreachable':
        this.#respond(ResponseStatus.deviceUnreachable)
        return this.#close('refused')
      case 'endRound': {
        const { round, roundSentCount: sentCount } = this.#sending
        this.#events.push({ type: 'roundEnded', round, sentCount })
        return this.#sendRoundEnd(nowMs)
      }
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

  /** The endpoint will not wait for much longer: say who it was that took so long. */
  #endWaiting(nowMs: number): void {
    const isOurs = this.#listed !== undefined || this.#isDeviceOccupied
    if (isOurs) this.#input('deviceFailed', nowMs, () => this.#respond(ResponseStatus.busy))
    else this.#input('deviceTimedOut', nowMs)
  }

  #startRoundWhenCollected(nowMs: number): void {
    if (this.#missing.holdsAll(this.#missingAnnounced)) this.#endCollecting(nowMs)
  }

  #endCollecting(nowMs: number): void {
    this.#input(this.#sending.round + 1 < this.#limits.roundsMost ? 'missingCollected' : 'roundsSpent', nowMs)
  }

  #startNextRound(nowMs: number): void {
    this.#deadlines.missingAtMs = undefined
    const isSelective = this.#missingAnnounced > 0 && this.#missing.holdsAny
    this.#beginRound(this.#sending.round + 1, isSelective ? this.#missing : wholeRound(this.#count), nowMs)
  }

  #beginRound(round: number, plan: RoundPlan, nowMs: number): void {
    this.#missing = new MissingSet(this.#count)
    this.#roundEndCount = 0
    this.#sending.startRound(round, plan, nowMs)
    this.#resourcesWent(nowMs)
  }

  /** Resources went, or there are none to go: the endpoint may be silent from now on, and the round may be at its end. */
  #resourcesWent(nowMs: number): void {
    this.#deadlines.silenceAtMs = nowMs + this.#limits.silenceMs
    if (this.#sending.isSent) this.#input('roundSent', nowMs)
  }

  #pollResource(nowMs: number): Resource | undefined {
    const snapshot = this.#snapshot
    const sequence = this.#sending.take(nowMs)
    if (!snapshot || sequence === undefined) return undefined
    const { exchange, converterNumber } = this.request
    const { count } = snapshot
    const { round } = this.#sending
    this.#resourcesWent(nowMs)
    return { type: 'RESOURCE', exchange, converterNumber, count, round, ...snapshot.resource(sequence) }
  }

  #sendRoundEnd(nowMs: number): void {
    const { exchange, converterNumber } = this.request
    const count = this.#count
    const { round, roundSentCount: sentCount } = this.#sending
    this.#roundEnd = { type: 'ROUND_END', exchange, converterNumber, count, sentCount, round }
    this.#roundEndCount += 1
    // An empty list is one ROUND_END, not a series.
    const repeats = count > 0 && this.#roundEndCount < this.#limits.roundEndMost
    this.#deadlines.roundEndAtMs = repeats ? nowMs + this.#limits.roundEndRepeatMs : undefined
  }

  #respond(status: ResponseStatus): void {
    const { exchange, converterNumber, deviceNumber } = this.request
    const { count, takenAtMs: snapshotAtMs } = this.#snapshot ?? { count: 0, takenAtMs: 0 }
    this.#response = { type: 'RESPONSE', exchange, converterNumber, status, count, deviceNumber, snapshotAtMs }
    this.#responseWaits = true
    this.#events.push({ type: 'responded', status, count })
  }

  /** Resources announced; 0 before. */
  get #count(): number {
    return this.#snapshot?.count ?? 0
  }

  #forgetDevice(): void {
    this.#deadlines.pendingAtMs = undefined
    this.#deadlines.deviceTimeoutAtMs = undefined
  }

  #close(reason: CloseReason): void {
    this.#state = 'closed'
    for (const name of Object.keys(this.#deadlines) as (keyof Deadlines)[]) this.#deadlines[name] = undefined
    this.#roundEnd = undefined
    this.#sending.stop()
    const facts = this.#facts()
    this.#listed = undefined
    this.#snapshot = undefined
    this.#missing = new MissingSet(0)
    this.#events.push({ type: 'closed', reason, facts })
  }

  #facts(): ExchangeFacts {
    const { round, sentCount, resentCount } = this.#sending
    return {
      status: this.#response?.status,
      count: this.#count,
      roundCount: this.#snapshot ? round + 1 : 0,
      sentCount,
      resentCount,
      receivedCount: this.#receivedCount,
    }
  }
}

const CLOSED_BY: Readonly<Partial<Record<ExchangeInput, CloseReason>>> = {
  reportedComplete: 'complete',
  reportedAbandon: 'abandoned',
  roundsSpent: 'exhausted',
  silent: 'unconfirmed',
  stopped: 'stopped',
}
