import { DEFAULT_LIMITS, ExchangeTable } from 'viewnet/exchange'
import type { Link } from 'viewnet/link'
import type { Snapshot } from 'viewnet/resources'
import { DecodeError, PacketCodec, type Message, type NetworkAddress } from 'viewnet/wire'
import { CONVERTER_NUMBER, DEVICE_NUMBER, snapshotFor, type Scenario } from './scenario.js'
import type { ConverterHands, Mutation } from './mutation.js'
import type { VirtualClock } from './virtual-clock.js'

interface Path {
  readonly peer: string
  readonly destination: NetworkAddress
  readonly source: NetworkAddress
}

const codec = new PacketCodec()

/** The SDK's own exchanges and codec on a virtual clock: what `ConversionServer` is around them, and a mutation in between. */
export class VirtualConverter {
  readonly #clock: VirtualClock
  readonly #link: Link
  readonly #peer: string
  readonly #scenario: Scenario
  readonly #mutation: Mutation
  #table = newTable()
  #snapshot: Snapshot | undefined
  #stopWaiting: (() => void) | undefined
  #path: Path | undefined

  constructor(clock: VirtualClock, link: Link, peer: string, scenario: Scenario, mutation: Mutation) {
    this.#clock = clock
    this.#link = link
    this.#peer = peer
    this.#scenario = scenario
    this.#mutation = mutation
  }

  async start(): Promise<void> {
    await this.#link.start({ packet: (packet, from) => this.#receive(packet, from) })
  }

  #receive(octets: Uint8Array, from: string): void {
    if (from !== this.#peer && !this.#mutation.admitsAll) return
    try {
      const { message, source, destination } = codec.decode(octets)
      this.#path = { peer: from, destination: source, source: destination }
      if (message.type === 'REQUEST' && this.#mutation.isForgetful) this.#table = newTable()
      const heard = this.#mutation.hears?.(message, this.#hands) ?? [message]
      for (const each of heard) this.#table.receive(this.#path, each, this.#clock.nowMs)
    } catch (failure) {
      if (!(failure instanceof DecodeError)) throw failure
    }
    this.#pump()
  }

  #pump(): void {
    const { nowMs } = this.#clock
    const table = this.#table
    for (let happened; (happened = table.pollEvent(nowMs));) {
      if (happened.event.type !== 'resourcesWanted') continue
      const { exchange } = happened
      this.#clock.after(this.#scenario.deviceMs ?? 10, () => {
        const takenAtMs = 1_700_009_000_000 + this.#clock.nowMs
        this.#snapshot = snapshotFor(exchange.request, takenAtMs)
        if (this.#scenario.refusal === undefined) exchange.deviceListed(this.#snapshot, this.#clock.nowMs)
        else exchange.deviceFailed(this.#scenario.refusal, this.#clock.nowMs)
        this.#pump()
      })
    }
    for (let outgoing; (outgoing = table.pollTransmit(nowMs));) {
      this.#path = outgoing.path
      const said = this.#mutation.says?.(outgoing.message, this.#hands) ?? [outgoing.message]
      for (const message of said) this.#send(message)
    }
    this.#arm()
  }

  #arm(): void {
    this.#stopWaiting?.()
    const nextMs = this.#table.nextTimeoutMs(this.#clock.nowMs)
    this.#stopWaiting =
      nextMs === undefined
        ? undefined
        : this.#clock.after(Math.max(0, nextMs - this.#clock.nowMs), () => {
            this.#table.handleTimeout(this.#clock.nowMs)
            this.#pump()
          })
  }

  #send(message: Message): void {
    // Whatever is sent answers something that came.
    const { peer, destination, source } = this.#path!
    const packet = codec.encode({ destination, source, message })
    this.#link.send(this.#mutation.writes?.(packet) ?? packet, peer)
  }

  get #hands(): ConverterHands {
    return { nowMs: this.#clock.nowMs, snapshot: this.#snapshot, say: (message) => this.#send(message) }
  }
}

function newTable(): ExchangeTable<Path> {
  return new ExchangeTable({
    converterNumber: CONVERTER_NUMBER,
    knowsDevice: (device) => device === DEVICE_NUMBER,
    limits: DEFAULT_LIMITS,
  })
}
