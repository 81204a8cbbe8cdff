import { UsageError, parseStrictly } from 'viewnet/device'
import { randomBytes } from 'node:crypto'
import type { MqttClient } from 'mqtt'
import { z } from 'zod'
import type { PacketBatch } from './batch.js'
import { parseBrokerAddress, type BrokerAddress } from './broker-address.js'
import { BrokerConnection } from './broker-connection.js'
import { decodeBatch } from './decode-batch.js'
import { EvidenceError, EvidenceErrorCode } from './errors.js'
import { brokerError, connectMqtt, type ConnectOptions } from './mqtt-client.js'
import { decodeRunState, type RunState } from './run-state.js'
import { topicLevel } from './topics.js'

/** What a reader brings: packets, or how far the run is. */
export type EvidenceEntry =
  { readonly type: 'packets'; readonly batch: PacketBatch } | { readonly type: 'state'; readonly state: RunState }

/** Entries that wait to be read, at most; the broker waits with the next. */
const MAX_WAITING_ENTRIES = 64

/** In place of a granted QoS: the subscription is refused (MQTT 3.1.1, 3.9.3). */
const REFUSED_QOS = 128

/** A broker that is there answers at once. */
const FORGET_TIMEOUT_MS = 1000

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
  /**
   * Fail when the broker is away for so long, in milliseconds; default 600,000: ten minutes, in which a broker is repaired or restarted. 0: fail at
   * once. The broker is asked to keep our session, and with it what is published meanwhile; one that keeps none leaves a gap, which shows in the
   * batches' numbers.
   */
  readonly awayTimeoutMs?: number
  /** Called when the broker was away and is back. */
  readonly onResumed?: () => void
  /** Seed of the waits between attempts to reconnect, 0–0xffffffff; default: a fresh one. */
  readonly seed?: number
  /** Where credentials are looked up that the URL does not hold; default the process's environment. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

const optionsSchema = z.strictObject({
  broker: z.string(),
  run: z.string(),
  site: z.string().optional(),
  station: z.string().optional(),
  idleTimeoutMs: z.int().min(1).optional(),
  awayTimeoutMs: z.int().min(0).default(600_000),
  onResumed: z.custom<() => void>((value) => typeof value === 'function', 'expected a function').optional(),
  seed: z.int().min(0).max(0xffffffff).optional(),
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
  readonly #connection: BrokerConnection
  readonly #address: BrokerAddress
  readonly #options: z.output<typeof optionsSchema>
  readonly #topics: string[]
  /** Fires when the broker was away for too long. */
  #awayTimer: NodeJS.Timeout | undefined
  #isSubscribed = false
  /** Names our session: 23 letters and digits are what every MQTT 3.1.1 server takes (MQTT-3.1.3-5). */
  readonly #clientId = `viewnetr${randomBytes(7).toString('hex')}`
  readonly #entries: EvidenceEntry[] = []
  /** Acknowledges the last message; held back while too much waits. */
  #acknowledge: (() => void) | undefined
  /** The topics' beginning, fixed by the first message. */
  #station: string | undefined
  #failure: unknown
  #closed = false
  #iterated = false
  #wake: (() => void) | undefined
  readonly #onAbort = (): void => this.#fail(this.#options.signal?.reason)

  private constructor(options: RunReaderOptions) {
    this.#options = parseStrictly(optionsSchema, options, 'RunReader')
    const { broker, run, site, station, awayTimeoutMs, seed, environment } = this.#options
    this.#address = parseBrokerAddress(broker, environment)
    const prefix = [
      'viewnet/v1',
      site === undefined ? '+' : topicLevel('site', site),
      station === undefined ? '+' : topicLevel('station', station),
      'run',
      topicLevel('run', run),
    ].join('/')
    this.#topics = [`${prefix}/state`, `${prefix}/packets/+`]
    this.#connection = new BrokerConnection({
      address: this.#address,
      client: { clientId: this.#clientId, clean: awayTimeoutMs === 0, keepalive: 15 },
      seed,
      prepare: (client) => {
        // The documented way to hold a broker back: the next message is not taken before `acknowledge` is called.
        client.handleMessage = ({ topic, payload }, acknowledge) => {
          // mqtt.js types a payload as text or octets; a received one is octets, and ours alone.
          this.#receive(topic, typeof payload === 'string' ? Buffer.from(payload) : payload, () => acknowledge())
        }
      },
      onConnected: (client, isResumed) => {
        clearTimeout(this.#awayTimer)
        if (this.#isSubscribed) void this.#resume(client, isResumed)
      },
      onLost: () => this.#lost(),
    })
    this.#options.signal?.addEventListener('abort', this.#onAbort)
  }

  /**
   * Connect and subscribe. What is published after this is read without a gap; of what was before, brokers keep the state only.
   *
   * @throws BenchError `ERR_VIEWNET_BROKER` when the broker is absent or refuses; `signal.reason` when aborted; UsageError
   * `ERR_VIEWNET_OPTION`, `ERR_VIEWNET_ADDRESS`, `ERR_VIEWNET_CREDENTIALS`, `ERR_VIEWNET_TOPIC`
   */
  static async subscribe(options: RunReaderOptions): Promise<RunReader> {
    const reader = new RunReader(options)
    const { timeoutMs, signal } = reader.#options
    try {
      await reader.#connection.open({ ...(timeoutMs !== undefined && { timeoutMs }), ...(signal && { signal }) })
      await reader.#subscribe(reader.#connection.client)
      reader.#isSubscribed = true
    } catch (failure) {
      await reader.close()
      throw failure
    }
    return reader
  }

  /**
   * @throws {@link EvidenceError} when something else than evidence of this run is published there; BenchError `ERR_VIEWNET_BROKER`
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
    clearTimeout(this.#awayTimer)
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
    this.#release()
    this.#wake?.()
    const isConnected = this.#connection.client !== undefined
    await this.#connection.close(true)
    if (isConnected && this.#options.awayTimeoutMs > 0) await this.#forgetSession()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #subscribe(client: MqttClient | undefined): Promise<void> {
    try {
      const granted = (await client?.subscribeAsync(this.#topics, { qos: 1 })) ?? []
      if (granted.length > 0 && granted.every(({ qos }) => qos !== REFUSED_QOS)) return
    } catch (failure) {
      const reason = failure instanceof Error ? failure.message : 'a refusal'
      throw brokerError(this.#address, 'a subscription', reason, failure)
    }
    throw brokerError(this.#address, 'a subscription', 'a refusal')
  }

  /** The broker is back; never rejects. */
  async #resume(client: MqttClient, isResumed: boolean): Promise<void> {
    try {
      if (!isResumed) await this.#subscribe(client)
      this.#options.onResumed?.()
    } catch (failure) {
      // A connection that broke once more is taken up again; a broker that refuses is not waited for.
      if (client.connected) this.#fail(failure)
    }
  }

  #lost(): void {
    // What waits to be acknowledged comes again.
    this.#acknowledge = undefined
    const { awayTimeoutMs } = this.#options
    const expected = awayTimeoutMs === 0 ? 'a lasting connection' : `it back within ${awayTimeoutMs} ms`
    const fail = (): void => this.#fail(brokerError(this.#address, expected, 'a closed connection'))
    clearTimeout(this.#awayTimer)
    if (awayTimeoutMs === 0) fail()
    else this.#awayTimer = setTimeout(fail, awayTimeoutMs)
  }

  /** A session that nobody comes back for would fill up in the broker: a clean connection of the same name ends it (MQTT-3.1.2-6). */
  async #forgetSession(): Promise<void> {
    try {
      const options = { clientId: this.#clientId, clean: true }
      const { client } = await connectMqtt(this.#address, options, { timeoutMs: FORGET_TIMEOUT_MS })
      await client.endAsync()
    } catch {
      // A broker that went away just now forgets, or keeps, it as it likes.
    }
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
    const { run, idleTimeoutMs } = this.#options
    return new Promise((resolve) => {
      const timer =
        idleTimeoutMs === undefined
          ? undefined
          : setTimeout(() => {
              const expected = `evidence of run '${run}' within ${idleTimeoutMs} ms`
              this.#fail(brokerError(this.#address, expected, 'nothing'))
            }, idleTimeoutMs)
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
    if (run === this.#options.run) return
    throw new EvidenceError(EvidenceErrorCode.foreign, topic, `expected run '${this.#options.run}', got '${run}'`)
  }

  #release(): void {
    const acknowledge = this.#acknowledge
    this.#acknowledge = undefined
    acknowledge?.()
  }

  #fail(failure: unknown): void {
    if (this.#closed) return
    this.#failure ??= failure
    this.#release()
    this.#wake?.()
  }
}
