import { MAX_BATCH_OCTETS, type PacketBatch } from './batch.js'
import { decodeBatch } from './decode-batch.js'
import { EvidenceError, EvidenceErrorCode } from './errors.js'
import { chunksOf } from './file-chunks.js'

const LINE_FEED = 0x0a

/** Options of {@link readNdjson}. */
export interface ReadNdjsonOptions {
  /** Default: the run of the first line. */
  readonly run?: string
  readonly signal?: AbortSignal
  /** What the file holds, where somebody has opened it already; default: it is opened here. */
  readonly chunks?: AsyncIterable<Uint8Array>
}

/**
 * Read `packets.ndjson` batch by batch; never more than one line of it stands in memory.
 *
 * @throws {@link EvidenceError} naming `FILE:LINE` when a line is not a batch of the run, or over 4 MiB; BenchError
 * `ERR_VIEWNET_EVIDENCE_FILE` when the file cannot be read; `signal.reason` when aborted
 */
export async function* readNdjson(
  path: string,
  options: ReadNdjsonOptions = {},
): AsyncGenerator<PacketBatch, void, undefined> {
  let run = options.run
  let lineNumber = 0
  for await (const line of linesOf(path, options.chunks ?? chunksOf(path))) {
    options.signal?.throwIfAborted()
    const where = `${path}:${++lineNumber}`
    const batch = decodeBatch(line, where)
    run ??= batch.run
    if (batch.run !== run) {
      throw new EvidenceError(EvidenceErrorCode.foreign, where, `expected run '${run}', got '${batch.run}'`)
    }
    yield batch
  }
}

async function* linesOf(path: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let pieces: Uint8Array[] = []
  let octets = 0
  let lineNumber = 1
  for await (const chunk of chunks) {
    let start = 0
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, start)
      const piece = chunk.subarray(start, end < 0 ? undefined : end)
      pieces.push(piece)
      octets += piece.length
      if (octets > MAX_BATCH_OCTETS) {
        const message = `expected a line of at most ${MAX_BATCH_OCTETS} octets, got ${octets} or more`
        throw new EvidenceError(EvidenceErrorCode.size, `${path}:${lineNumber}`, message)
      }
      if (end < 0) break
      yield Buffer.concat(pieces)
      pieces = []
      octets = 0
      lineNumber++
      start = end + 1
    }
  }
  if (octets > 0) yield Buffer.concat(pieces)
}
