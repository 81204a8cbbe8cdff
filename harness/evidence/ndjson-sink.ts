import type { PacketBatch } from './batch.js'
import { BoundedFile } from './bounded-file.js'
import type { DrainOptions, EvidenceSink, LossListener } from './sink.js'

/** Octets that may wait for the disk: as much as the MQTT queue holds. */
const DEFAULT_MAX_QUEUED_OCTETS = 64 * 1024 ** 2

/** Options of {@link NdjsonSink.open}. */
export interface NdjsonSinkOptions {
  /** Octets that may wait for the disk; default 64 MiB. */
  readonly maxQueuedOctets?: number
  /** Told at once when something is lost. */
  readonly onLoss?: LossListener
}

/** Writes `packets.ndjson`: one batch a line, as on MQTT. */
export class NdjsonSink implements EvidenceSink {
  readonly #file: BoundedFile

  private constructor(file: BoundedFile) {
    this.#file = file
  }

  /**
   * Create the file, or empty it.
   *
   * @throws BenchError `ERR_VIEWNET_EVIDENCE_FILE` when it cannot be written
   */
  static async open(path: string, options: NdjsonSinkOptions = {}): Promise<NdjsonSink> {
    const { maxQueuedOctets = DEFAULT_MAX_QUEUED_OCTETS, onLoss } = options
    return new NdjsonSink(await BoundedFile.open(path, maxQueuedOctets, onLoss))
  }

  get path(): string {
    return this.#file.path
  }

  packets(_batch: PacketBatch, json: string): void {
    this.#file.write(Buffer.from(`${json}\n`))
  }

  /** @throws BenchError `ERR_VIEWNET_EVIDENCE_FILE` when anything was lost, ever, or the disk is too slow */
  async drain(options?: DrainOptions): Promise<void> {
    await this.#file.drain(options)
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
