/** The turn of one inquiry. */
export interface InquiryTurn {
  /** When it has come; undefined: it came at once. Stays unsettled where it was ended before. */
  readonly come: Promise<void> | undefined
  /** End it, or leave the queue; ending twice is fine. */
  end(): void
}

/** Lets few inquiries of one device go on at a time: recorders serve a handful of clients, and refuse or drop the rest. */
export class InquiryTurns {
  #free: number
  /** In the order in which they came. */
  readonly #waiting = new Set<() => void>()

  /** @param most - inquiries at a time */
  constructor(most: number) {
    this.#free = most
  }

  /** One more inquiry, behind those before it. */
  enter(): InquiryTurn {
    let begin: (() => void) | undefined
    let come: Promise<void> | undefined
    if (this.#free > 0) this.#free -= 1
    else come = new Promise((resolve) => this.#waiting.add((begin = resolve)))
    let isOver = false
    const end = (): void => {
      const isLeaving = begin !== undefined && this.#waiting.delete(begin)
      if (!isOver && !isLeaving) this.#passOn()
      isOver = true
    }
    return { come, end }
  }

  #passOn(): void {
    const [next] = this.#waiting
    if (!next) {
      this.#free += 1
      return
    }
    this.#waiting.delete(next)
    next()
  }
}
