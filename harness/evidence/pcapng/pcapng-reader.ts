import type { DescribePacket } from '../recorder.js'
import { chunksOf } from '../file-chunks.js'
import { BlockSplitter } from './block-splitter.js'
import { CaptureDecoder, type CaptureEntry } from './capture-decoder.js'

export type { CaptureEntry } from './capture-decoder.js'

/** Options of {@link readPcapng}. */
export interface ReadPcapngOptions {
  /** Says what a packet is: as the run's recorder described it. */
  readonly describe: DescribePacket
  /** Default: the run that the capture names. */
  readonly run?: string
  /**
   * How much evidence there must be is known from elsewhere, so that a capture will do that does not say it: editcap, tshark and Wireshark do not
   * save statistics again. Default: false.
   */
  readonly totalsKnown?: boolean
  readonly signal?: AbortSignal
  /** What the file holds, where somebody has opened it already; default: it is opened here. */
  readonly chunks?: AsyncIterable<Uint8Array>
}

/**
 * Read `packets.pcapng` batch by batch, and at last how much evidence there must be; never more than one batch of it stands in memory.
 *
 * The packets say themselves what they are; their comments say only what became of them, and where they stand in the evidence.
 *
 * @throws EvidenceError naming `FILE, octet N` when it is not a whole capture of one run; BenchError `ERR_VIEWNET_EVIDENCE_FILE` when the file
 * cannot be read; `signal.reason` when aborted
 * @see docs/captures.md
 */
export async function* readPcapng(
  path: string,
  { describe, run, totalsKnown = false, signal, chunks = chunksOf(path) }: ReadPcapngOptions,
): AsyncGenerator<CaptureEntry, void, undefined> {
  const splitter = new BlockSplitter(path)
  const decoder = new CaptureDecoder(path, describe, run)
  for await (const chunk of chunks) {
    signal?.throwIfAborted()
    for (const block of splitter.push(chunk)) {
      const entry = decoder.receive(block)
      if (entry) yield entry
    }
  }
  splitter.end()
  yield* decoder.finish(totalsKnown)
}
