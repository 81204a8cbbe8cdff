import type { Link } from 'viewnet/link'
import {
  decodePacket,
  encodePacket,
  EndpointExchange,
  PacketError,
  type Message,
} from '../../../../harness/endpoint/index.js'
import { CONVERTER_NUMBER, EXCHANGE, requestOf, type Scenario } from './scenario.js'
import type { Mutation } from './mutation.js'
import type { VirtualClock } from './virtual-clock.js'

/** The octets of what an endpoint says. */
export function endpointPacket(message: Message, exchange: number): Uint8Array {
  return encodePacket({
    destination: { metropolitanArea: 1, access: 2 },
    source: { metropolitanArea: 1, access: 1 },
    label: undefined,
    converterNumber: CONVERTER_NUMBER,
    exchange,
    message,
  })
}

/** The reference endpoint's own exchange and codec on a virtual clock: what `VideoNetworkEndpoint` is around them, and a mutation in between. */
export class VirtualEndpoint {
  readonly #clock: VirtualClock
  readonly #link: Link
  readonly #to: string
  readonly #mutation: Mutation
  readonly #exchange: EndpointExchange
  #stopWaiting: (() => void) | undefined

  constructor(clock: VirtualClock, link: Link, to: string, scenario: Scenario, mutation: Mutation) {
    this.#clock = clock
    this.#link = link
    this.#to = to
    this.#mutation = mutation
    this.#exchange = new EndpointExchange({ request: requestOf(scenario), maxResources: 1000 })
  }

  async start(): Promise<void> {
    await this.#link.start({ packet: (packet) => this.#receive(packet) })
    this.#pump()
  }

  #receive(octets: Uint8Array): void {
    try {
      const { exchange, message } = decodePacket(octets)
      if (exchange === EXCHANGE) this.#exchange.receive(message, this.#clock.nowMs)
    } catch (failure) {
      if (!(failure instanceof PacketError)) throw failure
    }
    this.#pump()
  }

  #pump(): void {
    this.#stopWaiting?.()
    const { nowMs } = this.#clock
    for (let message; (message = this.#exchange.pollTransmit(nowMs));) {
      for (const asked of this.#mutation.asks?.(message) ?? [message]) {
        const packet = endpointPacket(asked, EXCHANGE)
        this.#link.send(this.#mutation.endpointWrites?.(packet) ?? packet, this.#to)
      }
    }
    while (this.#exchange.pollEvent()) continue
    const nextMs = this.#exchange.nextTimeoutMs
    if (nextMs === undefined) return
    this.#stopWaiting = this.#clock.after(Math.max(0, nextMs - nowMs), () => {
      this.#exchange.handleTimeout(this.#clock.nowMs)
      this.#pump()
    })
  }
}
