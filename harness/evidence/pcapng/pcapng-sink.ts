import type { FlowTotals, PacketBatch } from '../batch.js'
import { ObservationPoint } from '../record.js'
import type { DrainOptions, EvidenceSink, LossListener } from '../sink.js'
import {
  enhancedPackets,
  interfaceDescription,
  interfaceStatistics,
  sectionHeader,
  type CapturedPacket,
  type Direction,
} from './block-writer.js'
import { BoundedFile } from '../bounded-file.js'
import { formatComment } from './packet-comment.js'
import { BOTH_SIDES, type Side } from '../sides.js'

/** Octets that may wait for the disk: as much as the other sinks hold. */
const DEFAULT_MAX_QUEUED_OCTETS = 64 * 1024 ** 2

/** Options of {@link PcapngSink.open}. */
export interface PcapngSinkOptions {
  /** The run's id. */
  readonly run: string
  /** The wall clock when the recorder's clock was 0: milliseconds since 1970. */
  readonly startedAtMs: number
  /** Whose packets are tapped; default both sides'. */
  readonly sides?: readonly Side[]
  /** What writes the capture, with its versions: `viewnet 0.1.0, Node.js 20.20.2`. */
  readonly application: string
  /** Octets that may wait for the disk; default 64 MiB. */
  readonly maxQueuedOctets?: number
  /** Told at once when something is lost. */
  readonly onLoss?: LossListener
}

interface Point {
  readonly description: string
  readonly direction: Direction
  /** Whose link it is at; undefined: the impairment's own. */
  readonly side?: Side
}

const POINTS: Readonly<Record<ObservationPoint, Point>> = {
  'converter-out': { description: 'what the converter sends', direction: 'outbound', side: 'converter' },
  'converter-in': { description: 'what reaches the converter', direction: 'inbound', side: 'converter' },
  'endpoint-out': { description: 'what the endpoint sends', direction: 'outbound', side: 'endpoint' },
  'endpoint-in': { description: 'what reaches the endpoint', direction: 'inbound', side: 'endpoint' },
  link: { description: 'what the impairment did, between the endpoint and its socket', direction: undefined },
}

/** The points of a run, in the order in which its interfaces are numbered. */
function pointsOf(sides: readonly Side[]): readonly ObservationPoint[] {
  return ObservationPoint.filter((point) => {
    const { side } = POINTS[point]
    return side === undefined || sides.includes(side)
  })
}

/**
 * Writes `packets.pcapng`: every packet as a frame of Ethernet on the interface of its observation point, with its fate and its place in the
 * evidence as its comment; and at the end how much evidence there is, so that a missing tail shows.
 *
 * @see docs/captures.md
 */
export class PcapngSink implements EvidenceSink {
  readonly path: string
  readonly #file: BoundedFile
  readonly #points: readonly ObservationPoint[]
  readonly #startedAtMicroseconds: number
  /** What was handed over, written or lost: a loss must show. */
  readonly #totals = new Map<string, FlowTotals>()
  readonly #seenAt: Record<ObservationPoint, number>
  #lastMicroseconds = 0

  private constructor(file: BoundedFile, startedAtMs: number, points: readonly ObservationPoint[]) {
    this.path = file.path
    this.#file = file
    this.#points = points
    this.#startedAtMicroseconds = startedAtMs * 1000
    this.#seenAt = { 'converter-out': 0, 'converter-in': 0, 'endpoint-out': 0, 'endpoint-in': 0, link: 0 }
  }

  /**
   * Create the file, or empty it.
   *
   * @throws BenchError `ERR_VIEWNET_EVIDENCE_FILE` when it cannot be written
   */
  static async open(path: string, options: PcapngSinkOptions): Promise<PcapngSink> {
    const { run, startedAtMs, sides = BOTH_SIDES, application, maxQueuedOctets = DEFAULT_MAX_QUEUED_OCTETS } = options
    const { onLoss } = options
    const file = await BoundedFile.open(path, maxQueuedOctets, onLoss)
    const told = sides.length < BOTH_SIDES.length ? { sides: sides.join(',') } : {}
    file.write(sectionHeader(application, formatComment({ run, startedAtMs, ...told })))
    const points = pointsOf(sides)
    for (const point of points) file.write(interfaceDescription(point, POINTS[point].description))
    return new PcapngSink(file, startedAtMs, points)
  }

  packets(batch: PacketBatch): void {
    this.#count(batch)
    const stray = batch.columns.at.find((at) => !this.#points.includes(at))
    if (stray !== undefined)
      this.#file.lose(`batch ${batch.batch} of '${batch.flow}' is of ${stray}, which is not tapped`)
    else if (!batch.bytes) this.#file.lose(`batch ${batch.batch} of '${batch.flow}' holds no bytes of its packets`)
    else this.#file.write(enhancedPackets(commonComment(batch), this.#captured(batch, batch.bytes)))
  }

  /** @throws BenchError `ERR_VIEWNET_EVIDENCE_FILE` when anything was lost, ever, or the disk is too slow */
  drain(options?: DrainOptions): Promise<void> {
    return this.#file.drain(options)
  }

  close(): Promise<void> {
    return this.#file.close(this.#statistics())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #captured({ batch, first, columns }: PacketBatch, bytes: readonly string[]): CapturedPacket[] {
    return bytes.map((packet, index) => {
      // Columns are equally long, by construction.
      const at = columns.at[index]!
      return {
        interfaceIndex: this.#points.indexOf(at),
        timeMicroseconds: this.#startedAtMicroseconds + columns.t[index]!,
        direction: POINTS[at].direction,
        // As formatComment would, several times as fast: names and numbers of ours need no escapes.
        comment: ` fate=${columns.fate[index]!} batch=${batch} index=${index} record=${first + index}`,
        bytes: packet,
      }
    })
  }

  #count({ flow, batch, first, columns }: PacketBatch): void {
    this.#totals.set(flow, { batches: batch + 1, records: first + columns.t.length })
    for (const at of columns.at) this.#seenAt[at]++
    this.#lastMicroseconds = Math.max(this.#lastMicroseconds, columns.t.at(-1) ?? 0)
  }

  /** The last interface's say how much evidence each flow holds: when they are there, nothing of the capture is missing. */
  #statistics(): Buffer {
    const now = this.#startedAtMicroseconds + this.#lastMicroseconds
    const totals = [...this.#totals].map(([flow, total]) => formatComment({ flow, ...total }))
    return Buffer.concat(
      this.#points.map((point, index) =>
        interfaceStatistics(index, now, this.#seenAt[point], index === this.#points.length - 1 ? totals : []),
      ),
    )
  }
}

function commonComment({ run, flow }: PacketBatch): string {
  return formatComment({ run, flow })
}
