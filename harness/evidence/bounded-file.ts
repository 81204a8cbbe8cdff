import { createWriteStream, type WriteStream } from 'node:fs'
import { BenchError } from '../bench/errors.js'
import type { DrainOptions, LossListener } from './sink.js'

const DEFAULT_DRAIN_TIMEOUT_MS = 10_000

/** A file that is written beside the packets, never holding them up: what would wait beyond a bound is lost, and said. */
export class BoundedFile {
  readonly path: string
  readonly #stream: WriteStream
  readonly #maxQueuedOctets: number
  readonly #onLoss: LossListener | undefined
  #loss: BenchError | undefined
  #closing: Promise<void> | undefined

  private constructor(path: string, stream: WriteStream, maxQueuedOctets: number, onLoss: LossListener | undefined) {
    this.path = path
    this.#stream = stream
    this.#maxQueuedOctets = maxQueuedOctets
    this.#onLoss = onLoss
    stream.on('error', (cause) => this.#lose(cause.message, cause))
  }

  /**
   * Create the file, or empty it.
   *
   * @param maxQueuedOctets - octets that may wait for the disk
   * @throws BenchError `ERR_VIEWNET_EVIDENCE_FILE` when it cannot be written
   */
  static async open(path: string, maxQueuedOctets: number, onLoss: LossListener | undefined): Promise<BoundedFile> {
    const stream = createWriteStream(path)
    try {
      await new Promise<void>((resolve, reject) => {
        stream.once('open', () => resolve())
        stream.once('error', reject)
      })
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new BenchError('ERR_VIEWNET_EVIDENCE_FILE', `${path}: expected a file to write to, got ${reason}`, {
        cause,
      })
    }
    stream.removeAllListeners('error')
    return new BoundedFile(path, stream, maxQueuedOctets, onLoss)
  }

  /** Never throws and never waits. The octets are not copied: they must not change any more. */
  write(octets: Uint8Array): void {
    const waiting = this.#stream.writableLength
    if (this.#closing) this.lose('the file is closed')
    else if (waiting + octets.length <= this.#maxQueuedOctets) this.#stream.write(octets)
    else this.lose(`${waiting} octets wait for the disk, and the next batch does not fit`)
  }

  /** Say that something is lost. */
  lose(why: string): void {
    this.#lose(why)
  }

  /** @throws BenchError `ERR_VIEWNET_EVIDENCE_FILE` when anything was lost, ever, or the disk is too slow */
  async drain({ timeoutMs = DEFAULT_DRAIN_TIMEOUT_MS }: DrainOptions = {}): Promise<void> {
    if (!this.#loss && !this.#stream.writableEnded) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          this.#lose(`the disk took over ${timeoutMs} ms`)
          resolve()
        }, timeoutMs)
        // Written in order: when this empty piece is through, or failed, so is all before it.
        this.#stream.write('', () => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
    if (this.#loss) throw this.#loss
  }

  /**
   * Write the last octets, and close; closing twice is fine, and the first one's octets count.
   *
   * @param last - written even where the queue is full: it cannot grow any more
   */
  close(last: Uint8Array = new Uint8Array()): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      if (this.#stream.closed) {
        resolve()
        return
      }
      this.#stream.once('close', () => resolve())
      this.#stream.end(last)
    })
    return this.#closing
  }

  #lose(why: string, cause?: unknown): void {
    const loss = new BenchError(
      'ERR_VIEWNET_EVIDENCE_FILE',
      `${this.path}: expected every batch to be written, got a loss: ${why}`,
      { cause },
    )
    this.#loss ??= loss
    this.#onLoss?.(loss)
  }
}
