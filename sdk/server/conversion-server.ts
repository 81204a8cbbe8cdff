import { EventEmitter } from 'node:events'
import type { MonitoringDevice } from '../device/index.js'
import { UsageError, type ViewnetError } from '../errors.js'
import {
  ExchangeTable,
  type CloseReason,
  type Exchange,
  type Outgoing,
  type TableEvent,
  type UnexpectedReason,
} from '../exchange/index.js'
import { linkAt, RUN_PACKETS_MOST, type Link } from '../link/index.js'
import {
  formatMessageNumber,
  PacketCodec,
  PacketView,
  ResourceEncoder,
  ResourceRun,
  ResponseStatus,
  type NetworkAddress,
  type Request,
} from '../wire/index.js'
import { aboutDevice, calledOffError } from './inquiry-errors.js'
import { inquire } from './device-inquiry.js'
import type { ConversionServerEvents, ConversionServerStats, DropReason, ExchangeReference } from './events.js'
import { InquiryTurns, type InquiryTurn } from './inquiry-turns.js'
import { PageTurns } from './page-turns.js'
import { parseOptions, type ConversionServerOptions, type ParsedOptions } from './options.js'
import { ResourceRoom, type ResourceShare } from './resource-room.js'

/** Once so many packets were sent, other work of the process gets its turn; the run that reaches it is sent whole. */
const STEP_PACKETS = RUN_PACKETS_MOST
/** The first resources of an exchange go before a whole run is made: somebody waits for them. */
const FIRST_RUN_PACKETS = 8

/** How an answer travels back: the request's addresses and label, turned round. */
interface Route {
  readonly peer: string
  readonly destination: NetworkAddress
  readonly source: NetworkAddress
  readonly label: number | undefined
  /** Made with the first RESOURCE that goes this way. */
  encoder?: ResourceEncoder
  /** Made with the first event of the exchange. */
  reference?: ExchangeReference
  /** Of the room for all lists; taken when the device is asked. */
  share?: ResourceShare
}

/** The asking of a device for one exchange. */
interface Inquiry {
  readonly calledOff: AbortController
  readonly turn: InquiryTurn
}

/**
 * A conversion server (协转服务器): answers a video network's requests for the recordings of ordinary surveillance devices.
 *
 * It joins a link, the exchanges and the devices; the protocol itself is in the exchange room. Start it, listen to its events, close it; or let
 * `await using` close it.
 *
 * @example
 * const server = new ConversionServer({
 *   number: '00001-00020-00300-04000',
 *   link: 'udp://127.0.0.1:28200',
 *   peers: ['udp://127.0.0.1:28300'],
 *   devices: [{ number: '00001-00020-00300-00007', device: new OnvifDevice({ url: 'http://127.0.0.1:8899/onvif/device_service' }) }],
 * })
 * await server.start()
 */
export class ConversionServer extends EventEmitter<ConversionServerEvents> {
  readonly #options: ParsedOptions
  readonly #link: Link
  readonly #codec: PacketCodec
  /** Reused for every packet that comes, and for every run that goes. */
  readonly #view: PacketView
  readonly #run = new ResourceRun(RUN_PACKETS_MOST)
  readonly #table: ExchangeTable<Route>
  /** Device inquiries under way, or waiting for their turn, to be called off when their exchange ends. */
  readonly #inquiries = new Map<Exchange, Inquiry>()
  readonly #devices: ReadonlyMap<bigint, { readonly device: MonitoringDevice; readonly turns: InquiryTurns }>
  readonly #pageTurns = new PageTurns()
  readonly #room: ResourceRoom
  readonly #droppedPackets: Partial<Record<DropReason, number>> = {}
  #state: 'new' | 'started' | 'closed' = 'new'
  #closing: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  /** When the timer fires, on the clock of {@link now}. */
  #timerAtMs = Infinity
  #step: NodeJS.Immediate | undefined
  #receivedPackets = 0
  #sentPackets = 0
  #deviceQueries = 0

  /** @throws UsageError `ERR_VIEWNET_OPTION`, `ERR_VIEWNET_MESSAGE_NUMBER` or `ERR_VIEWNET_ADDRESS`, naming the option, expected and got */
  constructor(options: ConversionServerOptions) {
    super()
    this.#options = parseOptions(options)
    const { link, acceleration, number, devices, limits, profile } = this.#options
    this.#link = typeof link === 'string' ? linkAt(link, { acceleration, etherType: profile.etherType }) : link
    this.#codec = new PacketCodec(profile)
    this.#view = new PacketView(profile)
    this.#room = new ResourceRoom(this.#options.maxOpenResources)
    this.#devices = new Map(
      Array.from(devices, ([at, { device, maxInquiries }]) => [at, { device, turns: new InquiryTurns(maxInquiries) }]),
    )
    this.#table = new ExchangeTable({ converterNumber: number, knowsDevice: (device) => devices.has(device), limits })
  }

  /** Our own link address; after the start with the port that was taken. */
  get address(): string {
    return this.#link.address
  }

  /** Our own external message number. */
  get number(): string {
    return formatMessageNumber(this.#options.number)
  }

  /**
   * Begin to answer. Where the link cannot be opened it may be tried again: a port may be free by then.
   *
   * @throws LinkError `ERR_VIEWNET_LINK_START` when the link cannot be opened; of Ethernet, and where acceleration is required, also
   *   `ERR_VIEWNET_LINK_UNSUPPORTED`, `ERR_VIEWNET_LINK_PERMISSION` or `ERR_VIEWNET_LINK_INTERFACE`
   * @throws UsageError `ERR_VIEWNET_STATE` when it is started, or was closed
   */
  async start(): Promise<void> {
    if (this.#state !== 'new')
      throw new UsageError('ERR_VIEWNET_STATE', `the server is ${this.#state}; start() works once`)
    this.#state = 'started'
    try {
      await this.#link.start({
        packet: (packet, from) => this.#receive(packet, from),
        error: (error) => this.#fail(error),
      })
    } catch (error) {
      if (!this.#closing) this.#state = 'new'
      throw error
    }
  }

  /** Stop answering: open exchanges end, device inquiries are called off, the link closes. Closing twice is fine, and ends when the link is closed. */
  async close(): Promise<void> {
    if (this.#state !== 'closed') {
      this.#state = 'closed'
      try {
        this.#table.stop(now())
        this.#drainEvents()
      } finally {
        // Also where a listener throws: whoever closes us wants the address back.
        this.#disarm()
        if (this.#step) clearImmediate(this.#step)
        this.#closing = this.#link.close()
      }
    }
    await this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** Counters since the start, as a copy. */
  stats(): ConversionServerStats {
    return {
      receivedPackets: this.#receivedPackets,
      sentPackets: this.#sentPackets,
      droppedPackets: { ...this.#droppedPackets },
      openExchanges: this.#table.openCount,
      openResources: this.#room.taken,
      deviceQueries: this.#deviceQueries,
      link: this.#link.stats?.(),
    }
  }

  #receive(octets: Uint8Array, from: string): void {
    if (this.#state !== 'started') return
    this.#receivedPackets += 1
    // Before anything is read: a stranger costs us one look-up.
    if (!this.#options.isPeer(from)) return this.#drop('stranger', from)
    const unreadable = this.#view.look(octets)
    if (unreadable) return this.#drop(unreadable, from)
    const { message } = this.#view
    const unexpected =
      message.type === 'REQUEST' ? this.#receiveRequest(message, from) : this.#table.receiveReport(from, message, now())
    if (unexpected) return this.#drop(unexpected, from)
    // The first packet of a turn is answered at once. What comes with it is heard first, so that a flood of reports is not heard one a step.
    if (this.#step) return this.#drainEvents()
    this.#pump()
    if (this.#state === 'started') this.#step ??= setImmediate(() => this.#wake())
  }

  /** A request is kept, and so is its way back: both are copied out of the packet. */
  #receiveRequest(request: Request, from: string): UnexpectedReason | undefined {
    const { source, destination, label } = this.#view
    return this.#table.receive(
      { peer: from, destination: source, source: destination, label },
      copyOfRequest(request),
      now(),
    )
  }

  /** Do what is due, tell what happened, send what may go; then wait for the next moment. */
  #pump(): void {
    this.#drainEvents()
    // One moment for the whole step: it takes less than a timer is fine.
    const nowMs = now()
    // A listener may have closed us.
    for (let left = STEP_PACKETS; left > 0 && this.#state === 'started';) {
      const outgoing = this.#table.pollRun(nowMs, this.#beginRun)
      if (!outgoing) break
      left -= 'message' in outgoing ? this.#sendMessage(outgoing) : this.#sendRun(outgoing.run, outgoing.path.peer)
    }
    this.#drainEvents()
    this.#arm()
  }

  readonly #beginRun = (route: Route, { request }: Exchange, turnPackets: number): ResourceRun => {
    const { exchange, converterNumber } = request
    // Where many wait, the first run of one is the others' delay.
    const isFirst = !route.encoder && this.#table.openCount === 1
    route.encoder ??= new ResourceEncoder(this.#codec, { ...route, exchange, converterNumber })
    this.#run.begin(route.encoder, isFirst ? Math.min(turnPackets, FIRST_RUN_PACKETS) : turnPackets)
    return this.#run
  }

  /** @returns how many packets went */
  #sendMessage({ path, message }: Outgoing<Route>): number {
    const { destination, source, label, peer } = path
    this.#link.send(this.#codec.encode({ destination, source, message, ...(label !== undefined && { label }) }), peer)
    this.#sentPackets += 1
    return 1
  }

  /** The link takes a copy, so that the run may be used again. */
  #sendRun({ octets, packetBytes, packetCount }: ResourceRun, peer: string): number {
    if (this.#link.sendRun && packetCount > 1) {
      this.#link.sendRun(octets, packetBytes, peer)
    } else {
      for (let at = 0; at < octets.length; at += packetBytes) {
        this.#link.send(octets.subarray(at, at + packetBytes), peer)
      }
    }
    this.#sentPackets += packetCount
    return packetCount
  }

  /** A timer that fires too early is cheaper than one that is set anew with every packet: it only looks and sets the next one. */
  #arm(): void {
    const nowMs = now()
    const nextMs = this.#state === 'started' ? this.#table.nextTimeoutMs(nowMs) : undefined
    if (nextMs === undefined) return this.#disarm()
    if (nextMs <= nowMs) {
      this.#step ??= setImmediate(() => this.#wake())
      return
    }
    if (nextMs >= this.#timerAtMs) return
    this.#disarm()
    this.#timerAtMs = nextMs
    // A wait that no timer can hold is cut; waking early does no harm.
    const waitMs = Math.min(Math.ceil(nextMs - nowMs), 0x7fffffff)
    this.#timer = setTimeout(() => {
      this.#timerAtMs = Infinity
      if (!this.#step) this.#wake()
    }, waitMs)
  }

  #disarm(): void {
    clearTimeout(this.#timer)
    this.#timerAtMs = Infinity
  }

  #wake(): void {
    this.#step = undefined
    if (this.#state !== 'started') return
    this.#table.handleTimeout(now())
    this.#pump()
  }

  #drainEvents(): void {
    for (let happened; (happened = this.#table.pollEvent(now()));) this.#handle(happened)
  }

  #handle({ path, exchange, event }: TableEvent<Route>): void {
    const reference = (path.reference ??= referenceOf(path.peer, exchange.request))
    switch (event.type) {
      case 'resourcesWanted':
        try {
          this.emit('exchangeOpened', reference)
        } finally {
          // Also where a listener throws: the endpoint waits. Never rejects; its outcome comes back through the exchange.
          void this.#inquire(exchange, path, reference)
        }
        return
      case 'responded':
        this.emit('responded', { ...reference, status: event.status, count: event.count })
        return
      case 'roundEnded':
        this.emit('roundEnded', { ...reference, round: event.round, sentCount: event.sentCount })
        return
      case 'closed':
        path.share?.close()
        this.#callOff(exchange, event.reason, reference)
        this.emit('exchangeClosed', { ...reference, reason: event.reason, facts: event.facts })
        return
    }
  }

  async #inquire(exchange: Exchange, path: Route, reference: ExchangeReference): Promise<void> {
    // A listener of exchangeOpened may have closed us.
    if (this.#state !== 'started') return
    const known = this.#devices.get(exchange.request.deviceNumber)
    if (!known) return exchange.deviceFailed(ResponseStatus.unknownDevice, now())
    const turn = known.turns.enter()
    const calledOff = new AbortController()
    this.#inquiries.set(exchange, { calledOff, turn })
    if (turn.come) {
      exchange.deviceOccupied()
      await turn.come
      // Called off in the very moment in which its turn came.
      if (exchange.state === 'closed') return
    }
    this.#deviceQueries += 1
    const share = (path.share = this.#room.share())
    const result = await inquire(known.device, exchange.request, {
      signal: calledOff.signal,
      maxResources: this.#options.maxResources,
      share,
      pageTurns: this.#pageTurns,
    })
    turn.end()
    this.#inquiries.delete(exchange)
    // The endpoint left, or the server closed: nobody waits for the answer any more, and being called off is no fault of the device.
    if (exchange.state === 'closed') return
    if ('snapshot' in result) {
      exchange.deviceListed(result.snapshot, now())
    } else {
      exchange.deviceFailed(result.refused, now())
      this.#fail(aboutDevice(reference.device, result.error))
    }
    this.#pump()
  }

  /** An exchange that ends while its device is still being asked was given up: by the endpoint, by us, or because the device took too long. */
  #callOff(exchange: Exchange, reason: CloseReason, { device }: ExchangeReference): void {
    const inquiry = this.#inquiries.get(exchange)
    if (!inquiry) return
    // Forgotten here, and not when the driver ends: one that hears no signal might never.
    this.#inquiries.delete(exchange)
    inquiry.turn.end()
    const error = calledOffError(device, reason, {
      waited: inquiry.turn.come !== undefined,
      deviceTimeoutMs: this.#options.limits.deviceTimeoutMs,
    })
    inquiry.calledOff.abort(error)
    if (reason === 'refused') this.#fail(error)
  }

  #drop(reason: DropReason, from: string): void {
    this.#droppedPackets[reason] = (this.#droppedPackets[reason] ?? 0) + 1
    this.emit('packetDropped', { reason, from })
  }

  #fail(error: ViewnetError): void {
    if (this.listenerCount('error') > 0) this.emit('error', error)
    else process.emitWarning(error)
  }
}

function referenceOf(peer: string, { exchange, deviceNumber }: Request): ExchangeReference {
  return { exchange, peer, device: formatMessageNumber(deviceNumber) }
}

/** A view's fields are read when asked for: a copy holds them. */
function copyOfRequest(request: Request): Request {
  const { exchange, converterNumber, selective, credit, deviceNumber, channel, kinds } = request
  const { resourceLimit, fromMs, toMs, ratePacketsPerSecond, windowPackets } = request
  return {
    type: 'REQUEST',
    exchange,
    converterNumber,
    selective,
    credit,
    deviceNumber,
    channel,
    kinds,
    resourceLimit,
    fromMs,
    toMs,
    ratePacketsPerSecond,
    windowPackets,
  }
}

/** A clock that never runs backwards. */
function now(): number {
  return performance.now()
}
