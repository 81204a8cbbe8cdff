import { chunksOf } from './file-chunks.js'
import { readNdjson } from './ndjson-reader.js'
import { PCAPNG_MAGIC, readPcapng, type CaptureEntry } from './pcapng/index.js'
import type { DescribePacket } from './recorder.js'

/** Options of {@link readEvidenceFile}. */
export interface ReadEvidenceFileOptions {
  /** Says what a packet of a capture is. */
  readonly describe: DescribePacket
  /** Default: the run that the file names. */
  readonly run?: string
  /** How much evidence there must be is known from elsewhere, so that a capture need not say it. Default: false. */
  readonly totalsKnown?: boolean
  readonly signal?: AbortSignal
}

/**
 * Read the evidence of a run, a `packets.ndjson` or a `packets.pcapng`: its first octets tell which, whatever it is called. It is opened once, so
 * that a pipe will do.
 *
 * @returns batches; of a capture also, at first, whose packets they are, and at last, how much evidence there must be
 * @throws EvidenceError, BenchError as {@link readNdjson} and {@link readPcapng} do
 */
export async function* readEvidenceFile(
  path: string,
  { describe, totalsKnown = false, ...options }: ReadEvidenceFileOptions,
): AsyncGenerator<CaptureEntry, void, undefined> {
  const file = chunksOf(path)
  try {
    const beginning = await beginningOf(file, PCAPNG_MAGIC.length)
    const chunks = joined(beginning, file)
    if (PCAPNG_MAGIC.every((octet, at) => beginning[at] === octet)) {
      yield* readPcapng(path, { ...options, describe, totalsKnown, chunks })
      return
    }
    for await (const batch of readNdjson(path, { ...options, chunks })) yield { type: 'packets', batch }
  } finally {
    // Where nobody came to read on, the file would stay open.
    await file.return()
  }
}

/** The first octets, as many or more where there are so many. */
async function beginningOf(chunks: AsyncIterator<Uint8Array, void>, octets: number): Promise<Uint8Array> {
  let beginning = new Uint8Array()
  while (beginning.length < octets) {
    const next = await chunks.next()
    if (next.done === true) break
    beginning = Buffer.concat([beginning, next.value])
  }
  return beginning
}

async function* joined(
  beginning: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield beginning
  yield* rest
}
