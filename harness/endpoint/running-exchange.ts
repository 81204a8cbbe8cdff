import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EndpointEvent } from './endpoint-event.js'
import type { EndpointExchange } from './endpoint-exchange.js'
import type { Message } from './message.js'
import { ResourceLane } from './resource-lane.js'

/** Gives one {@link EndpointExchange} a clock, a timer and somebody who waits for its events. */
export class RunningExchange {
  readonly #exchange: EndpointExchange
  readonly #send: (message: Message) => void
  readonly #onEnded: () => void
  readonly #lane = new ResourceLane()
  #timer: NodeJS.Timeout | undefined
  /** When the timer fires, on the clock of `performance.now()`. */
  #timerAtMs = Infinity
  #wake: (() => void) | undefined

  /** @param onEnded - called once, when no packet of the exchange is wanted any more; its events may still wait to be taken */
  constructor(exchange: EndpointExchange, send: (message: Message) => void, onEnded: () => void) {
    this.#exchange = exchange
    this.#send = send
    this.#onEnded = onEnded
  }

  start(): void {
    this.#drive()
  }

  /** @param packet - that the message was decoded from */
  receive(message: Message, packet: Uint8Array): void {
    if (message.type === 'RESOURCE') this.#lane.learn(packet)
    this.#exchange.receive(message, performance.now())
    this.#drive()
  }

  /**
   * Take a packet without decoding it, if it is a RESOURCE like those before and nothing is unusual about it.
   *
   * @returns false where it has to be decoded
   */
  receiveOctets(packet: Uint8Array): boolean {
    if (!this.#lane.reads(packet)) return false
    const nowMs = performance.now()
    if (!this.#exchange.receiveOctets(packet, this.#lane, nowMs)) return false
    for (let message; (message = this.#exchange.pollTransmit(nowMs));) this.#send(message)
    this.#armTimer(nowMs)
    if (this.#exchange.handsOutEach) this.#wakeWaiter()
    return true
  }

  /** Packets that make a quarter of its window; Infinity without CREDIT. */
  get quarterWindow(): number {
    return this.#exchange.quarterWindow ?? Infinity
  }

  /** Say PROGRESS now, if anything came since the last one. */
  reportProgress(): void {
    this.#exchange.reportProgress()
    for (let message; (message = this.#exchange.pollTransmit(performance.now()));) this.#send(message)
  }

  /** Stop; stopping what has ended does nothing. */
  abort(): void {
    if (this.#exchange.phase === 'ended') return
    this.#exchange.abort()
    this.#drive()
  }

  /** The next event; waits for it. One caller at a time, and none after `end`. */
  async nextEvent(): Promise<EndpointEvent> {
    for (;;) {
      const event = this.#exchange.pollEvent()
      if (event) return event
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  #drive(): void {
    const nowMs = performance.now()
    for (let message; (message = this.#exchange.pollTransmit(nowMs));) this.#send(message)
    if (this.#exchange.phase === 'ended') {
      clearTimeout(this.#timer)
      this.#onEnded()
    } else {
      this.#armTimer(nowMs)
    }
    this.#wakeWaiter()
  }

  #wakeWaiter(): void {
    this.#wake?.()
    this.#wake = undefined
  }

  /** A timer that fires too early is cheaper than one that is set anew with every packet: it only looks and sets the next one. */
  #armTimer(nowMs: number): void {
    const nextMs = this.#exchange.nextTimeoutMs
    if (nextMs === undefined || nextMs >= this.#timerAtMs) return
    clearTimeout(this.#timer)
    this.#timerAtMs = nextMs
    this.#timer = setTimeout(
      () => {
        this.#timerAtMs = Infinity
        void this.#handleTimeout()
      },
      Math.max(0, Math.ceil(nextMs - nowMs)),
    )
  }

  /**
   * What came while this process did something else is heard first: its silence is not the converter's. A link hands over what waits within one turn of the
   * event loop, or within two.
   */
  async #handleTimeout(): Promise<void> {
    await nextTurn()
    await nextTurn()
    if (this.#exchange.phase === 'ended') return
    this.#exchange.handleTimeout(performance.now())
    this.#drive()
  }
}
