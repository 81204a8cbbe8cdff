import type { MqttClient } from 'mqtt'
import { z } from 'zod'
import { UsageError } from 'viewnet/device'
import type { PacketBatch } from './batch.js'
import { parseBrokerAddress, type BrokerAddress } from './broker-address.js'
import { decodeBatch } from './decode-batch.js'
import { EvidenceError, EvidenceErrorCode } from './errors.js'
import { brokerError, connectMqtt, type ConnectOptions } from './mqtt-client.js'
import { parseOptions } from './options.js'
import { decodeRunState, type RunState } from './run-state.js'
import { topicLevel } from './topics.js'

/** What a reader brings: packets, or how far the run is. */
export type EvidenceEntry =
  { readonly type: 'packets'; readonly batch: PacketBatch } | { readonly type: 'state'; readonly state: RunState }

/** Entries that wait to be read, at most; the broker waits with the next. */
const MAX_WAITING_ENTRIES = 64

/** Options of {@link RunReader.subscribe}. */
export interface RunReaderOptions extends ConnectOptions {
  /** `mqtt://` or `mqtts://`; credentials in it, or in the environment, are used and never shown. */
  readonly broker: string
  readonly run: string
  /** Default: any. Evidence of one run from two stations is refused. */
  readonly site?: string
  readonly station?: string
  /** Fail when nothing came for so long, in milliseconds; default: wait for ever. */
  readonly idleTimeoutMs?: number
  /** Where credentials are looked up that the URL does not hold; default the process's environment. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

const optionsSchema = z.strictObject({
  broker: z.string(),
  run: z.string(),
  site: z.string().optional(),
  station: z.string().optional(),
  idleTimeoutMs: z.int().min(1).optional(),
  environment: z.record(z.string(), z.string().optional()).optional(),
  timeoutMs: z.int().min(1).optional(),
  signal: z.instanceof(AbortSignal).optional(),
})

/**
 * Reads one run back from a broker while it is published. Iterate it once: it ends after the run's last state, and leaving the loop closes it.
 *
 * @example
 * const reader = await RunReader.subscribe({ broker, run: 'r1' })
 * for await (const entry of reader) if (entry.type === 'packets') verifier.add(entry.batch)
 */
export class RunReader implements AsyncIterable<EvidenceEntry> {
  readonly #client: MqttClient
  readonly #address: BrokerAddress
  readonly #run: string
  readonly #idleTimeoutMs: number | undefined
  readonly #signal: AbortSignal | undefined
  readonly #entries: EvidenceEntry[] = []
  /** Acknowledges the last message; held back while too much waits. */
  #acknowledge: (() => void) | undefined
  /** The topics' beginning, fixed by the first message. */
  #station: string | undefined
  #failure: unknown
  #closed = false
  #iterated = false
  #wake: (() => void) | undefined
  readonly #onAbort = (): void => this.#fail(this.#signal?.reason)

  private constructor(client: MqttClient, address: BrokerAddress, options: RunReaderOptions) {
    this.#client = client
    this.#address = address
    this.#run = options.run
    this.#idleTimeoutMs = options.idleTimeoutMs
    this.#signal = options.signal
    // The documented way to hold a broker back: the next message is not taken before `acknowledge` is called.
    client.handleMessage = ({ topic, payload }, acknowledge) => {
      // mqtt.js types a payload as text or octets; a received one is octets.
      this.#receive(topic, Buffer.from(payload), () => acknowledge())
    }
    client.on('close', () => this.#fail(brokerError(address, 'a lasting connection', 'a closed one')))
    options.signal?.addEventListener('abort', this.#onAbort)
  }

  /**
   * Connect and subscribe. What is published after this is read without a gap; of what was before, brokers keep the state only.
   *
   * @throws {@link BenchError} `ERR_VIEWNET_BROKER` when the broker is absent or refuses; `signal.reason` when aborted; UsageError
   * `ERR_VIEWNET_OPTION`, `ERR_VIEWNET_ADDRESS`, `ERR_VIEWNET_TOPIC`
   */
  static async subscribe(options: RunReaderOptions): Promise<RunReader> {
    parseOptions('RunReader', optionsSchema, options)
    const { broker, run, site, station, timeoutMs, signal } = options
    const address = parseBrokerAddress(broker, options.environment)
    const prefix = [
      'viewnet/v1',
      site === undefined ? '+' : topicLevel('site', site),
      station === undefined ? '+' : topicLevel('station', station),
      'run',
      topicLevel('run', run),
    ].join('/')
    const client = await connectMqtt(
      address,
      // A reader that was cut off has a gap: it says so rather than coming back.
      { clean: true, keepalive: 30, reconnectPeriod: 0 },
      { ...(timeoutMs !== undefined && { timeoutMs }), ...(signal && { signal }) },
    )
    const reader = new RunReader(client, address, options)
    try {
      const granted = await client.subscribeAsync([`${prefix}/state`, `${prefix}/packets/+`], { qos: 1 })
      if (granted.some(({ qos }) => qos === 128)) throw brokerError(address, 'a subscription', 'a refusal')
    } catch (failure) {
      await reader.close()
      throw failure instanceof Error && 'code' in failure && failure.code === 'ERR_VIEWNET_BROKER'
        ? failure
        : brokerError(address, 'a subscription', failure instanceof Error ? failure.message : 'a refusal', failure)
    }
    return reader
  }

  /**
   * @throws {@link EvidenceError} when something else than evidence of this run is published there; {@link BenchError} `ERR_VIEWNET_BROKER`
   * when the connection is lost or nothing comes; `signal.reason` when aborted
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<EvidenceEntry, void, undefined> {
    if (this.#iterated) {
      throw new UsageError('ERR_VIEWNET_OPTION', 'RunReader: expected to be iterated once, got a second time')
    }
    this.#iterated = true
    try {
      for (;;) {
        const entry = await this.#next()
        if (!entry) return
        yield entry
        if (entry.type === 'state' && entry.state.ended) return
      }
    } finally {
      await this.close()
    }
  }

  /** Stop reading; a loop that waits ends. Closing twice is fine. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#signal?.removeEventListener('abort', this.#onAbort)
    this.#release()
    this.#wake?.()
    await this.#client.endAsync(true)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #next(): Promise<EvidenceEntry | undefined> {
    for (;;) {
      const entry = this.#entries.shift()
      if (this.#entries.length < MAX_WAITING_ENTRIES) this.#release()
      if (entry) return entry
      if (this.#failure !== undefined) throw this.#failure
      if (this.#closed) return undefined
      await this.#somethingHappens()
    }
  }

  #somethingHappens(): Promise<void> {
    return new Promise((resolve) => {
      const timer =
        this.#idleTimeoutMs === undefined
          ? undefined
          : setTimeout(() => {
              const expected = `evidence of run '${this.#run}' within ${this.#idleTimeoutMs} ms`
              this.#fail(brokerError(this.#address, expected, 'nothing'))
            }, this.#idleTimeoutMs)
      this.#wake = () => {
        clearTimeout(timer)
        this.#wake = undefined
        resolve()
      }
    })
  }

  #receive(topic: string, payload: Uint8Array, acknowledge: () => void): void {
    this.#acknowledge = acknowledge
    try {
      if (this.#failure === undefined) this.#entries.push(this.#decode(topic, payload))
    } catch (failure) {
      this.#fail(failure)
    }
    if (this.#entries.length < MAX_WAITING_ENTRIES) this.#release()
    this.#wake?.()
  }

  #decode(topic: string, payload: Uint8Array): EvidenceEntry {
    const [station = '', rest = ''] = topic.split(/(?<=\/run\/[^/]*)\//)
    this.#station ??= station
    if (station !== this.#station) {
      throw new EvidenceError(EvidenceErrorCode.foreign, topic, `expected the station of ${this.#station} alone`)
    }
    if (rest === 'state') {
      const state = decodeRunState(payload, topic)
      this.#checkRun(state.run, topic)
      return { type: 'state', state }
    }
    const batch = decodeBatch(payload, topic)
    this.#checkRun(batch.run, topic)
    if (`packets/${batch.flow}` !== rest) {
      throw new EvidenceError(EvidenceErrorCode.foreign, topic, `expected the topic's own flow, got '${batch.flow}'`)
    }
    return { type: 'packets', batch }
  }

  #checkRun(run: string, topic: string): void {
    if (run === this.#run) return
    throw new EvidenceError(EvidenceErrorCode.foreign, topic, `expected run '${this.#run}', got '${run}'`)
  }

  #release(): void {
    const acknowledge = this.#acknowledge
    this.#acknowledge = undefined
    acknowledge?.()
  }

  #fail(failure: unknown): void {
    if (this.#closed) return
    this.#failure ??= failure
    this.#wake?.()
  }
}
