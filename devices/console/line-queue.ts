import type { ConsoleLine } from './serial-console.js'

/** One reader's lines: the oldest go when it is too slow. */
export class LineQueue implements AsyncIterableIterator<ConsoleLine> {
  readonly #maxLines: number
  readonly #onDropped: () => void
  readonly #onReturn: () => void
  #lines: (ConsoleLine | undefined)[] = []
  /** Where the oldest stands; the places before it are free. */
  #first = 0
  #isEnded = false
  readonly #waiting: ((result: IteratorResult<ConsoleLine, undefined>) => void)[] = []

  constructor(maxLines: number, onDropped: () => void, onReturn: () => void) {
    this.#maxLines = maxLines
    this.#onDropped = onDropped
    this.#onReturn = onReturn
  }

  push(line: ConsoleLine): void {
    if (this.#isEnded) return
    const reader = this.#waiting.shift()
    if (reader !== undefined) {
      reader({ done: false, value: line })
      return
    }
    this.#lines.push(line)
    if (this.#lines.length - this.#first <= this.#maxLines) return
    this.#shift()
    this.#onDropped()
  }

  /** Nothing comes any more; what waits can still be read. */
  end(): void {
    this.#isEnded = true
    for (const reader of this.#waiting.splice(0)) reader({ done: true, value: undefined })
  }

  next(): Promise<IteratorResult<ConsoleLine, undefined>> {
    const value = this.#shift()
    if (value !== undefined) return Promise.resolve({ done: false, value })
    if (this.#isEnded) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  return(): Promise<IteratorResult<ConsoleLine, undefined>> {
    this.#lines = []
    this.#first = 0
    this.end()
    this.#onReturn()
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #shift(): ConsoleLine | undefined {
    const line = this.#lines[this.#first]
    if (line === undefined) return undefined
    this.#lines[this.#first] = undefined
    this.#first += 1
    // Moving the rest to the front now and then costs less than at every line.
    if (this.#first > 1024 && this.#first * 2 > this.#lines.length) {
      this.#lines = this.#lines.slice(this.#first)
      this.#first = 0
    }
    return line
  }
}
