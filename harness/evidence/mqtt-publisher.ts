import { randomBytes } from 'node:crypto'
import type { MqttClient } from 'mqtt'
import { z } from 'zod'
import { BenchError } from '../bench/errors.js'
import type { PacketBatch } from './batch.js'
import { parseBrokerAddress, type BrokerAddress } from './broker-address.js'
import { brokerError, connectMqtt, type ConnectOptions } from './mqtt-client.js'
import { parseOptions } from './options.js'
import { PublishQueue, type QueuedMessage } from './publish-queue.js'
import type { RunState } from './run-state.js'
import type { DrainOptions, EvidenceSink, LossListener } from './sink.js'
import { runTopic, statusTopic, topicLevel, type Station } from './topics.js'

const DEFAULT_DRAIN_TIMEOUT_MS = 10_000

/** A broker that does not take our farewell in this time will publish our last will instead. */
const CLOSE_TIMEOUT_MS = 2000

const RECONNECT_PERIOD_MS = 500

/** Options of {@link MqttPublisher}. */
export interface MqttPublisherOptions {
  /** `mqtt://` or `mqtts://`; credentials in it, or in the environment, are used and never shown. */
  readonly broker: string
  /** Where the bench stands and which of the site's benches it is: levels of every topic. */
  readonly site: string
  readonly station: string
  /** Messages under way at once, 1–1000; default 32: keeps a broker with 10 ms of latency busy, within mosquitto's own bounds. */
  readonly maxInFlight?: number
  /** Octets of payload held at most, 1 KiB–1 GiB; default 64 MiB: about half a million records while the broker is away. */
  readonly maxQueuedOctets?: number
  /** Told at once when something did not fit and is lost. */
  readonly onLoss?: LossListener
  /** Where credentials are looked up that the URL does not hold; default the process's environment. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

const optionsSchema = z.strictObject({
  broker: z.string(),
  site: z.string(),
  station: z.string(),
  maxInFlight: z.int().min(1).max(1000).default(32),
  maxQueuedOctets: z
    .int()
    .min(1024)
    .max(1024 ** 3)
    .default(64 * 1024 ** 2),
  onLoss: z.custom<LossListener>((value) => typeof value === 'function', 'expected a function').optional(),
  environment: z.record(z.string(), z.string().optional()).optional(),
})

/** What a publisher did so far. */
export interface PublisherStats {
  /** Messages that the broker acknowledged. */
  readonly published: number
  /** Messages that did not fit, or that the connection took with it. */
  readonly lost: number
  readonly inFlight: number
  readonly waiting: number
  /** Octets of payload in both. */
  readonly queuedOctets: number
}

/**
 * Publishes evidence by MQTT 3.1.1, everything at QoS 1 and in order, through one bounded queue. While the broker is away the queue fills;
 * what does not fit any more is lost, told to `onLoss`, and told again by {@link drain}.
 *
 * @see docs/evidence.md for the topics
 */
export class MqttPublisher implements EvidenceSink {
  /** Names this start of the bench in its status, so that a restart is seen: 16 hexadecimal digits. */
  readonly bootId = randomBytes(8).toString('hex')
  readonly #station: Station
  readonly #statusTopic: string
  readonly #address: BrokerAddress
  readonly #onLoss: LossListener | undefined
  readonly #queue: PublishQueue
  readonly #idleListeners = new Set<() => void>()
  #client: MqttClient | undefined
  #published = 0
  #lost = 0

  /**
   * @throws UsageError `ERR_VIEWNET_OPTION`, `ERR_VIEWNET_ADDRESS`, `ERR_VIEWNET_TOPIC` naming the option
   */
  constructor(options: MqttPublisherOptions) {
    const { broker, site, station, maxInFlight, maxQueuedOctets, onLoss, environment } = parseOptions(
      'MqttPublisher',
      optionsSchema,
      options,
    )
    this.#station = { site, station }
    this.#statusTopic = statusTopic(this.#station)
    this.#address = parseBrokerAddress(broker, environment)
    this.#onLoss = onLoss
    this.#queue = new PublishQueue({ maxInFlight, maxQueuedOctets })
  }

  /** The broker's URL without credentials. */
  get broker(): string {
    return this.#address.url
  }

  /**
   * Connect, and say online. From then on a lost connection is taken up again by itself.
   *
   * @throws {@link BenchError} `ERR_VIEWNET_BROKER` when the broker is absent, refuses, or is silent; `signal.reason` when aborted
   */
  async connect(options: ConnectOptions = {}): Promise<void> {
    const client = await connectMqtt(
      this.#address,
      {
        // 23 letters and digits are what every MQTT 3.1.1 server takes (MQTT-3.1.3-5).
        clientId: `viewnet${this.bootId}`,
        clean: true,
        keepalive: 15,
        reconnectPeriod: RECONNECT_PERIOD_MS,
        // Nobody listens yet on a broker that is away; our own queue is the one that is bounded.
        queueQoSZero: false,
        will: { topic: this.#statusTopic, payload: this.#status('offline'), qos: 1, retain: true },
      },
      options,
    )
    this.#client = client
    const resume = (): void => {
      // The broker has published our last will meanwhile.
      client.publish(this.#statusTopic, this.#status('online'), { qos: 1, retain: true })
      this.#pump()
    }
    client.on('connect', resume)
    resume()
  }

  packets(batch: PacketBatch, json: string): void {
    this.#offer(`${runTopic(this.#station, batch.run)}/packets/${topicLevel('flow', batch.flow)}`, json, false)
  }

  /** Publish how far a run is; the last state has `ended`, the verdict, and the totals of every flow. */
  state(state: RunState): void {
    this.#offer(`${runTopic(this.#station, state.run)}/state`, JSON.stringify(state), true)
  }

  /** Publish one case's outcome. */
  caseOutcome(run: string, caseId: string, outcome: object): void {
    this.#offer(`${runTopic(this.#station, run)}/case/${topicLevel('case', caseId)}`, JSON.stringify(outcome), true)
  }

  /** Publish the verifier's verdict on a run. */
  verdict(run: string, verdict: object): void {
    this.#offer(`${runTopic(this.#station, run)}/verdict`, JSON.stringify(verdict), true)
  }

  stats(): PublisherStats {
    const { inFlight, waiting, octets } = this.#queue
    return { published: this.#published, lost: this.#lost, inFlight, waiting, queuedOctets: octets }
  }

  /**
   * Wait until the broker has acknowledged everything.
   *
   * @throws {@link BenchError} `ERR_VIEWNET_EVIDENCE_LOST` when anything was lost, ever; `ERR_VIEWNET_BROKER` when time is up
   */
  async drain({ timeoutMs = DEFAULT_DRAIN_TIMEOUT_MS }: DrainOptions = {}): Promise<void> {
    if (!this.#queue.idle) await this.#becomeIdle(timeoutMs)
    if (this.#lost > 0) throw this.#lossError('see the first loss')
  }

  /** Say offline and disconnect. What still waits is lost: drain first. Closing twice is fine. */
  async close(): Promise<void> {
    const client = this.#client
    this.#client = undefined
    if (!client) return
    if (client.connected) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, CLOSE_TIMEOUT_MS)
        client.publish(this.#statusTopic, this.#status('offline'), { qos: 1, retain: true }, () => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
    await new Promise<void>((resolve) => client.end(!client.connected || !this.#queue.idle, () => resolve()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #status(status: 'online' | 'offline'): string {
    return JSON.stringify({ v: 1, status, boot: this.bootId })
  }

  #offer(topic: string, json: string, retain: boolean): void {
    const message = { topic, payload: Buffer.from(json), retain }
    if (this.#queue.offer(message)) this.#pump()
    else this.#lose(`the queue is full: ${this.#queue.octets} octets wait for ${this.broker}, which takes none`)
  }

  #pump(): void {
    const client = this.#client
    while (client?.connected) {
      const message = this.#queue.take()
      if (!message) return
      client.publish(message.topic, message.payload, { qos: 1, retain: message.retain }, (error) => {
        this.#settle(message, error)
      })
    }
  }

  #settle(message: QueuedMessage, error: Error | undefined): void {
    this.#queue.settle(message)
    if (error) this.#lose(error.message)
    else this.#published++
    this.#pump()
    if (this.#queue.idle) for (const listener of this.#idleListeners) listener()
  }

  #lose(why: string): void {
    this.#lost++
    this.#onLoss?.(this.#lossError(why))
  }

  #lossError(why: string): BenchError {
    return new BenchError(
      'ERR_VIEWNET_EVIDENCE_LOST',
      `MQTT broker ${this.broker}: expected every message to be published, got ${this.#lost} lost (${why})`,
    )
  }

  #becomeIdle(timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const listener = (): void => {
        clearTimeout(timer)
        this.#idleListeners.delete(listener)
        resolve()
      }
      const timer = setTimeout(() => {
        this.#idleListeners.delete(listener)
        const { waiting, inFlight } = this.#queue
        const got = `${waiting + inFlight} messages not acknowledged`
        reject(brokerError(this.#address, `everything published within ${timeoutMs} ms`, got))
      }, timeoutMs)
      this.#idleListeners.add(listener)
    })
  }
}
