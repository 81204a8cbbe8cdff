import { canceled } from './serial-binding.js'

/** Octets that wait to be read from a port that is no file: a binding's `read` takes from here. */
export class ReadQueue {
  readonly #chunks: Buffer[] = []
  #octets = 0
  #ended: Error | undefined
  #reader: (() => void) | undefined

  /** How many octets wait. */
  get octets(): number {
    return this.#octets
  }

  /** Why nothing comes any more. */
  get ended(): Error | undefined {
    return this.#ended
  }

  push(octets: Buffer): void {
    if (this.#ended !== undefined || octets.length === 0) return
    this.#chunks.push(octets)
    this.#octets += octets.length
    this.#wake()
  }

  /** Nothing comes any more; what waits can still be read. */
  end(reason: Error): void {
    this.#ended ??= reason
    this.#wake()
  }

  clear(): void {
    this.#chunks.length = 0
    this.#octets = 0
  }

  /** Read at least one octet, waiting for it; rejects with the reason of the end when there is none. */
  async read(buffer: Buffer, offset: number, length: number): Promise<{ buffer: Buffer; bytesRead: number }> {
    if (this.#octets === 0 && this.#ended === undefined) {
      await new Promise<void>((resolve) => {
        this.#reader = resolve
      })
    }
    const first = this.#chunks[0]
    if (first === undefined) throw this.#ended ?? canceled('read canceled')
    const bytesRead = first.copy(buffer, offset, 0, length)
    if (bytesRead === first.length) this.#chunks.shift()
    else this.#chunks[0] = first.subarray(bytesRead)
    this.#octets -= bytesRead
    return { buffer, bytesRead }
  }

  #wake(): void {
    this.#reader?.()
    this.#reader = undefined
  }
}
