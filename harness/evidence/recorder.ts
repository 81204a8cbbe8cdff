import type { Link } from 'viewnet/link'
import { BATCH_RECORDS, encodeBatch, type FlowTotals } from './batch.js'
import { BatchBuilder, charactersOf } from './batch-builder.js'
import { monotonicClock, type RecorderClock } from './clock.js'
import type { Fate, ObservationPoint, PacketDescription } from './record.js'
import type { DrainOptions, EvidenceSink } from './sink.js'
import type { Side } from './sides.js'
import { tappedLink } from './tap.js'
import { topicLevel } from './topics.js'

/** A batch waits no longer than this for its next record. */
const BATCH_WAIT_MS = 20

/** A batch is cut before its packets and fields come to more characters than this: MISSING packets name up to 40 KiB each. */
const BATCH_CHARACTERS = 1024 * 1024

/** Says what a packet is; `rejected` tells why it could not be read, or null. */
export type DescribePacket = (packet: Uint8Array) => PacketDescription & { readonly rejected: string | null }

/** Where a packet belongs: one flow, or for a link that lives through many of them, the flow of each packet. */
export type FlowOfPacket = string | ((packet: PacketDescription) => string)

/** Options of {@link EvidenceRecorder}. */
export interface RecorderOptions {
  /** The run's id: 1–128 octets that may stand in an MQTT topic. */
  readonly run: string
  readonly describe: DescribePacket
  /** Each gets every batch. The opener closes them. */
  readonly sinks: readonly EvidenceSink[]
  /** Record the packets themselves too, in base64; default false, because it doubles the evidence. */
  readonly bytes?: boolean
  /** Default: the machine's monotonic clock, the run beginning now. */
  readonly clock?: RecorderClock
}

/** What the impairment did to one packet. */
export interface ImpairedPacket {
  readonly fate: Fate
  readonly packet: Uint8Array
}

interface Flow {
  readonly name: string
  /** The batch that is being filled. */
  pending: BatchBuilder
  /** Index of the batch that is being filled, and of its first record. */
  batch: number
  first: number
  stopWaiting: (() => void) | undefined
}

/**
 * Collects what became of every packet, and hands it on in batches of 256 records or 20 ms, whichever comes first.
 *
 * Recording never disturbs the packets: whatever goes wrong is kept for {@link flush}.
 */
export class EvidenceRecorder {
  readonly #run: string
  readonly #describe: DescribePacket
  readonly #sinks: readonly EvidenceSink[]
  readonly #bytes: boolean
  readonly #clock: RecorderClock
  readonly #flows = new Map<string, Flow>()
  #failure: unknown

  /** @throws UsageError `ERR_VIEWNET_TOPIC` when the run's id cannot stand in a topic */
  constructor(options: RecorderOptions) {
    this.#run = topicLevel('run', options.run)
    this.#describe = options.describe
    this.#sinks = options.sinks
    this.#bytes = options.bytes ?? false
    this.#clock = options.clock ?? monotonicClock()
  }

  /**
   * Put a tap around a link. The tapped link behaves as the link does; starting and closing it starts and closes the link.
   *
   * @param side - whose link it is: `converter` records converter-out and converter-in, `endpoint` its own
   * @param flow - for a long-lived link best a function of the packet's exchange, so that a late packet still lands in its own flow
   */
  tapLink(link: Link, side: Side, flow: FlowOfPacket): Link {
    return tappedLink(link, side, (at, packet) => this.#observe(flow, at, undefined, packet))
  }

  /** Record what the impairment did, at the point `link`. Fits the impairment's own observer. */
  observe(flow: FlowOfPacket, { fate, packet }: ImpairedPacket): void {
    this.#observe(flow, 'link', fate, packet)
  }

  /** What a flow holds so far, its unfinished batch counted as one. */
  totals(flow: string): FlowTotals {
    const held = this.#flows.get(flow)
    if (!held) return { batches: 0, records: 0 }
    return { batches: held.batch + (held.pending.records > 0 ? 1 : 0), records: held.first + held.pending.records }
  }

  /** {@link totals} of every flow: what the run's last state says. */
  flows(): Record<string, FlowTotals> {
    return Object.fromEntries([...this.#flows.keys()].map((flow) => [flow, this.totals(flow)]))
  }

  /**
   * Cut the unfinished batch of a flow, or of all, and wait until every sink holds it safely.
   *
   * @throws BenchError when a sink lost evidence or does not take it in time; UsageError `ERR_VIEWNET_TOPIC` when a flow's name that
   * {@link FlowOfPacket} gave cannot stand in a topic
   */
  async flush(flow?: string, options?: DrainOptions): Promise<void> {
    for (const held of this.#flows.values()) {
      if (flow === undefined || held.name === flow) this.#cut(held)
    }
    await Promise.all(this.#sinks.map((sink) => sink.drain(options)))
    if (this.#failure !== undefined) throw this.#failure
  }

  #observe(flowOf: FlowOfPacket, at: ObservationPoint, fate: Fate | undefined, packet: Uint8Array): void {
    try {
      const description = this.#describe(packet)
      const arrived = at === 'converter-in' || at === 'endpoint-in'
      const readable = description.rejected === null
      const flow = this.#flow(typeof flowOf === 'string' ? flowOf : flowOf(description))
      const seen = fate ?? (!arrived ? 'sent' : readable ? 'received' : 'rejected')
      const bytes = this.#bytes ? base64(packet) : undefined
      this.#makeRoom(flow, charactersOf(description.fields, bytes))
      flow.pending.add(this.#clock.nowMicroseconds(), at, seen, packet.length, description, bytes)
      if (flow.pending.records >= BATCH_RECORDS) this.#cut(flow)
      else flow.stopWaiting ??= this.#clock.after(BATCH_WAIT_MS, () => this.#cut(flow))
    } catch (failure) {
      // A link's send never throws (viewnet/link), and a tap must not change that.
      this.#failure ??= failure
    }
  }

  #makeRoom(flow: Flow, characters: number): void {
    const { records, characters: held } = flow.pending
    if (records > 0 && held + characters > BATCH_CHARACTERS) this.#cut(flow)
  }

  #cut(flow: Flow): void {
    flow.stopWaiting?.()
    flow.stopWaiting = undefined
    const { records } = flow.pending
    if (records === 0) return
    const batch = flow.pending.finish({ run: this.#run, flow: flow.name, batch: flow.batch, first: flow.first })
    flow.batch++
    flow.first += records
    flow.pending = new BatchBuilder()
    const json = encodeBatch(batch)
    for (const sink of this.#sinks) sink.packets(batch, json)
  }

  #flow(name: string): Flow {
    let flow = this.#flows.get(name)
    if (!flow) {
      flow = {
        name: topicLevel('flow', name),
        pending: new BatchBuilder(),
        batch: 0,
        first: 0,
        stopWaiting: undefined,
      }
      this.#flows.set(name, flow)
    }
    return flow
  }
}

/** Where a packet that is no Buffer is copied to: making a Buffer of it takes longer. */
const OCTETS = Buffer.allocUnsafe(2048)

function base64(packet: Uint8Array): string {
  if (Buffer.isBuffer(packet)) return packet.toString('base64')
  if (packet.length > OCTETS.length) {
    return Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength).toString('base64')
  }
  OCTETS.set(packet)
  return OCTETS.toString('base64', 0, packet.length)
}
