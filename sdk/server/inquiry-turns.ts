/** Lets few inquiries of one device go on at a time: recorders serve a handful of clients, and refuse or drop the rest. */
export class InquiryTurns {
  #free: number
  readonly #waiting: (() => void)[] = []

  /** @param most - inquiries at a time */
  constructor(most: number) {
    this.#free = most
  }

  /** One more inquiry, behind those before it. */
  enter(): InquiryTurn {
    if (this.#free === 0) return new InquiryTurn(this.#waiting, () => this.#next())
    this.#free -= 1
    return new InquiryTurn(undefined, () => this.#next())
  }

  #next(): void {
    const begin = this.#waiting.shift()
    if (begin) begin()
    else this.#free += 1
  }
}

/** The turn of one inquiry: it comes, and is ended; or is ended before it came. */
export class InquiryTurn {
  /** When it has come; undefined: it came at once. Stays unsettled where it was ended before. */
  readonly come: Promise<void> | undefined
  readonly #queue: (() => void)[]
  readonly #passOn: () => void
  #begin: (() => void) | undefined
  #isOver = false

  /** @internal Use {@link InquiryTurns.enter}. */
  constructor(queue: (() => void)[] | undefined, passOn: () => void) {
    this.#queue = queue ?? []
    this.#passOn = passOn
    this.come =
      queue &&
      new Promise((resolve) => {
        this.#begin = () => {
          this.#begin = undefined
          resolve()
        }
        queue.push(this.#begin)
      })
  }

  /** End it, or leave the queue: once, whoever asks. */
  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    if (this.#begin) this.#queue.splice(this.#queue.indexOf(this.#begin), 1)
    else this.#passOn()
  }
}
