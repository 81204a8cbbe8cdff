import type { DecodedPackets } from '../evidence/decoded-packets.js'
import type { ExchangeFacts } from './exchange-facts.js'
import {
  compareBodies,
  emptyBody,
  LABEL_BIT,
  PAYLOAD_OFFSET,
  readResourceBody,
  type ResourceBody,
  type ReusedBody,
} from './resource-body.js'
import { isPlausible, isWanted, wantedBy, type Wanted } from './resource-rules.js'

/** A protocol packet without a label, 86 octets, in base64. */
const PACKET_CHARACTERS = 116

/** What the RESOURCE packets of a common run say, in objects that are used again. */
export class PlainBodies {
  readonly #bytes: readonly string[]
  readonly #starts: Uint32Array
  readonly #octets: DataView
  readonly #exchange: ExchangeFacts
  readonly #wanted: Wanted
  #body: ReusedBody = emptyBody()
  #before: ReusedBody = emptyBody()
  /** The one before, where there is one to be in order with. */
  #last: ResourceBody | undefined

  constructor(bytes: readonly string[], { octets, starts }: DecodedPackets, exchange: ExchangeFacts) {
    this.#bytes = bytes
    this.#starts = starts
    this.#octets = new DataView(octets.buffer, octets.byteOffset, octets.length)
    this.#exchange = exchange
    this.#wanted = wantedBy(exchange.request)
    this.#last = exchange.round === 0 ? exchange.lastBody : undefined
  }

  /** Read one body: whether it is whole, and breaks no rule about what resources say. */
  isPlain(index: number): boolean {
    // As many as records: that is checked when a batch is read.
    const start = this.#starts[index]!
    if (this.#bytes[index]!.length !== PACKET_CHARACTERS) return false
    if ((this.#octets.getUint8(start) & LABEL_BIT) !== 0) return false
    const body = this.#body
    readResourceBody(this.#octets, start + PAYLOAD_OFFSET, body)
    return (
      body.count === this.#exchange.announced &&
      isPlausible(body) &&
      isWanted(body, this.#wanted) &&
      (this.#last === undefined || compareBodies(this.#last, body) <= 0)
    )
  }

  /** The body that was read last is applied. */
  pass(): void {
    const body = this.#body
    this.#body = this.#before
    this.#before = body
    if (this.#exchange.round === 0) this.#last = body
  }

  /** Let the exchange know what it needs of the bodies that passed, one at least. */
  finish(): void {
    this.#exchange.countSeen ??= this.#before.count
    if (this.#exchange.round === 0) this.#exchange.lastBody = { ...this.#before }
  }
}
