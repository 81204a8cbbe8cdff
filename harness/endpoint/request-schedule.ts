import { REQUEST_LIMIT, type EndpointTimings } from './endpoint-timings.js'

/** What is due: another REQUEST, or the insight that no final RESPONSE will come. */
export type RequestTimeout = 'send' | 'unanswered' | 'still-pending' | undefined

/**
 * When REQUEST goes out (docs/protocol.md, section 3): every second, five times, until a RESPONSE; while it is PENDING every 5 s, for 60 s.
 */
export class RequestSchedule {
  readonly #timings: EndpointTimings
  #sentCount = 0
  #dueMs: number | undefined
  #pendingEndsMs: number | undefined
  #isSettled = false

  constructor(timings: EndpointTimings) {
    this.#timings = timings
  }

  /** No REQUEST goes out any more: it was answered, or its tries are used up. */
  get isSettled(): boolean {
    return this.#isSettled
  }

  /** PENDING is the last that was heard. */
  get isPending(): boolean {
    return this.#pendingEndsMs !== undefined
  }

  get nextTimeoutMs(): number | undefined {
    if (this.#dueMs === undefined || this.#pendingEndsMs === undefined) return this.#dueMs
    return Math.min(this.#dueMs, this.#pendingEndsMs)
  }

  /** The first REQUEST goes out. */
  start(nowMs: number): void {
    this.#sentCount = 1
    this.#dueMs = nowMs + this.#timings.requestIntervalMs
  }

  /** A RESPONSE says PENDING: only the first one starts the wait, or a peer could prolong it for ever. */
  receivePending(nowMs: number): void {
    if (this.isPending || this.#isSettled) return
    this.#dueMs = nowMs + this.#timings.pendingIntervalMs
    this.#pendingEndsMs = nowMs + this.#timings.pendingLimitMs
  }

  /**
   * Resources come without a final RESPONSE, so it was lost. After PENDING the converter cannot have been asked for it yet: ask as often as
   * at first.
   */
  receiveResources(nowMs: number): void {
    if (!this.isPending) return
    this.#pendingEndsMs = undefined
    this.#sentCount = 0
    this.#dueMs = nowMs + this.#timings.requestIntervalMs
  }

  /** A final RESPONSE came, or nobody wants one any more. */
  settle(): void {
    this.#isSettled = true
    this.#dueMs = undefined
    this.#pendingEndsMs = undefined
  }

  handleTimeout(nowMs: number): RequestTimeout {
    if (this.#pendingEndsMs !== undefined && nowMs >= this.#pendingEndsMs) {
      this.settle()
      return 'still-pending'
    }
    if (this.#dueMs === undefined || nowMs < this.#dueMs) return undefined
    if (!this.isPending && this.#sentCount >= REQUEST_LIMIT) {
      this.settle()
      return 'unanswered'
    }
    this.#sentCount++
    this.#dueMs = nowMs + (this.isPending ? this.#timings.pendingIntervalMs : this.#timings.requestIntervalMs)
    return 'send'
  }
}
