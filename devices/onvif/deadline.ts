/** What ends a piece of work from outside. */
export interface Limits {
  /** Longest that the work may take; at least 0. */
  readonly timeoutMs: number
  /** Ends the work early. */
  readonly signal?: AbortSignal | undefined
}

/** The work was not done in time. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
  readonly timeoutMs: number

  constructor(timeoutMs: number) {
    super(`expected an end within ${timeoutMs} ms, got none`)
    this.timeoutMs = timeoutMs
  }
}

/**
 * Wait for work no longer than its limits allow, even when the work itself heeds no signal.
 *
 * @param work - is handed a signal that aborts when a limit is reached; what it does after that is ignored
 * @returns what `work` returns
 * @throws {@link DeadlineError} when the time is over; the reason of the signal when that aborts; else what `work` throws
 */
export async function withDeadline<T>(limits: Limits, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { timeoutMs, signal } = limits
  signal?.throwIfAborted()
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let onAbort: (() => void) | undefined
  const limit = new Promise<never>((_, reject) => {
    const stop = (reason: unknown): void => {
      reject(reason)
      controller.abort(reason)
    }
    timer = setTimeout(() => stop(new DeadlineError(timeoutMs)), timeoutMs)
    onAbort = () => stop(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([work(controller.signal), limit])
  } finally {
    clearTimeout(timer)
    if (onAbort) signal?.removeEventListener('abort', onAbort)
  }
}

/**
 * The time that a device may take for a whole listing. Only the waiting for the device is counted, not what the reader of the listing does between
 * two pages.
 */
export class TimeBudget {
  #remainingMs: number

  constructor(totalMs: number) {
    this.#remainingMs = totalMs
  }

  /** What is left; 0 when it is used up. */
  get remainingMs(): number {
    return Math.max(0, this.#remainingMs)
  }

  /** Do `work` at the budget's expense. */
  async spend<T>(work: () => Promise<T>): Promise<T> {
    const startedAtMs = performance.now()
    try {
      return await work()
    } finally {
      this.#remainingMs -= performance.now() - startedAtMs
    }
  }
}
