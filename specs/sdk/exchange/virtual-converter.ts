import {
  DEFAULT_LIMITS,
  Exchange,
  type ExchangeEvent,
  type ExchangeLimits,
  type RefusalStatus,
} from '../../../sdk/exchange/index.js'
import { SnapshotBuilder, type Snapshot } from '../../../sdk/resources/index.js'
import type {
  CountReport,
  Message,
  Missing,
  Progress,
  Request,
  Resource,
  Response,
  RoundEnd,
} from '../../../sdk/wire/index.js'

export const CONVERTER_NUMBER = 0x0001_0014_012c_0fa0n
export const DEVICE_NUMBER = 0x0001_0014_012c_0007n

const header = { exchange: 77, converterNumber: CONVERTER_NUMBER }

export const requestOf = (more: Partial<Request> = {}): Request => ({
  type: 'REQUEST',
  ...header,
  selective: false,
  credit: false,
  deviceNumber: DEVICE_NUMBER,
  channel: 0,
  kinds: 0,
  resourceLimit: 0,
  fromMs: 0,
  toMs: 0,
  ratePacketsPerSecond: 0,
  windowPackets: 0,
  ...more,
})

export const reportOf = (verdict: CountReport['verdict'], more: Partial<CountReport> = {}): CountReport => ({
  type: 'COUNT_REPORT',
  ...header,
  verdict,
  round: 0,
  receivedCount: 0,
  count: 0,
  missingPackets: 0,
  ...more,
})

/** A MISSING packet that names the sequences, counted from `firstSequence`. */
export function missingOf(sequences: readonly number[], more: Partial<Missing> = {}): Missing {
  const { firstSequence = 1 } = more
  const bitmap = new Uint8Array(1024)
  for (const sequence of sequences) {
    const bit = sequence - firstSequence
    bitmap[bit >> 3]! |= 0x80 >> (bit & 7)
  }
  return { type: 'MISSING', ...header, firstSequence, round: 0, index: 0, bitmap, ...more }
}

export const progressOf = (highestSequence: number, round = 0): Progress => ({
  type: 'PROGRESS',
  ...header,
  highestSequence,
  round,
})

/** A snapshot of so many resources, a second each. */
export function snapshotOf(count: number): Snapshot {
  const builder = new SnapshotBuilder(requestOf(), count)
  for (let at = 0; at < count; at++) {
    builder.add([{ identity: `r${at}`, startMs: at * 1000, endMs: at * 1000 + 1000, channel: 1, kinds: 1 }])
  }
  return builder.build(1_700_000_000_000)
}

/** One exchange of a converter on a clock of its own: everything it sends, and when. */
export class VirtualConverter {
  readonly exchange: Exchange
  readonly sent: { readonly atMs: number; readonly message: Response | Resource | RoundEnd }[] = []
  readonly events: ExchangeEvent[] = []
  nowMs: number

  constructor(request: Partial<Request> = {}, limits: Partial<ExchangeLimits> = {}, startMs = 5_000) {
    this.nowMs = startMs
    this.exchange = new Exchange(requestOf(request), startMs, { ...DEFAULT_LIMITS, ...limits })
    this.drain()
  }

  /** The device lists so many resources now. */
  listed(count: number): this {
    this.exchange.deviceListed(snapshotOf(count), this.nowMs)
    return this.drain()
  }

  failed(status: RefusalStatus): this {
    this.exchange.deviceFailed(status, this.nowMs)
    return this.drain()
  }

  /** Messages of the endpoint come now. */
  gets(...messages: readonly (Request | CountReport | Missing | Progress)[]): this {
    for (const message of messages) this.exchange.receive(message, this.nowMs)
    return this.drain()
  }

  /** Send what may go now. */
  drain(): this {
    for (let message; (message = this.exchange.pollTransmit(this.nowMs));) {
      this.sent.push({ atMs: this.nowMs, message })
      if (this.sent.length > 1_000_000) throw new Error('sends without end')
    }
    for (let event; (event = this.exchange.pollEvent());) this.events.push(event)
    return this
  }

  /** Let time pass, waking when the exchange asks to be. */
  passes(ms: number): this {
    const untilMs = this.nowMs + ms
    for (let wakes = 0; ; wakes++) {
      const nextMs = this.exchange.nextTimeoutMs(this.nowMs)
      if (nextMs === undefined || nextMs > untilMs) break
      if (wakes > 1_000_000) throw new Error(`asks to be woken without end at ${this.nowMs}`)
      this.nowMs = Math.max(this.nowMs, nextMs)
      this.exchange.handleTimeout(this.nowMs)
      this.drain()
    }
    this.nowMs = untilMs
    return this
  }

  /** What was sent since the last call. */
  takeSent(): readonly Message[] {
    return this.sent.splice(0).map(({ message }) => message)
  }

  /** The same, in short: `RESPONSE 0`, `RESOURCE 1`, `ROUND_END 0`. */
  takeWords(): readonly string[] {
    return this.takeSent().map(wordOf)
  }

  eventTypes(): readonly string[] {
    return this.events.map(({ type }) => type)
  }

  /** How often the device was to be asked. */
  get deviceQueries(): number {
    return this.events.filter(({ type }) => type === 'resourcesWanted').length
  }
}

/** A message in short: its type with status, sequence or round. */
export function wordOf(message: Message): string {
  switch (message.type) {
    case 'RESPONSE':
      return `RESPONSE ${message.status}`
    case 'RESOURCE':
      return `RESOURCE ${message.sequence}`
    case 'ROUND_END':
      return `ROUND_END ${message.round}`
    default:
      return message.type
  }
}
