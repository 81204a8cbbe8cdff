import { batchOf, MAX_BATCH_OCTETS, MAX_BATCH_RECORDS, type PacketBatch } from '../batch.js'
import { charactersOf } from '../batch-builder.js'
import { EvidenceError, EvidenceErrorCode } from '../errors.js'
import type { PacketRecord } from '../record.js'
import type { PacketComment } from './packet-comment.js'

/** Collects the packets of one batch, which stand together in a capture. */
export class CaptureBatch {
  readonly #position: Pick<PacketBatch, 'run' | 'flow' | 'batch' | 'first'>
  readonly #records: PacketRecord[] = []
  #characters = 0

  constructor({ run, flow, batch, index, record }: PacketComment) {
    this.#position = { run, flow, batch, first: record - index }
  }

  /** Whether a packet belongs to this batch. */
  holds({ flow, batch }: PacketComment): boolean {
    return flow === this.#position.flow && batch === this.#position.batch
  }

  /**
   * Take the next packet. A batch that comes without its last packets is the verifier's affair, as is one that never comes.
   *
   * @param where - for the error
   * @throws {@link EvidenceError} `ERR_VIEWNET_EVIDENCE_FORMAT` when it is not the next one; `ERR_VIEWNET_EVIDENCE_SIZE` when a batch never ends
   */
  add({ index, record }: PacketComment, packet: PacketRecord, where: string): void {
    const { batch, first } = this.#position
    const expected = this.#records.length
    if (index !== expected || record !== first + expected) {
      const message = `expected index ${expected} of batch ${batch}, record ${first + expected}; got ${index}, record ${record}`
      throw new EvidenceError(EvidenceErrorCode.format, where, message)
    }
    this.#characters += charactersOf(packet.fields, packet.bytes)
    if (expected >= MAX_BATCH_RECORDS || this.#characters > MAX_BATCH_OCTETS) {
      const message = `expected at most ${MAX_BATCH_RECORDS} records and ${MAX_BATCH_OCTETS} octets in batch ${batch}, got more`
      throw new EvidenceError(EvidenceErrorCode.size, where, message)
    }
    this.#records.push(packet)
  }

  finish(): PacketBatch {
    return batchOf(this.#position, this.#records)
  }
}
