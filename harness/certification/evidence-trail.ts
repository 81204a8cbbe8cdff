import { join } from 'node:path'
import { describePacket } from '../endpoint/index.js'
import {
  BOTH_SIDES,
  EmbeddedBroker,
  EvidenceRecorder,
  monotonicClock,
  MqttPublisher,
  NdjsonSink,
  PcapngSink,
  RunReader,
  type EvidenceSink,
  type Fate,
  type FlowTotals,
  type PacketBatch,
  type RecorderClock,
  type RunState,
  type Side,
  type Station,
} from '../evidence/index.js'
import { BenchError } from '../bench/errors.js'
import type { CaseRecord } from '../report/index.js'
import { Verifier, type Verdict } from '../verifier/index.js'
import { Closers } from './closers.js'
import { collectContents, countFates, type PathFates, type ResourceContents } from './resource-contents.js'

/** Evidence comes back within this while the broker is there, or at least some of it, or the broker is not to be relied upon. */
const READ_BACK_MS = 15_000

/** A broker that is repaired or restarted is back within ten minutes; a bench that waits for ever tells nobody that it waits. */
const DEFAULT_BROKER_AWAY_MS = 600_000

/** What {@link EvidenceTrail.open} needs. */
export interface EvidenceTrailOptions extends Station {
  readonly run: string
  /** Broker to publish to; undefined: an embedded one. */
  readonly broker: string | undefined
  /** How long the broker may be away, ms; default 600,000. What it misses waits in `outbox` beside the reports. */
  readonly brokerAwayMs?: number
  /** Folder for `packets.ndjson` and `packets.pcapng`. */
  readonly report: string
  /** Whose packets are tapped; default both sides'. */
  readonly sides?: readonly Side[]
  /** Versions by program, for the capture. */
  readonly versions: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** What the published evidence says of one flow. */
export interface FlowEvidence {
  readonly verdict: Verdict
  readonly contents: ResourceContents
  readonly fates: PathFates
}

interface TrailParts {
  readonly publisher: MqttPublisher
  readonly files: readonly EvidenceSink[]
  readonly sides: readonly Side[]
  readonly clock: RecorderClock
  readonly reader: RunReader
  readonly brokerAwayMs: number
  readonly signal: AbortSignal
}

/**
 * The way of the evidence: taps → recorder → broker → reader → verifier. The last two share nothing with the first: what they know, they were
 * published.
 */
export class EvidenceTrail {
  readonly recorder: EvidenceRecorder
  readonly #clock: RecorderClock
  readonly #run: string
  readonly #publisher: MqttPublisher
  readonly #brokerAwayMs: number
  readonly #signal: AbortSignal
  readonly #opened: Closers
  readonly #verifier = new Verifier()
  readonly #contents = new Map<string, Map<number, string>>()
  readonly #fates = new Map<string, Map<Fate, number>>()
  readonly #waiting = new Set<() => void>()
  readonly #reading: Promise<void>
  /** The batch whose absence was last told to the publisher. */
  #missed = ''
  #failure: Error | undefined

  private constructor(
    run: string,
    { publisher, files, sides, clock, reader, brokerAwayMs, signal }: TrailParts,
    opened: Closers,
  ) {
    this.#run = run
    this.#clock = clock
    this.#publisher = publisher
    this.#brokerAwayMs = brokerAwayMs
    this.#signal = signal
    this.#opened = opened
    this.#verifier.tapped(sides)
    const sinks = [publisher, ...files]
    this.recorder = new EvidenceRecorder({ run, describe: describePacket, sinks, bytes: true, clock })
    this.#reading = this.#readBack(reader)
  }

  /**
   * Connect everything. What was opened is closed again when a later part fails.
   *
   * @throws BenchError `ERR_VIEWNET_BROKER`, `ERR_VIEWNET_EVIDENCE_FILE`; the reason of the signal
   */
  static async open(options: EvidenceTrailOptions): Promise<EvidenceTrail> {
    const { run, site, station, broker, report, sides = BOTH_SIDES, versions, signal } = options
    const { brokerAwayMs = DEFAULT_BROKER_AWAY_MS } = options
    const opened = new Closers()
    try {
      // First of all, so that a run whose broker is absent still leaves the file that its report is said to hold.
      const file = await NdjsonSink.open(join(report, 'packets.ndjson'), { onLoss: firstAloud() })
      opened.add(() => file.close())
      const application = Object.entries(versions).map(([program, version]) => `${program} ${version}`)
      const startedAtMs = Date.now()
      const clock = monotonicClock()
      const capture = await PcapngSink.open(join(report, 'packets.pcapng'), {
        run,
        startedAtMs,
        sides,
        application: application.join(', '),
        onLoss: firstAloud(),
      })
      opened.add(() => capture.close())
      const embedded = broker === undefined ? await EmbeddedBroker.start() : undefined
      if (embedded) opened.add(() => embedded.close())
      const url = broker ?? embedded?.url ?? ''
      const publisher = new MqttPublisher({
        broker: url,
        site,
        station,
        outbox: join(report, 'outbox'),
        isReadBack: true,
        onLoss: firstAloud(),
      })
      opened.add(() => publisher.close())
      await publisher.connect({ signal })
      // Without the signal: a run that is stopped still concludes from what it has published.
      const reader = await RunReader.subscribe({
        broker: url,
        run,
        site,
        station,
        awayTimeoutMs: brokerAwayMs,
        // What was published while nobody listened, or taken by a broker that then was killed, is published again.
        onResumed: () => publisher.republish(),
      })
      opened.add(() => reader.close())
      const files = [file, capture]
      return new EvidenceTrail(run, { publisher, files, sides, clock, reader, brokerAwayMs, signal }, opened)
    } catch (failure) {
      await opened.close()
      throw failure
    }
  }

  /** The broker's URL, without credentials. */
  get broker(): string {
    return this.#publisher.broker
  }

  /** Ms since the run began, by the clock of its packets. */
  get nowMs(): number {
    return this.#clock.nowMicroseconds() / 1000
  }

  /** Why nothing comes back from the broker any more; undefined while it does. */
  get failure(): Error | undefined {
    return this.#failure
  }

  /** What has been recorded so far, all flows together. */
  get totals(): FlowTotals {
    const flows = Object.values(this.recorder.flows())
    return {
      batches: flows.reduce((sum, { batches }) => sum + batches, 0),
      records: flows.reduce((sum, { records }) => sum + records, 0),
    }
  }

  /**
   * Publish the rest of a flow, wait until all of it has come back from the broker, and let the verifier judge it.
   *
   * @throws BenchError when evidence was lost, or does not come back
   */
  async judge(flow: string): Promise<FlowEvidence> {
    await this.#publishAll(flow)
    const totals = this.recorder.totals(flow)
    await this.#readAll(flow, totals)
    const contents = this.#contents.get(flow) ?? new Map<number, string>()
    // Only the case at hand asks; a certification does not keep every list that it ever saw.
    this.#contents.delete(flow)
    const fates = this.#fates.get(flow) ?? new Map<Fate, number>()
    this.#fates.delete(flow)
    return { verdict: this.#verifier.flow(flow, totals), contents, fates }
  }

  /** The verifier's verdict on the whole run, published. */
  async conclude(): Promise<Verdict> {
    await this.#publishAll()
    const flows = this.recorder.flows()
    for (const [flow, totals] of Object.entries(flows)) await this.#readAll(flow, totals)
    const verdict = this.#verifier.finish(flows)
    this.#publisher.verdict({ v: 1, run: this.#run, ...verdict })
    return verdict
  }

  caseEnded(record: CaseRecord): void {
    this.#publisher.caseOutcome({ v: 1, run: this.#run, ...record })
  }

  /** Publish how far the run is; with `ended`, the totals of every flow go along. */
  state(state: Omit<RunState, 'v' | 'run' | 'flows'>): void {
    this.#publisher.state({ v: 1, run: this.#run, ...state, ...(state.ended ? { flows: this.recorder.flows() } : {}) })
  }

  /** Wait until everything is published, and close. Closing twice is fine. */
  async close(): Promise<void> {
    // What could not be published was said where it mattered; closing must go on.
    await this.recorder.flush().catch(() => undefined)
    await this.#opened.close()
    await this.#reading
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** Runs beside everything else, for as long as the trail is open; never rejects. */
  async #readBack(reader: RunReader): Promise<void> {
    try {
      for await (const entry of reader) {
        if (entry.type !== 'packets') continue
        const { batch } = entry
        if (this.#isTooEarly(batch)) continue
        this.#verifier.add(batch)
        this.#publisher.confirm(batch)
        const contents = this.#contents.get(batch.flow) ?? new Map<number, string>()
        collectContents(batch, contents)
        this.#contents.set(batch.flow, contents)
        const fates = this.#fates.get(batch.flow) ?? new Map<Fate, number>()
        countFates(batch, fates)
        this.#fates.set(batch.flow, fates)
        for (const wake of this.#waiting) wake()
      }
    } catch (failure) {
      this.#failure = failure instanceof Error ? failure : new Error(String(failure))
      for (const wake of this.#waiting) wake()
    }
  }

  /**
   * Whether batches before this one are still missing, because the broker lost them. They and this one are published again, in order; if they do
   * not come then either, the wait for them ends the case.
   */
  #isTooEarly({ flow, batch }: PacketBatch): boolean {
    const next = this.#verifier.totals(flow).batches
    if (batch <= next) return false
    const missed = `${flow}/${next}`
    if (missed !== this.#missed) this.#publisher.republish()
    this.#missed = missed
    return true
  }

  /** Publish a flow, or all of them, and wait as long as there is progress, or the broker may be away. */
  async #publishAll(flow?: string): Promise<void> {
    const giveUpAtMs = performance.now() + this.#brokerAwayMs
    for (let waits = 0; ; waits++) {
      const before = this.#publisher.stats()
      try {
        return await this.recorder.flush(flow, { timeoutMs: READ_BACK_MS })
      } catch (failure) {
        const now = this.#publisher.stats()
        // Back only now, or slow: what waited is on its way.
        const isMoving = now.connections > before.connections || now.published > before.published
        const isAway = !now.isConnected && performance.now() < giveUpAtMs
        if (now.lost > 0 || this.#failure || this.#signal.aborted || !(isMoving || isAway)) throw failure
        if (waits === 0)
          process.emitWarning(`${this.broker} is away or slow; waiting ${this.#brokerAwayMs / 1000} s for it at most`)
      }
    }
  }

  #readAll(flow: string, totals: FlowTotals): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (failure?: Error): void => {
        clearTimeout(timer)
        this.#waiting.delete(check)
        if (failure) reject(failure)
        else resolve()
      }
      const check = (): void => {
        if (this.#failure) settle(this.#failure)
        else if (this.#verifier.totals(flow).batches >= totals.batches) settle()
      }
      const timer = setTimeout(() => {
        const got = this.#verifier.totals(flow).batches
        settle(
          new BenchError(
            'ERR_VIEWNET_EVIDENCE_LOST',
            `${this.broker}: expected ${totals.batches} batches of '${flow}' to come back within ${READ_BACK_MS / 1000} s, got ${got}`,
          ),
        )
      }, READ_BACK_MS)
      this.#waiting.add(check)
      check()
    })
  }
}

/** Says the first loss of one sink at once, to whoever watches the run; every case that it spoils tells it again. */
function firstAloud(): (loss: Error) => void {
  let isSaid = false
  return (loss) => {
    if (!isSaid) process.emitWarning(loss)
    isSaid = true
  }
}
