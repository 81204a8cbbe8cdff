/** One message that waits to be published. */
export interface QueuedMessage {
  readonly topic: string
  readonly payload: Buffer
  readonly retain: boolean
}

/**
 * A first-in first-out queue, bounded in octets, that also bounds how many of its messages are under way. A message counts until it is
 * acknowledged. Pure: no I/O.
 */
export class PublishQueue {
  readonly #maxQueuedOctets: number
  readonly #maxInFlight: number
  #messages: QueuedMessage[] = []
  #head = 0
  #octets = 0
  #inFlight = 0

  constructor(bounds: { readonly maxQueuedOctets: number; readonly maxInFlight: number }) {
    this.#maxQueuedOctets = bounds.maxQueuedOctets
    this.#maxInFlight = bounds.maxInFlight
  }

  /** Octets of payload that are held, those under way included. */
  get octets(): number {
    return this.#octets
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** Messages that wait, those under way not included. */
  get waiting(): number {
    return this.#messages.length - this.#head
  }

  /** True when nothing waits and nothing is under way. */
  get idle(): boolean {
    return this.waiting === 0 && this.#inFlight === 0
  }

  /** @returns false when there is no room; the message is not taken then */
  offer(message: QueuedMessage): boolean {
    if (this.#octets + message.payload.length > this.#maxQueuedOctets) return false
    this.#octets += message.payload.length
    this.#messages.push(message)
    return true
  }

  /** The next message to send, which is under way from now on; undefined when nothing waits or enough is under way. */
  take(): QueuedMessage | undefined {
    if (this.#inFlight >= this.#maxInFlight || this.waiting === 0) return undefined
    const message = this.#messages[this.#head]
    // Taking from the front of an array moves all the rest, so the front is only forgotten in large pieces.
    if (++this.#head >= 1024) {
      this.#messages = this.#messages.slice(this.#head)
      this.#head = 0
    }
    this.#inFlight++
    return message
  }

  /** A message that was taken is acknowledged, or given up. */
  settle(message: QueuedMessage): void {
    this.#inFlight--
    this.#octets -= message.payload.length
  }
}
