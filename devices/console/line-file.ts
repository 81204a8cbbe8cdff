import { open, type FileHandle } from 'node:fs/promises'
import type { ConsoleLine } from './serial-console.js'

/** Text that waits for the disk, characters, at most. */
const MAX_WAITING = 1024 * 1024

/** A file that lines are added to: `2026-01-01T00:00:00.000Z text`. It never makes anybody wait, and never fails anybody. */
export class LineFile {
  readonly #path: string
  readonly #maxBytes: number
  readonly #onTrouble: (reason: string) => void
  #waiting: string[] = []
  #waitingLength = 0
  #writing: Promise<void> | undefined
  #file: FileHandle | undefined
  /** Octets in the file, and those on their way. */
  #bytes = 0
  #hasTrouble = false
  #droppedLines = 0

  /** @param onTrouble - told once, when the first line is dropped */
  constructor(path: string, maxBytes: number, onTrouble: (reason: string) => void) {
    this.#path = path
    this.#maxBytes = maxBytes
    this.#onTrouble = onTrouble
  }

  /** Lines that never came into the file. */
  get droppedLines(): number {
    return this.#droppedLines
  }

  add({ atMs, text, mark }: ConsoleLine): void {
    const line = `${new Date(atMs).toISOString()} ${mark === undefined ? '' : `[${mark}] `}${text}\n`
    const bytes = Buffer.byteLength(line)
    if (this.#bytes + bytes > this.#maxBytes) {
      this.#drop(1, `it has reached ${this.#maxBytes} octets`)
    } else if (this.#waitingLength + line.length > MAX_WAITING) {
      this.#drop(1, 'the disk is slower than the device')
    } else {
      this.#waiting.push(line)
      this.#waitingLength += line.length
      this.#bytes += bytes
      this.#writing ??= this.#write()
    }
  }

  /** Write what waits, and let go of the file. */
  async close(): Promise<void> {
    await this.#writing
    await this.#file?.close().catch(() => undefined)
    this.#file = undefined
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting
      this.#waiting = []
      this.#waitingLength = 0
      const octets = Buffer.from(lines.join(''), 'utf8')
      try {
        this.#file ??= await open(this.#path, 'a')
        // A disk that is full takes less than it is given.
        await this.#file.writeFile(octets)
      } catch (error) {
        this.#bytes -= octets.length
        this.#drop(lines.length, error instanceof Error ? error.message : 'it cannot be written')
      }
    }
    this.#writing = undefined
  }

  #drop(lines: number, reason: string): void {
    this.#droppedLines += lines
    if (this.#hasTrouble) return
    this.#hasTrouble = true
    this.#onTrouble(`${this.#path}: lines are left out from now on: ${reason}`)
  }
}
