import type { PacketBatch } from './batch.js'

/** How long to wait for evidence to be safe. */
export interface DrainOptions {
  /** Milliseconds; default 10,000: a broker that acknowledges nothing for so long is gone. */
  readonly timeoutMs?: number
}

/** Where batches go. A sink never holds up the packets: what it cannot keep in bounds is lost, and said. */
export interface EvidenceSink {
  /**
   * Take one batch; never throws and never waits.
   *
   * @param json - the batch as {@link encodeBatch} writes it, made once for all sinks
   */
  packets(batch: PacketBatch, json: string): void
  /**
   * Wait until everything that was taken is safe: acknowledged by the broker, written to the file.
   *
   * @throws BenchError when anything was lost, ever, or time is up
   */
  drain(options?: DrainOptions): Promise<void>
  /** Release what the sink holds; closing twice is fine. */
  close(): Promise<void>
}

/** Told once for every loss, at the moment it happens. {@link EvidenceSink.drain} tells it again, to whoever relies on the evidence. */
export type LossListener = (error: Error) => void
