/** One message that waits to be published. */
export interface QueuedMessage {
  readonly topic: string
  readonly payload: Buffer
  readonly retain: boolean
  /** By which {@link PublishQueue.confirm} knows it again; a message without one needs no confirmation. */
  readonly key?: string
  /** Called when nobody needs the message any more. */
  readonly release?: () => void
}

/** Messages that were sent and are not settled yet, at most: half of what mosquitto queues for one slow reader before it drops some. */
const MAX_UNSETTLED = 512

interface Entry {
  readonly message: QueuedMessage
  state: 'waiting' | 'inFlight' | 'acknowledged' | 'settled'
  isConfirmed: boolean
}

/** One sending of one message; of an earlier connection it means nothing any more. */
export interface Sending {
  readonly message: QueuedMessage
  readonly entry: object
  readonly connection: number
}

/**
 * A first-in first-out queue, bounded in octets, that also bounds how many of its messages are under way. A message is settled, and forgotten,
 * when the broker has acknowledged it and, where it has a key, a reader has confirmed it. {@link rewind} sends again all that is not settled,
 * from the oldest on: order is kept, at the price of repetitions. Pure: no I/O.
 */
export class PublishQueue {
  readonly #maxQueuedOctets: number
  readonly #maxInFlight: number
  #entries: Entry[] = []
  /** Entries before this one are settled. */
  #head = 0
  /** The next to be sent. */
  #next = 0
  readonly #byKey = new Map<string, Entry>()
  #octets = 0
  #inFlight = 0
  #connection = 0

  constructor(bounds: { readonly maxQueuedOctets: number; readonly maxInFlight: number }) {
    this.#maxQueuedOctets = bounds.maxQueuedOctets
    this.#maxInFlight = bounds.maxInFlight
  }

  /** Octets of payload that are held. */
  get octets(): number {
    return this.#octets
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** Messages that are not settled and not under way: they wait to be sent, or to be confirmed. */
  get waiting(): number {
    return this.#entries.length - this.#head - this.#inFlight
  }

  /** True when everything is settled. */
  get idle(): boolean {
    return this.#head === this.#entries.length
  }

  /** Whether half of the room is free: time to fetch what waits elsewhere. */
  get hasRoom(): boolean {
    return this.#octets <= this.#maxQueuedOctets / 2
  }

  /** @returns false when there is no room; the message is not taken then */
  offer(message: QueuedMessage): boolean {
    if (this.#octets + message.payload.length > this.#maxQueuedOctets) return false
    this.push(message)
    return true
  }

  /** Take a message whatever its size: it came out of another bounded place. */
  push(message: QueuedMessage): void {
    const entry: Entry = { message, state: 'waiting', isConfirmed: message.key === undefined }
    this.#octets += message.payload.length
    this.#entries.push(entry)
    if (message.key !== undefined) this.#byKey.set(message.key, entry)
  }

  /** The next message to send, which is under way from now on; undefined when nothing waits or enough is under way. */
  take(): Sending | undefined {
    while (this.#entries[this.#next]?.state === 'settled') this.#next++
    const entry = this.#entries[this.#next]
    if (!entry || this.#inFlight >= this.#maxInFlight || this.#next - this.#head >= MAX_UNSETTLED) return undefined
    this.#next++
    this.#inFlight++
    entry.state = 'inFlight'
    return { message: entry.message, entry, connection: this.#connection }
  }

  /**
   * A message that was taken is acknowledged, or given up.
   *
   * @returns false when it was sent over a connection that is no more, and is sent again anyway
   */
  acknowledge(sending: Sending, isGivenUp = false): boolean {
    if (sending.connection !== this.#connection) return false
    // Made by take(), and by nobody else.
    const entry = sending.entry as Entry
    this.#inFlight--
    entry.state = 'acknowledged'
    if (isGivenUp) entry.isConfirmed = true
    this.#settleIfDone(entry)
    return true
  }

  /** A reader has the message with this key. Unknown keys, and keys that come twice, change nothing. */
  confirm(key: string): void {
    const entry = this.#byKey.get(key)
    if (!entry) return
    entry.isConfirmed = true
    this.#settleIfDone(entry)
  }

  /** Forget what was sent and is not settled: it waits again, in its old place. */
  rewind(): void {
    this.#connection++
    this.#inFlight = 0
    this.#next = this.#head
    for (const entry of this.#entries.slice(this.#head)) if (entry.state !== 'settled') entry.state = 'waiting'
  }

  /** Messages that no broker has acknowledged, oldest first. */
  unacknowledged(): QueuedMessage[] {
    return this.#entries
      .slice(this.#head)
      .filter(({ state }) => state === 'waiting' || state === 'inFlight')
      .map(({ message }) => message)
  }

  #settleIfDone(entry: Entry): void {
    if (entry.state !== 'acknowledged' || !entry.isConfirmed) return
    entry.state = 'settled'
    const { key, payload, release } = entry.message
    if (key !== undefined) this.#byKey.delete(key)
    this.#octets -= payload.length
    release?.()
    while (this.#entries[this.#head]?.state === 'settled') this.#head++
    this.#next = Math.max(this.#next, this.#head)
    // Taking from the front of an array moves all the rest, so the front is only forgotten in large pieces.
    if (this.#head >= 1024) {
      this.#entries = this.#entries.slice(this.#head)
      this.#next -= this.#head
      this.#head = 0
    }
  }
}
