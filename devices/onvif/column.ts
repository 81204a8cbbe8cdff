type Numbers = Float64Array | Uint32Array | Uint16Array | Uint8Array

const CHUNK_BITS = 12
/** Values that stand together: nothing is copied for a column to grow, and what is left over at its end is little. */
const CHUNK_LENGTH = 2 ** CHUNK_BITS

/** Numbers of one kind, as many as are set. */
export class Column {
  readonly #kind: new (length: number) => Numbers
  readonly #chunks: Numbers[] = []

  constructor(kind: new (length: number) => Numbers) {
    this.#kind = kind
  }

  /** @param index - at most one beyond the last */
  set(index: number, value: number): void {
    const chunk = index >>> CHUNK_BITS
    if (chunk === this.#chunks.length) this.#chunks.push(new this.#kind(CHUNK_LENGTH))
    this.#chunks[chunk]![index % CHUNK_LENGTH] = value
  }

  /** @param index - of a value that was set */
  at(index: number): number {
    return this.#chunks[index >>> CHUNK_BITS]![index % CHUNK_LENGTH]!
  }
}
