/** What was opened and must be closed, last opened first; Node 20 has no AsyncDisposableStack yet. */
export class Closers {
  readonly #closers: (() => Promise<void>)[] = []

  add(close: () => Promise<void>): void {
    this.#closers.push(close)
  }

  /** Close everything, also when some of it cannot be; then throw the first failure. Closing twice is fine. */
  async close(): Promise<void> {
    let failed = false
    let first: unknown
    for (let close; (close = this.#closers.pop());) {
      try {
        await close()
      } catch (failure) {
        if (!failed) first = failure
        failed = true
      }
    }
    if (failed) throw first
  }
}
