import {
  EndpointExchange,
  ReportVerdict,
  ResponseStatus,
  type EndEvent,
  type EndpointEvent,
  type EndpointExchangeOptions,
  type Message,
  type RequestMessage,
  type ResourceMessage,
} from '../../../harness/endpoint/index.js'
import { deviceNumber } from './vectors.js'

/** One message with the virtual moment at which it was sent. */
export interface SentMessage {
  readonly atMs: number
  readonly message: Message
}

const plainRequest: RequestMessage = {
  type: 'REQUEST',
  selective: false,
  credit: false,
  device: deviceNumber,
  channel: 0,
  kinds: 0,
  limit: 0,
  fromMs: 0n,
  toMs: 0n,
  ratePacketsPerSecond: 0,
  window: 0,
}

/** Plays an exchange on a virtual clock, and keeps all that comes out of it. */
export class ExchangeDriver {
  readonly exchange: EndpointExchange
  readonly sent: SentMessage[] = []
  readonly events: EndpointEvent[] = []
  nowMs = 0

  constructor(request: Partial<RequestMessage> = {}, options: Omit<EndpointExchangeOptions, 'request'> = {}) {
    this.exchange = new EndpointExchange({ request: { ...plainRequest, ...request }, ...options })
    this.drain()
  }

  drain(): void {
    for (let message; (message = this.exchange.pollTransmit(this.nowMs));) this.sent.push({ atMs: this.nowMs, message })
    for (let event; (event = this.exchange.pollEvent());) this.events.push(event)
  }

  receive(...messages: readonly Message[]): void {
    for (const message of messages) {
      this.exchange.receive(message, this.nowMs)
      this.drain()
    }
  }

  /** Let time pass, with every time-out at its moment. */
  advance(byMs: number): void {
    const untilMs = this.nowMs + byMs
    for (let next; (next = this.exchange.nextTimeoutMs) !== undefined && next <= untilMs;) {
      this.nowMs = Math.max(this.nowMs, next)
      this.exchange.handleTimeout(this.nowMs)
      this.drain()
    }
    this.nowMs = untilMs
  }

  /** What was sent since the last call, in the words of {@link summary}. */
  takeSent(): string[] {
    return this.sent.splice(0).map(({ atMs, message }) => `${atMs} ${summary(message)}`)
  }

  get end(): EndEvent | undefined {
    const last = this.events.at(-1)
    return last?.type === 'end' ? last : undefined
  }

  get sequences(): number[] {
    return this.events.flatMap((event) => (event.type === 'resource' ? [event.sequence] : []))
  }
}

/** A message in a word or two, so that what was sent reads as a list. */
export function summary(message: Message): string {
  switch (message.type) {
    case 'COUNT_REPORT': {
      const verdict = Object.keys(ReportVerdict)[message.verdict]
      const missing = message.missingPackets > 0 ? ` +${message.missingPackets}` : ''
      return `${verdict} r${message.round} ${message.received}/${message.count}${missing}`
    }
    case 'MISSING':
      return `MISSING r${message.round} #${message.index} from ${message.first}`
    case 'PROGRESS':
      return `PROGRESS r${message.round} ${message.highest}`
    default:
      return message.type
  }
}

export function response(count: number, status: keyof typeof ResponseStatus = 'OK'): Message {
  return { type: 'RESPONSE', status: ResponseStatus[status], count, device: deviceNumber, snapshotMs: 1n }
}

/** A resource whose content follows from its sequence. */
export function resource(
  sequence: number,
  count: number,
  round = 0,
  change: Partial<ResourceMessage> = {},
): ResourceMessage {
  const startMs = 1_700_000_000_000n + BigInt(sequence) * 60_000n
  return {
    type: 'RESOURCE',
    sequence,
    count,
    startMs,
    endMs: startMs + 60_000n,
    channel: 1 + (sequence % 4),
    kinds: 2,
    round,
    sizeBytes: BigInt(sequence) * 1000n,
    key: BigInt(sequence) * 0x1_0000_0001n,
    ...change,
  }
}

export function resources(sequences: readonly number[], count: number, round = 0): Message[] {
  return sequences.map((sequence) => resource(sequence, count, round))
}

export function roundEnd(count: number, round = 0, sent = count): Message {
  return { type: 'ROUND_END', count, sent, round }
}
