import { setImmediate as nextTurn } from 'node:timers/promises'
import { UsageError } from 'viewnet/device'
import type { LinkError } from 'viewnet/link'
import { decodePacket } from './decode-packet.js'
import { encodePacket } from './encode-packet.js'
import type { EndpointEvent } from './endpoint-event.js'
import { EndpointExchange } from './endpoint-exchange.js'
import {
  parseEndpointOptions,
  parseEndpointRequest,
  type EndpointRequest,
  type ParsedEndpointOptions,
  type ParsedEndpointRequest,
  type VideoNetworkEndpointOptions,
} from './endpoint-options.js'
import type { Message, Packet } from './message.js'
import { PacketError, PacketFault } from './packet-error.js'
import { exchangeOf } from './resource-lane.js'
import { RunningExchange } from './running-exchange.js'

/** Why an endpoint drops a packet; it never answers one. */
export const EndpointDropReason = [
  ...PacketFault,
  /** Came from another link address than the converter's. */
  'link-address',
  /** Came from another source address than the given one. */
  'source-address',
  /** Speaks for another converter. */
  'converter-number',
  /** A message that endpoints send, and do not take. */
  'direction',
  /** Of no exchange that is open; what trails an ended one counts here. */
  'exchange',
] as const
export type EndpointDropReason = (typeof EndpointDropReason)[number]

/** What an endpoint counts, since it was made. */
export interface EndpointStats {
  readonly sent: number
  /** Packets that came, dropped ones included. */
  readonly received: number
  readonly dropped: Readonly<Record<EndpointDropReason, number>>
  readonly openExchanges: number
  /** What the link last complained of. */
  readonly lastLinkError: LinkError | undefined
}

/**
 * The reference video-network endpoint: asks one converter for recording resources, over any link, several exchanges at a time.
 *
 * @example
 * await using endpoint = new VideoNetworkEndpoint({ link, to: 'udp://127.0.0.1:28200', converterNumber: '00001-00020-00300-04000' })
 * await endpoint.start()
 * for await (const event of endpoint.request({ device: '00001-00020-00300-00007', exchange: 1 })) console.log(event)
 */
export class VideoNetworkEndpoint {
  readonly #options: ParsedEndpointOptions
  readonly #running = new Map<number, RunningExchange>()
  readonly #dropped = Object.fromEntries(EndpointDropReason.map((reason) => [reason, 0])) as Record<
    EndpointDropReason,
    number
  >
  #sentCount = 0
  #receivedCount = 0
  /** RESOURCE packets since any exchange said PROGRESS: all of them pass one receive buffer, so a quarter of a window is counted over all. */
  #unreportedCount = 0
  #lastLinkError: LinkError | undefined
  #state: 'new' | 'started' | 'closed' = 'new'

  /** @throws UsageError `ERR_VIEWNET_OPTION`, `ERR_VIEWNET_ENDPOINT_NUMBER`, `ERR_VIEWNET_ADDRESS` */
  constructor(options: VideoNetworkEndpointOptions) {
    this.#options = parseEndpointOptions(options)
  }

  /** Our own link address; after the start with the port that was taken. */
  get address(): string {
    return this.#options.link.address
  }

  /**
   * Start the link.
   *
   * @throws LinkError `ERR_VIEWNET_LINK_START`; UsageError `ERR_VIEWNET_ENDPOINT_STATE` when it was started before
   */
  async start(): Promise<void> {
    if (this.#state !== 'new') throw stateError(`start() of an endpoint that is ${this.#state}; each starts once`)
    this.#state = 'started'
    try {
      await this.#options.link.start({
        packet: (packet, from) => this.#receive(packet, from),
        error: (error) => {
          this.#lastLinkError = error
        },
      })
    } catch (error) {
      this.#state = 'new'
      throw error
    }
  }

  /** Abort what is open, telling the converter ABANDON, and close the link; closing twice is fine. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    for (const running of this.#running.values()) running.abort()
    // Node resolves even numeric addresses in a later turn: a socket that is closed now would take the ABANDONs with it.
    await nextTurn()
    await this.#options.link.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** What was sent, received and dropped so far. */
  stats(): EndpointStats {
    return {
      sent: this.#sentCount,
      received: this.#receivedCount,
      dropped: { ...this.#dropped },
      openExchanges: this.#running.size,
      lastLinkError: this.#lastLinkError,
    }
  }

  /**
   * Ask for the recording resources of one device. The REQUEST goes out when the iteration begins; the last event is `end`, always. Leaving
   * the loop early, the signal and {@link close} abort the exchange, and the converter is told ABANDON.
   *
   * The converter sends at its own pace, not at that of the loop: what waits to be taken is kept in the exchange's store, which `maxResources`
   * bounds.
   *
   * @returns events, to be iterated once
   * @throws UsageError `ERR_VIEWNET_OPTION`, `ERR_VIEWNET_ENDPOINT_NUMBER`, at once; `ERR_VIEWNET_ENDPOINT_STATE` when it is not started, and
   * `ERR_VIEWNET_ENDPOINT_EXCHANGE` when the exchange is open already, as the iteration begins
   */
  request(request: EndpointRequest): AsyncGenerator<EndpointEvent, void, undefined> {
    return this.#run(parseEndpointRequest(request, this.#options.timings.roundIdleMs))
  }

  async *#run(request: ParsedEndpointRequest): AsyncGenerator<EndpointEvent, void, undefined> {
    const running = this.#open(request)
    const { signal } = request
    const abort = (): void => running.abort()
    try {
      if (signal?.aborted) {
        abort()
      } else {
        signal?.addEventListener('abort', abort, { once: true })
        running.start()
      }
      for (let event; event?.type !== 'end';) {
        event = await running.nextEvent()
        yield event
      }
    } finally {
      signal?.removeEventListener('abort', abort)
      abort()
    }
  }

  #open({ message: request, exchange, resources }: ParsedEndpointRequest): RunningExchange {
    if (this.#state !== 'started')
      throw stateError(`request() on an endpoint that is ${this.#state}; start() comes first`)
    if (this.#running.has(exchange)) {
      throw new UsageError(
        'ERR_VIEWNET_ENDPOINT_EXCHANGE',
        `exchange ${exchange} is still open; expected another number`,
      )
    }
    const { timings, maxResources } = this.#options
    const running = new RunningExchange(
      new EndpointExchange({ request, timings, maxResources, resources }),
      (message) => this.#send(message, exchange),
      () => this.#running.delete(exchange),
    )
    this.#running.set(exchange, running)
    return running
  }

  #send(message: Message, exchange: number): void {
    const { link, to, converterNumber, converterAddress: destination, address: source } = this.#options
    this.#sentCount++
    if (message.type === 'PROGRESS') this.#unreportedCount = 0
    link.send(encodePacket({ destination, source, label: undefined, converterNumber, exchange, message }), to)
  }

  #receive(octets: Uint8Array, from: string): void {
    this.#receivedCount++
    // Nearly every packet is one more RESOURCE; the plain way decides about everything else.
    const likely = from === this.#options.to ? this.#running.get(exchangeOf(octets)) : undefined
    if (likely?.receiveOctets(octets) === true) return this.#noteResource(likely)
    const admitted = this.#admit(octets, from)
    if (typeof admitted === 'string') {
      this.#dropped[admitted]++
      return
    }
    const running = this.#running.get(admitted.exchange)
    running?.receive(admitted.message, octets)
    if (running && admitted.message.type === 'RESOURCE') this.#noteResource(running)
  }

  #noteResource(running: RunningExchange): void {
    this.#unreportedCount++
    if (this.#unreportedCount >= running.quarterWindow) running.reportProgress()
  }

  /** The packet, or why it is dropped. */
  #admit(octets: Uint8Array, from: string): Packet | EndpointDropReason {
    const { to, isSourceChecked, converterAddress, converterNumber } = this.#options
    if (from !== to) return 'link-address'
    let packet: Packet
    try {
      packet = decodePacket(octets)
    } catch (error) {
      if (error instanceof PacketError) return error.reason
      throw error
    }
    const { metropolitanArea, access } = packet.source
    const isSource = metropolitanArea === converterAddress.metropolitanArea && access === converterAddress.access
    if (isSourceChecked && !isSource) return 'source-address'
    if (packet.converterNumber !== converterNumber) return 'converter-number'
    const { type } = packet.message
    if (type !== 'RESPONSE' && type !== 'RESOURCE' && type !== 'ROUND_END') return 'direction'
    return this.#running.has(packet.exchange) ? packet : 'exchange'
  }
}

function stateError(message: string): UsageError {
  return new UsageError('ERR_VIEWNET_ENDPOINT_STATE', message)
}
