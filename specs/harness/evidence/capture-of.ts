import { crc32 } from 'node:zlib'
import { readFile } from 'node:fs/promises'
import type { Test } from 'tap'
import { describePacket } from '../../../harness/endpoint/index.js'
import {
  EvidenceRecorder,
  monotonicClock,
  PcapngSink,
  readPcapng,
  type EvidenceSink,
  type FlowTotals,
  type PacketBatch,
} from '../../../harness/evidence/index.js'

export const STARTED_AT_MS = 1_700_000_000_000

/** Keeps batches. */
export class ListSink implements EvidenceSink {
  readonly batches: PacketBatch[] = []

  packets(batch: PacketBatch): void {
    this.batches.push(batch)
  }

  drain(): Promise<void> {
    return Promise.resolve()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

/** A capture, and the same evidence as batches. */
export interface Recorded {
  readonly path: string
  readonly octets: Buffer
  readonly batches: readonly PacketBatch[]
  readonly totals: Readonly<Record<string, FlowTotals>>
}

/** Record what a recorder is shown, as a capture and as batches. */
export async function captureOf(
  path: string,
  show: (recorder: EvidenceRecorder) => void | Promise<void>,
  run = 'r1',
): Promise<Recorded> {
  const list = new ListSink()
  const sink = await PcapngSink.open(path, { run, startedAtMs: STARTED_AT_MS, application: 'a specification' })
  const sinks = [list, sink]
  const recorder = new EvidenceRecorder({ run, describe: describePacket, sinks, bytes: true, clock: monotonicClock() })
  await show(recorder)
  await recorder.flush()
  await sink.close()
  return { path, octets: await readFile(path), batches: list.batches, totals: recorder.flows() }
}

/** Everything that a capture brings. */
export async function readCapture(
  path: string,
  octets?: Iterable<Uint8Array>,
): Promise<{ batches: PacketBatch[]; totals: Readonly<Record<string, FlowTotals>> | undefined }> {
  const batches: PacketBatch[] = []
  let totals: Readonly<Record<string, FlowTotals>> | undefined
  const chunks =
    octets &&
    (async function* () {
      yield* octets
    })()
  for await (const entry of readPcapng(path, { describe: describePacket, ...(chunks && { chunks }) })) {
    if (entry.type === 'packets') batches.push(entry.batch)
    else if (entry.type === 'totals') totals = entry.flows
  }
  return { batches, totals }
}

/** A packet with some octets changed, and its CRC right again. */
export function changed(packet: Uint8Array, at: number, octets: readonly number[]): Uint8Array {
  const copy = new Uint8Array(packet)
  copy.set(octets, at)
  new DataView(copy.buffer).setUint32(copy.length - 4, crc32(copy.subarray(0, copy.length - 4)), true)
  return copy
}

/** Nothing but its own seed makes it fail: printed when it does. */
export function seedOf(t: Test): number {
  const seed = Date.now() % 2 ** 31
  t.comment(`seed ${seed}`)
  return seed
}
