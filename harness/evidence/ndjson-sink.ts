import { createWriteStream, type WriteStream } from 'node:fs'
import { BenchError } from '../bench/errors.js'
import type { PacketBatch } from './batch.js'
import type { DrainOptions, EvidenceSink, LossListener } from './sink.js'

/** Octets that may wait for the disk: as much as the MQTT queue holds. */
const DEFAULT_MAX_QUEUED_OCTETS = 64 * 1024 ** 2

const DEFAULT_DRAIN_TIMEOUT_MS = 10_000

/** Options of {@link NdjsonSink.open}. */
export interface NdjsonSinkOptions {
  /** Octets that may wait for the disk; default 64 MiB. */
  readonly maxQueuedOctets?: number
  /** Told at once when something is lost. */
  readonly onLoss?: LossListener
}

/** Writes `packets.ndjson`: one batch a line, as on MQTT. */
export class NdjsonSink implements EvidenceSink {
  readonly path: string
  readonly #file: WriteStream
  readonly #maxQueuedOctets: number
  readonly #onLoss: LossListener | undefined
  #loss: BenchError | undefined

  private constructor(path: string, file: WriteStream, options: NdjsonSinkOptions) {
    this.path = path
    this.#file = file
    this.#maxQueuedOctets = options.maxQueuedOctets ?? DEFAULT_MAX_QUEUED_OCTETS
    this.#onLoss = options.onLoss
    file.on('error', (cause) => this.#lose(cause.message, cause))
  }

  /**
   * Create the file, or empty it.
   *
   * @throws {@link BenchError} `ERR_VIEWNET_EVIDENCE_FILE` when it cannot be written
   */
  static async open(path: string, options: NdjsonSinkOptions = {}): Promise<NdjsonSink> {
    const file = createWriteStream(path)
    try {
      await new Promise<void>((resolve, reject) => {
        file.once('open', () => resolve())
        file.once('error', reject)
      })
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new BenchError('ERR_VIEWNET_EVIDENCE_FILE', `${path}: expected a file to write to, got ${reason}`, {
        cause,
      })
    }
    file.removeAllListeners('error')
    return new NdjsonSink(path, file, options)
  }

  packets(_batch: PacketBatch, json: string): void {
    if (this.#file.writableLength + json.length > this.#maxQueuedOctets) {
      this.#lose(`${this.#file.writableLength} octets wait for the disk, and the next batch does not fit`)
    } else {
      this.#file.write(`${json}\n`)
    }
  }

  /** @throws {@link BenchError} `ERR_VIEWNET_EVIDENCE_FILE` when anything was lost, ever, or the disk is too slow */
  async drain({ timeoutMs = DEFAULT_DRAIN_TIMEOUT_MS }: DrainOptions = {}): Promise<void> {
    if (!this.#loss && !this.#file.writableFinished) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          this.#lose(`the disk took over ${timeoutMs} ms`)
          resolve()
        }, timeoutMs)
        // Written in order: when this empty piece is through, or failed, so is all before it.
        this.#file.write('', () => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
    if (this.#loss) throw this.#loss
  }

  async close(): Promise<void> {
    if (this.#file.closed) return
    await new Promise<void>((resolve) => {
      this.#file.once('close', () => resolve())
      this.#file.end()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
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
