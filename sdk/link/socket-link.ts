import { SMALL_PACKET_BUFFER_BYTES, type Carrier, type Counters } from './carrier.js'
import { LinkError, runPackets, type Link, type LinkKind, type LinkReceiver, type LinkStats } from './link.js'

/** Opens what carries a link's packets, and counts what it carries. */
export type OpenCarrier = (receiver: LinkReceiver, counters: Counters) => Promise<Carrier>

/** A link over a socket: what every kind of them does alike when it is started, closed, or has no socket. */
export class SocketLink implements Link {
  readonly #open: OpenCarrier
  readonly #kind: LinkKind
  readonly #counters: Counters = {
    sentPackets: 0,
    sendCalls: 0,
    lostPackets: 0,
    receivedPackets: 0,
    receiveCalls: 0,
  }
  #address: string
  /** Set while it is started, or being started. */
  #opening: Promise<Carrier> | undefined
  #carrier: Carrier | undefined

  /** @param kind - told while no socket says better */
  constructor(address: string, kind: LinkKind, open: OpenCarrier) {
    this.#address = address
    this.#kind = kind
    this.#open = open
  }

  get address(): string {
    return this.#address
  }

  async start(receiver: LinkReceiver): Promise<void> {
    if (this.#opening) throw new LinkError('ERR_VIEWNET_LINK_START', `${this.#address} is already started`)
    const opening = this.#open(receiver, this.#counters)
    this.#opening = opening
    let carrier: Carrier
    try {
      carrier = await opening
    } catch (cause) {
      if (this.#opening === opening) this.#opening = undefined
      throw this.#startError(cause)
    }
    if (this.#opening !== opening) {
      // close() waits for the end of it.
      throw this.#startError(new Error('closed while starting'))
    }
    this.#carrier = carrier
    this.#address = carrier.address
  }

  send(packet: Uint8Array, to: string): void {
    if (this.#carrier) this.#carrier.send(packet, 1, packet.length, to)
    else this.#counters.lostPackets += 1
  }

  sendRun(octets: Uint8Array, packetBytes: number, to: string): void {
    const packets = runPackets(octets, packetBytes)
    if (this.#carrier && packets > 0) this.#carrier.send(octets, packets, packetBytes, to)
    else this.#counters.lostPackets += Math.max(packets, 1)
  }

  stats(): LinkStats {
    const described = this.#carrier?.describe()
    if (!described) {
      const whyNotAccelerated = 'not started'
      return { kind: this.#kind, isAccelerated: false, whyNotAccelerated, queuedPackets: 0, ...this.#counters }
    }
    const receiveBurstPackets = Math.floor(described.receiveBufferBytes / SMALL_PACKET_BUFFER_BYTES)
    return { ...described, receiveBurstPackets, ...this.#counters }
  }

  async close(): Promise<void> {
    const opening = this.#opening
    this.#opening = undefined
    this.#carrier = undefined
    // Whoever started it is told if it could not be opened.
    const carrier = await opening?.catch(() => undefined)
    await carrier?.close()
  }

  #startError(cause: unknown): LinkError {
    if (cause instanceof LinkError) return cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    return new LinkError('ERR_VIEWNET_LINK_START', `cannot listen on ${this.#address}: ${reason}`, { cause })
  }
}
