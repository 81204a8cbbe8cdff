/** How often a recorder was asked, and what became of it. */
export interface RecorderStats {
  /** Requests by operation, refused ones included; an operation that was never asked is missing. */
  readonly requests: Readonly<Record<string, number>>
  /** Requests answered with a SOAP fault, refusals included. */
  readonly faults: number
  /** Requests refused by authentication. */
  readonly refused: number
  /** HTTP requests that never came to be SOAP: wrong path, wrong method, too large, no connection left. */
  readonly rejected: number
}

/** Counts what a recorder is asked. Only operations that exist are counted by name, so nobody can make it grow. */
export class QueryCounters {
  readonly #requests = new Map<string, number>()
  #faults = 0
  #refused = 0
  #rejected = 0

  countRequest(operation: string): void {
    this.#requests.set(operation, (this.#requests.get(operation) ?? 0) + 1)
  }

  countFault(): void {
    this.#faults += 1
  }

  countRefusal(): void {
    this.#refused += 1
  }

  countRejection(): void {
    this.#rejected += 1
  }

  /** The counts as they stand, as a copy. */
  stats(): RecorderStats {
    return {
      requests: Object.fromEntries(this.#requests),
      faults: this.#faults,
      refused: this.#refused,
      rejected: this.#rejected,
    }
  }
}
