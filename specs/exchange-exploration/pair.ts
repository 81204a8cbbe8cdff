import {
  DEFAULT_LIMITS,
  ExchangeTable,
  type CloseReason,
  type Exchange,
  type ExchangeFacts,
  type ExchangeLimits,
} from 'viewnet/exchange'
import type { Message as ConverterMessage } from 'viewnet/wire'
import {
  EndpointExchange,
  type EndEvent,
  type Message as EndpointMessage,
  type ResourceEvent,
} from '../../harness/endpoint/index.js'
import {
  converterOctets,
  endpointOctets,
  heardByConverter,
  heardByEndpoint,
  readByConverter,
  readByEndpoint,
} from './crossing.js'
import type { Fates, PlacedFault } from './fault.js'
import { jointState } from './joint-state.js'
import { CONVERTER_NUMBER, DEVICE_NUMBER, requestOf, snapshotOf, type Scenario } from './scenario.js'
import { VirtualNetwork, type Travelling } from './virtual-network.js'

/** A packet's receiver and what was said to it. */
export type Said =
  | { readonly to: 'converter'; readonly message: EndpointMessage }
  | { readonly to: 'endpoint'; readonly message: ConverterMessage }

/** Puts other words into a machine's mouth, or wrong bounds into the converter, to show that the exploration notices. */
export interface Sabotage {
  readonly converterSays?: (message: ConverterMessage) => readonly ConverterMessage[]
  readonly endpointSays?: (message: EndpointMessage) => readonly EndpointMessage[]
  readonly limits?: Partial<ExchangeLimits>
}

/** How the converter's side of an exchange ended. */
export interface Closing {
  readonly atMs: number
  readonly reason: CloseReason
  readonly facts: ExchangeFacts
}

/** How the endpoint's side ended. */
export interface Ending {
  readonly atMs: number
  readonly event: EndEvent
}

/** What became of one schedule. */
export interface Outcome {
  readonly scenario: Scenario
  /** In ascending order of packets. */
  readonly faults: readonly PlacedFault[]
  /** Packets whose fate could be chosen, and which of them are copies that a fault made. */
  readonly packetCount: number
  readonly copies: ReadonlySet<number>
  /** Each 'end' event of the endpoint, and each 'closed' event of the converter. */
  readonly endings: readonly Ending[]
  readonly closings: readonly Closing[]
  /** How often the device was asked, and how often a REQUEST got through. */
  readonly askedCount: number
  readonly requestsHeardCount: number
  /** Packets that the machines sent, without the copies that faults made. */
  readonly sentCount: number
  readonly deliveredCount: number
  /** What the endpoint delivered that the device does not have, or in another order. */
  readonly misdelivered: string | undefined
  /** A corrupted packet that a codec took. */
  readonly corruptionTaken: string | undefined
  /** When nothing was due any more. */
  readonly quietAtMs: number
  /** Why the run was stopped before it was quiet, or what was left open when it was. */
  readonly stuck: string | undefined
}

/** How both sides ended, in words: endpoint, then converter. */
export function pairingOf({ endings, closings }: Outcome): string {
  return `${endings[0]?.event.verdict ?? 'never ended'} / ${closings[0]?.reason ?? 'never asked'}`
}

/**
 * Where a run is stopped whatever happens, in virtual time. The endpoint asks for 65 s at most, goes through 32 rounds at most, each of at most
 * 60 s without anything new and a report repeated for at most 60 s; the device has 55 s, and the converter closes after 60 s of silence.
 */
const RUN_MOST_MS = 65_000 + 32 * 120_000 + 55_000 + 60_000
/** A machine that asks to be woken this often, one time after the other, with nothing coming of it spins for ever. */
const IDLE_WAKES_MOST = 1_000

/** The SDK's converter and the reference endpoint, joined by a virtual network, on a virtual clock. Made for one run. */
export class Pair {
  readonly #scenario: Scenario
  readonly #table: ExchangeTable<{ readonly peer: string }>
  readonly #endpoint: EndpointExchange
  readonly #network: VirtualNetwork<Said>
  readonly #sabotage: Sabotage
  #nowMs = 0
  /** The device was asked, and answers to this exchange then. */
  #deviceDue: { readonly exchange: Exchange; readonly atMs: number } | undefined
  #isClosed = false

  readonly #endings: Ending[] = []
  readonly #closings: Closing[] = []
  #askedCount = 0
  #requestsHeardCount = 0
  #sentCount = 0
  #deliveredCount = 0
  #lastDelivered = 0
  #misdelivered: string | undefined
  #corruptionTaken: string | undefined
  /** Anything that was sent, arrived or happened; stands still when a machine spins. */
  #activityCount = 0

  constructor(scenario: Scenario, fates: Fates, sabotage: Sabotage = {}) {
    this.#scenario = scenario
    this.#table = new ExchangeTable({
      converterNumber: CONVERTER_NUMBER,
      knowsDevice: (device) => device === DEVICE_NUMBER,
      limits: { ...DEFAULT_LIMITS, ...sabotage.limits },
    })
    this.#endpoint = new EndpointExchange({ request: requestOf(scenario) })
    this.#network = new VirtualNetwork(fates, scenario.latencyMs)
    this.#sabotage = sabotage
  }

  /**
   * Let it run until nothing is due any more.
   *
   * @param visit - told of every joint state that the run passes through; see {@link jointState}
   */
  run(visit?: (state: string) => void): Outcome {
    let stuck: string | undefined
    let [idleWakes, lastActivity] = [0, 0]
    for (;;) {
      this.#drain()
      visit?.(jointState(this.#endpoint, this.#table, this.#network.underWay, this.#lastDelivered, this.#nowMs))
      const nextMs = this.#nextMs()
      if (nextMs === Infinity) break
      idleWakes = this.#activityCount === lastActivity ? idleWakes + 1 : 0
      lastActivity = this.#activityCount
      if (idleWakes > IDLE_WAKES_MOST) stuck = `spins at ${this.#nowMs} ms`
      if (nextMs > RUN_MOST_MS) stuck = `not quiet after ${RUN_MOST_MS} ms`
      if (stuck !== undefined) break
      this.#nowMs = Math.max(this.#nowMs, nextMs)
      this.#wake()
    }
    return this.#outcome(stuck ?? this.#leftOpen())
  }

  #nextMs(): number {
    return Math.min(
      this.#network.nextArrivalMs ?? Infinity,
      this.#deviceDue?.atMs ?? Infinity,
      this.#table.nextTimeoutMs(this.#nowMs) ?? Infinity,
      this.#endpoint.nextTimeoutMs ?? Infinity,
    )
  }

  #wake(): void {
    for (let packet; (packet = this.#network.arrive(this.#nowMs));) {
      this.#activityCount += 1
      if (packet.flippedBit === undefined) this.#hear(packet.content)
      else this.#refuse(packet)
      this.#drain()
    }
    if (this.#deviceDue && this.#deviceDue.atMs <= this.#nowMs) this.#answer(this.#deviceDue.exchange)
    this.#table.handleTimeout(this.#nowMs)
    this.#endpoint.handleTimeout(this.#nowMs)
  }

  #hear(said: Said): void {
    if (said.to === 'endpoint') return this.#endpoint.receive(heardByEndpoint(said.message), this.#nowMs)
    if (said.message.type === 'REQUEST') this.#requestsHeardCount += 1
    this.#table.receive({ peer: 'endpoint' }, heardByConverter(said.message), this.#nowMs)
  }

  /** A corrupted packet must not get past the receiver's codec: CRC-32 finds every single bit. */
  #refuse({ content, flippedBit = 0 }: Travelling<Said>): void {
    const octets = content.to === 'endpoint' ? converterOctets(content.message) : endpointOctets(content.message)
    const bit = flippedBit % (octets.length * 8)
    octets[bit >> 3]! ^= 0x80 >> (bit & 7)
    try {
      if (content.to === 'endpoint') readByEndpoint(octets)
      else readByConverter(octets)
    } catch {
      return
    }
    this.#corruptionTaken = `the ${content.to} took a ${content.message.type} with bit ${bit} flipped`
  }

  #answer(exchange: Exchange): void {
    const { count, device } = this.#scenario
    this.#deviceDue = undefined
    if (device.refusal === undefined) exchange.deviceListed(snapshotOf(count), this.#nowMs)
    else exchange.deviceFailed(device.refusal, this.#nowMs)
  }

  /** Take what both machines have to say. */
  #drain(): void {
    this.#drainConverterEvents()
    for (let out; (out = this.#table.pollTransmit(this.#nowMs));) this.#converterSays(out.message)
    this.#drainConverterEvents()
    for (let message; (message = this.#endpoint.pollTransmit(this.#nowMs));) this.#endpointSays(message)
    this.#drainEndpointEvents()
  }

  #converterSays(message: ConverterMessage): void {
    this.#activityCount += 1
    this.#sentCount += 1
    for (const said of this.#sabotage.converterSays?.(message) ?? [message]) {
      const content: Said = { to: 'endpoint', message: said }
      // Once it has ended it hears nothing, so every fate would be the same.
      if (this.#endpoint.phase === 'ended') this.#network.sendUnheeded(content, this.#nowMs)
      else this.#network.send(content, this.#nowMs)
    }
  }

  #endpointSays(message: EndpointMessage): void {
    this.#activityCount += 1
    this.#sentCount += 1
    for (const said of this.#sabotage.endpointSays?.(message) ?? [message]) {
      const content: Said = { to: 'converter', message: said }
      // A closed exchange takes no message; only a REQUEST is still answered, from memory.
      if (this.#isClosed && said.type !== 'REQUEST') this.#network.sendUnheeded(content, this.#nowMs)
      else this.#network.send(content, this.#nowMs)
    }
  }

  #drainConverterEvents(): void {
    for (let told; (told = this.#table.pollEvent(this.#nowMs));) {
      this.#activityCount += 1
      const { event, exchange } = told
      if (event.type === 'resourcesWanted') {
        this.#askedCount += 1
        const { afterMs } = this.#scenario.device
        if (afterMs !== Infinity) this.#deviceDue = { exchange, atMs: this.#nowMs + afterMs }
        // The shell would answer within the same turn, too.
        if (afterMs === 0) this.#answer(exchange)
      } else if (event.type === 'closed') {
        this.#isClosed = true
        // The shell calls the inquiry off.
        this.#deviceDue = undefined
        this.#closings.push({ atMs: this.#nowMs, reason: event.reason, facts: event.facts })
      }
    }
  }

  #drainEndpointEvents(): void {
    for (let event; (event = this.#endpoint.pollEvent());) {
      this.#activityCount += 1
      if (event.type === 'resource') this.#deliver(event)
      if (event.type === 'end') this.#endings.push({ atMs: this.#nowMs, event })
    }
  }

  #deliver(event: ResourceEvent): void {
    const { sequence } = event
    this.#deliveredCount += 1
    if (sequence <= this.#lastDelivered || sequence > this.#scenario.count) {
      this.#misdelivered ??= `sequence ${sequence} after ${this.#lastDelivered}, of ${this.#scenario.count}`
      return
    }
    this.#lastDelivered = sequence
    const { startMs, endMs, channel, kinds, sizeBytes, key } = snapshotOf(this.#scenario.count).resource(sequence)
    const isSame =
      event.startMs === startMs &&
      (event.endMs ?? 0) === endMs &&
      event.channel === channel &&
      event.kinds === kinds &&
      event.sizeBytes === sizeBytes &&
      event.key === key.toString(16).padStart(16, '0')
    if (!isSame) this.#misdelivered ??= `another content of sequence ${sequence} than the device has`
  }

  #leftOpen(): string | undefined {
    if (this.#table.openCount > 0) return `${this.#table.openCount} exchange is open, and nothing is due`
    if (this.#endpoint.phase !== 'ended') return `the endpoint is ${this.#endpoint.phase}, and nothing is due`
    return undefined
  }

  #outcome(stuck: string | undefined): Outcome {
    return {
      scenario: this.#scenario,
      faults: this.#network.faults,
      packetCount: this.#network.packetCount,
      copies: this.#network.copies,
      endings: this.#endings,
      closings: this.#closings,
      askedCount: this.#askedCount,
      requestsHeardCount: this.#requestsHeardCount,
      sentCount: this.#sentCount,
      deliveredCount: this.#deliveredCount,
      misdelivered: this.#misdelivered,
      corruptionTaken: this.#corruptionTaken,
      quietAtMs: this.#nowMs,
      stuck,
    }
  }
}
