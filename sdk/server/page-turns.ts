/** How long pages are taken one after the other before the rest of the process has its turn. */
const TURN_MS_MOST = 5

/**
 * Shares the event loop between the pages of all devices and everything else: devices whose pages are at hand would otherwise keep the whole server from
 * hearing and sending for as long as their lists are. Past a few milliseconds one page is taken a turn of the loop, of each device in turn.
 */
export class PageTurns {
  #beganAtMs: number | undefined
  /** At most one of each inquiry. */
  readonly #waiting: (() => void)[] = []

  /** Before a page is taken. @returns undefined: take it at once; otherwise when its turn has come */
  next(): Promise<void> | undefined {
    const nowMs = performance.now()
    if (this.#beganAtMs === undefined) {
      this.#beganAtMs = nowMs
      setImmediate(this.#endTurn)
      return undefined
    }
    if (this.#waiting.length === 0 && nowMs - this.#beganAtMs <= TURN_MS_MOST) return undefined
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  readonly #endTurn = (): void => {
    const next = this.#waiting.shift()
    if (!next) {
      this.#beganAtMs = undefined
      return
    }
    this.#beganAtMs = performance.now()
    setImmediate(this.#endTurn)
    next()
  }
}
