import { ResponseStatus, type Message, type Request, type Response } from '../wire/index.js'
import type { ExchangeEvent } from './events.js'
import { Exchange } from './exchange.js'
import { DEFAULT_LIMITS, type ExchangeLimits } from './limits.js'

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

/** One thing that happened, in which exchange. */
export interface TableEvent<P extends ReturnPath> {
  readonly path: P
  readonly exchange: Exchange
  readonly event: ExchangeEvent
}

interface Entry<P extends ReturnPath> {
  readonly key: string
  readonly path: P
  readonly exchange: Exchange
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
  /** The same entries, served in turn, so that a large exchange does not starve a small one. */
  readonly #ring: Entry<P>[] = []
  #turn = 0
  readonly #remembered = new Map<string, Remembered>()
  /** Answers that need no exchange; bounded like the exchanges. */
  readonly #answers: Outgoing<P>[] = []

  constructor({ converterNumber, knowsDevice, limits = DEFAULT_LIMITS }: ExchangeTableOptions) {
    this.#converterNumber = converterNumber
    this.#knowsDevice = knowsDevice
    this.#limits = limits
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
    if (message.converterNumber !== this.#converterNumber) return 'otherConverter'
    switch (message.type) {
      case 'RESPONSE':
      case 'RESOURCE':
      case 'ROUND_END':
        return 'unexpectedMessage'
      case 'REQUEST':
        this.#receiveRequest(path, message, nowMs)
        return undefined
      case 'COUNT_REPORT':
      case 'MISSING':
      case 'PROGRESS': {
        const key = keyOf(path, message.exchange)
        const entry = this.#entries.get(key)
        // What comes after the end is no fault: an endpoint says COMPLETE three times.
        if (!entry) return this.#recall(key, nowMs) ? undefined : 'unknownExchange'
        entry.exchange.receive(message, nowMs)
        return undefined
      }
    }
  }

  /** Do what is due in every exchange. */
  handleTimeout(nowMs: number): void {
    for (const { exchange } of this.#ring) exchange.handleTimeout(nowMs)
  }

  /** When something is next due or may be sent; undefined: only a message can change anything. */
  nextTimeoutMs(nowMs: number): number | undefined {
    if (this.#answers.length > 0) return nowMs
    let nextMs: number | undefined
    for (const { exchange } of this.#ring) {
      const atMs = exchange.nextTimeoutMs(nowMs)
      if (atMs !== undefined && (nextMs === undefined || atMs < nextMs)) nextMs = atMs
    }
    return nextMs
  }

  /** The next message that may go now, taking the exchanges in turn. */
  pollTransmit(nowMs: number): Outgoing<P> | undefined {
    const answer = this.#answers.shift()
    if (answer) return answer
    for (let tried = this.#ring.length; tried > 0; tried--) {
      const entry = this.#ring[this.#turn % this.#ring.length]!
      this.#turn = (this.#turn + 1) % this.#ring.length
      const message = entry.exchange.pollTransmit(nowMs)
      if (message) return { path: entry.path, message }
    }
    return undefined
  }

  /** The next thing that happened. A closed exchange leaves the table with its last event. */
  pollEvent(nowMs: number): TableEvent<P> | undefined {
    for (const { key, path, exchange } of this.#ring) {
      const event = exchange.pollEvent()
      if (!event) continue
      if (event.type === 'closed') this.#retire(key, path, exchange, nowMs)
      return { path, exchange, event }
    }
    return undefined
  }

  /** End every exchange: the server stops. */
  stop(nowMs: number): void {
    for (const { exchange } of this.#ring) exchange.stop(nowMs)
  }

  #receiveRequest(path: P, request: Request, nowMs: number): void {
    const key = keyOf(path, request.exchange)
    const entry = this.#entries.get(key)
    if (entry) return entry.exchange.receive(request, nowMs)

    const remembered = this.#recall(key, nowMs)
    if (remembered) {
      if (remembered.response) this.#answer(path, remembered.response)
      return
    }
    if (!isAnswerable(request)) return this.#refuse(path, request, ResponseStatus.badRequest)
    if (!this.#knowsDevice(request.deviceNumber)) return this.#refuse(path, request, ResponseStatus.unknownDevice)
    if (this.#entries.size >= this.#limits.exchangesMost) return this.#refuse(path, request, ResponseStatus.busy)

    const opened = { key, path, exchange: new Exchange(request, nowMs, this.#limits) }
    this.#entries.set(key, opened)
    this.#ring.push(opened)
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

  #retire(key: string, path: P, exchange: Exchange, nowMs: number): void {
    this.#entries.delete(key)
    const at = this.#ring.findIndex((entry) => entry.key === key)
    this.#ring.splice(at, 1)
    if (this.#turn > at) this.#turn -= 1
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

function keyOf({ peer }: ReturnPath, exchange: number): string {
  return `${peer} ${exchange}`
}
