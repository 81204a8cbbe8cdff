import { randomBytes } from 'node:crypto'
import type { MqttClient } from 'mqtt'
import { z } from 'zod'
import { BenchError } from '../bench/errors.js'
import type { PacketBatch } from './batch.js'
import { parseBrokerAddress, type BrokerAddress } from './broker-address.js'
import { BrokerConnection } from './broker-connection.js'
import { brokerError, type ConnectOptions } from './mqtt-client.js'
import { parseStrictly } from 'viewnet/device'
import { DiskOutbox } from './outbox/index.js'
import type { CaseOutcomeMessage, VerdictMessage } from './payloads.js'
import { PublishQueue, type QueuedMessage, type Sending } from './publish-queue.js'
import type { RunState } from './run-state.js'
import type { DrainOptions, EvidenceSink, LossListener } from './sink.js'
import { runTopic, statusTopic, topicLevel, type Station } from './topics.js'

const DEFAULT_DRAIN_TIMEOUT_MS = 10_000

/** A broker that does not take our farewell in this time will publish our last will instead. */
const CLOSE_TIMEOUT_MS = 2000

/** What mqtt.js says of a message that was under way on a connection which it gives up. */
const CONNECTION_CLOSED = 'Connection closed'

/** Options of {@link MqttPublisher}. */
export interface MqttPublisherOptions {
  /** `mqtt://` or `mqtts://`; credentials in it, or in the environment, are used and never shown. */
  readonly broker: string
  /** Where the bench stands and which of the site's benches it is: levels of every topic. */
  readonly site: string
  readonly station: string
  /** Messages under way at once, 1–1000; default 32: keeps a broker with 10 ms of latency busy, within mosquitto's own bounds. */
  readonly maxInFlight?: number
  /** A broker that says nothing for half as long again is taken for away, 1–3600 s; default 15. */
  readonly keepaliveSeconds?: number
  /** Octets of payload held in memory at most, 1 KiB–1 GiB; default 16 MiB: a hundred thousand records. */
  readonly maxQueuedOctets?: number
  /** Folder for what does not fit in memory while the broker is slow or away; default: none, and what does not fit is lost. */
  readonly outbox?: string
  /** Octets in that folder at most, 64 KiB–1 TiB; default 4 GiB: `packets.ndjson` beside it holds as much by then. */
  readonly maxOutboxOctets?: number
  /**
   * Somebody reads back what is published, and calls {@link MqttPublisher.confirm}. Batches are held until then, so that one that a broker took
   * and forgot, because it was killed, is published again. Default false: the broker's acknowledgement is enough.
   */
  readonly isReadBack?: boolean
  /** Seed of the waits between attempts to reconnect, 0–0xffffffff; default: a fresh one. */
  readonly seed?: number
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
  keepaliveSeconds: z.int().min(1).max(3600).default(15),
  maxQueuedOctets: z
    .int()
    .min(1024)
    .max(1024 ** 3)
    .default(16 * 1024 ** 2),
  outbox: z.string().min(1).optional(),
  maxOutboxOctets: z
    .int()
    .min(64 * 1024)
    .max(1024 ** 4)
    .default(4 * 1024 ** 3),
  isReadBack: z.boolean().default(false),
  seed: z.int().min(0).max(0xffffffff).optional(),
  onLoss: z.custom<LossListener>((value) => typeof value === 'function', 'expected a function').optional(),
  environment: z.record(z.string(), z.string().optional()).optional(),
})

/** What a publisher did so far. */
export interface PublisherStats {
  /** Messages that the broker acknowledged. */
  readonly published: number
  /** Messages that did not fit, or that the broker or the disk took and lost. */
  readonly lost: number
  readonly inFlight: number
  /** Messages in memory that are not under way. */
  readonly waiting: number
  /** Octets of payload in both. */
  readonly queuedOctets: number
  /** Messages on the disk that wait for room in memory, and what the outbox takes there. */
  readonly outboxMessages: number
  readonly outboxOctets: number
  readonly isConnected: boolean
  /** Connections so far, the first one included. */
  readonly connections: number
}

/**
 * Publishes evidence by MQTT 3.1.1, everything at QoS 1 and in order. While the broker is slow or away, messages wait in memory, then in the
 * outbox on the disk; when it is back, they follow in order, some of them twice. What fits in neither is lost, told to `onLoss`, and told again
 * by {@link drain}.
 *
 * @see docs/evidence.md for the topics
 */
export class MqttPublisher implements EvidenceSink {
  /** Names this start of the bench in its status, so that a restart is seen: 16 hexadecimal digits. */
  readonly bootId = randomBytes(8).toString('hex')
  readonly #options: z.output<typeof optionsSchema>
  readonly #station: Station
  readonly #statusTopic: string
  readonly #address: BrokerAddress
  readonly #queue: PublishQueue
  readonly #connection: BrokerConnection
  readonly #idleListeners = new Set<() => void>()
  #outbox: DiskOutbox | undefined
  /** Messages are on their way from the outbox to the queue. */
  #fetching: Promise<void> | undefined
  #closing: Promise<void> | undefined
  #published = 0
  #connections = 0
  #lost = 0
  #firstLoss: BenchError | undefined

  /**
   * @throws UsageError `ERR_VIEWNET_OPTION`, `ERR_VIEWNET_ADDRESS`, `ERR_VIEWNET_CREDENTIALS`, `ERR_VIEWNET_TOPIC` naming the option
   */
  constructor(options: MqttPublisherOptions) {
    this.#options = parseStrictly(optionsSchema, options, 'MqttPublisher')
    const { broker, site, station, maxInFlight, maxQueuedOctets, keepaliveSeconds, seed, environment } = this.#options
    this.#station = { site, station }
    this.#statusTopic = statusTopic(this.#station)
    this.#address = parseBrokerAddress(broker, environment)
    this.#queue = new PublishQueue({ maxInFlight, maxQueuedOctets })
    this.#connection = new BrokerConnection({
      address: this.#address,
      client: {
        // 23 letters and digits are what every MQTT 3.1.1 server takes (MQTT-3.1.3-5).
        clientId: `viewnet${this.bootId}`,
        // What was under way is sent again from our own queue, in order; a session could only add more repetitions.
        clean: true,
        keepalive: keepaliveSeconds,
        will: { topic: this.#statusTopic, payload: this.#status('offline'), qos: 1, retain: true },
      },
      seed,
      onConnected: (client) => {
        this.#connections++
        // The broker may have published our last will meanwhile.
        client.publish(this.#statusTopic, this.#status('online'), { qos: 1, retain: true })
        this.#pump()
      },
      onLost: () => this.#queue.rewind(),
    })
  }

  /** The broker's URL without credentials. */
  get broker(): string {
    return this.#address.url
  }

  /**
   * Open the outbox, connect, and say online. What an earlier process left in the outbox is published first. From then on a lost connection is
   * taken up again by itself.
   *
   * @throws BenchError `ERR_VIEWNET_BROKER` when the broker is absent, refuses, or is silent; `ERR_VIEWNET_EVIDENCE_FILE` when the
   * outbox cannot be opened; `signal.reason` when aborted
   */
  async connect(options: ConnectOptions = {}): Promise<void> {
    const { outbox: folder, maxOutboxOctets: maxOctets } = this.#options
    if (folder !== undefined) {
      this.#outbox ??= await DiskOutbox.open({
        folder,
        maxOctets,
        onLoss: (messages, error) => this.#lose(messages, error),
      })
    }
    await this.#connection.open(options)
  }

  packets(batch: PacketBatch, json: string): void {
    const topic = `${runTopic(this.#station, batch.run)}/packets/${topicLevel('flow', batch.flow)}`
    const key = this.#options.isReadBack ? batchKey(batch.run, batch.flow, batch.batch) : undefined
    this.#offer({ topic, payload: Buffer.from(json), retain: false, ...(key !== undefined && { key }) })
  }

  /** A reader has this batch: it is held no longer. */
  confirm({ run, flow, batch }: Pick<PacketBatch, 'run' | 'flow' | 'batch'>): void {
    this.#queue.confirm(batchKey(run, flow, batch))
    this.#settled()
  }

  /** A reader may have missed something: publish again what nobody has confirmed, in order. */
  republish(): void {
    this.#queue.rewind()
    this.#pump()
  }

  /** Publish how far a run is; the last state has `ended`, the verdict, and the totals of every flow. */
  state(state: RunState): void {
    this.#offerRetained(`${runTopic(this.#station, state.run)}/state`, state)
  }

  /** Publish one case's outcome. */
  caseOutcome(outcome: CaseOutcomeMessage): void {
    this.#offerRetained(`${runTopic(this.#station, outcome.run)}/case/${topicLevel('case', outcome.id)}`, outcome)
  }

  /** Publish the verifier's verdict on a run. */
  verdict(verdict: VerdictMessage): void {
    this.#offerRetained(`${runTopic(this.#station, verdict.run)}/verdict`, verdict)
  }

  stats(): PublisherStats {
    const { inFlight, waiting, octets } = this.#queue
    return {
      published: this.#published,
      lost: this.#lost,
      inFlight,
      waiting,
      queuedOctets: octets,
      outboxMessages: this.#outbox?.unread ?? 0,
      outboxOctets: this.#outbox?.octets ?? 0,
      isConnected: this.#connection.client !== undefined,
      connections: this.#connections,
    }
  }

  /**
   * Wait until the broker has acknowledged everything and, where it is read back, all of that is confirmed.
   *
   * @throws BenchError `ERR_VIEWNET_EVIDENCE_LOST` when anything was lost, ever; `ERR_VIEWNET_BROKER` when time is up
   */
  async drain({ timeoutMs = DEFAULT_DRAIN_TIMEOUT_MS }: DrainOptions = {}): Promise<void> {
    // What is lost does not come by waiting.
    if (!this.#isIdle && this.#lost === 0) await this.#becomeIdle(timeoutMs)
    if (this.#firstLoss) throw this.#firstLoss
  }

  /**
   * Say offline and disconnect. What still waits stays in the outbox, for the next publisher that is given the same folder; without an outbox it
   * is lost: drain first. Closing twice is fine.
   */
  async close(): Promise<void> {
    this.#closing ??= this.#close()
    await this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #status(status: 'online' | 'offline'): string {
    return JSON.stringify({ v: 1, status, boot: this.bootId })
  }

  async #close(): Promise<void> {
    // Nothing is sent any more; what is under way may still be acknowledged.
    await this.#fetching
    const { client } = this.#connection
    if (client) await this.#sayOffline(client)
    const rest = this.#queue.unacknowledged()
    await this.#connection.close(!client || rest.length > 0)
    const outbox = this.#outbox
    if (!outbox) return
    if (rest.length > 0) await outbox.putBack(rest).catch((error: BenchError) => this.#lose(rest.length, error))
    await outbox.close()
  }

  async #sayOffline(client: MqttClient): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, CLOSE_TIMEOUT_MS)
      client.publish(this.#statusTopic, this.#status('offline'), { qos: 1, retain: true }, () => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  #offerRetained(topic: string, value: object): void {
    this.#offer({ topic, payload: Buffer.from(JSON.stringify(value)), retain: true })
  }

  #offer(message: QueuedMessage): void {
    const outbox = this.#outbox
    // Behind what waits on the disk, or it would overtake it.
    const isBehind = this.#fetching !== undefined || (outbox?.unread ?? 0) > 0
    if (!isBehind && this.#queue.offer(message)) return this.#pump()
    if (outbox?.append(message)) return this.#fetch()
    const where = outbox
      ? `the outbox is full: ${outbox.octets} octets`
      : `the queue is full: ${this.#queue.octets} octets`
    this.#lose(1, this.#lossError(`${where} wait for ${this.broker}, which takes none`))
  }

  #pump(): void {
    for (let client; (client = this.#connection.client) && !this.#closing;) {
      const sending = this.#queue.take()
      if (!sending) return
      const { topic, payload, retain } = sending.message
      client.publish(topic, payload, { qos: 1, retain }, (error) => this.#acknowledged(sending, error))
    }
  }

  #acknowledged(sending: Sending, error: Error | undefined): void {
    // A connection that broke takes its messages' errors with it: they are sent again. A broker that is silent for too long is one, too, and
    // mqtt.js tells the messages before it says that it is not connected any more.
    if (error && (this.#connection.client === undefined || error.message === CONNECTION_CLOSED)) return
    if (!this.#queue.acknowledge(sending, Boolean(error))) return
    if (error) this.#lose(1, this.#lossError(error.message))
    else this.#published++
    this.#settled()
  }

  /** Something may have left the queue: go on. */
  #settled(): void {
    this.#pump()
    this.#fetch()
    if (this.#isIdle) for (const listener of this.#idleListeners) listener()
  }

  /** Fetch from the outbox what the queue has room for; the queue is never filled by anybody else meanwhile. */
  #fetch(): void {
    const outbox = this.#outbox
    if (!outbox || this.#fetching || this.#closing || outbox.unread === 0 || !this.#queue.hasRoom) return
    this.#fetching = this.#fetchFrom(outbox)
  }

  /** Never rejects: what cannot be read is told as lost. */
  async #fetchFrom(outbox: DiskOutbox): Promise<void> {
    for (const message of await outbox.read(this.#options.maxQueuedOctets / 2)) {
      const { topic, payload, retain, key, segment } = message
      // Nobody confirms what an earlier process published.
      const isAwaited = key !== undefined && !segment.isInherited
      this.#queue.push({ topic, payload, retain, ...(isAwaited && { key }), release: () => outbox.settle(message) })
    }
    this.#fetching = undefined
    this.#settled()
  }

  get #isIdle(): boolean {
    return this.#queue.idle && !this.#fetching && (this.#outbox?.unread ?? 0) === 0
  }

  #lose(messages: number, error: BenchError): void {
    this.#lost += messages
    this.#firstLoss ??= error
    this.#options.onLoss?.(error)
    for (const listener of this.#idleListeners) listener()
  }

  #lossError(why: string): BenchError {
    return new BenchError(
      'ERR_VIEWNET_EVIDENCE_LOST',
      `MQTT broker ${this.broker}: expected every message to be published, got a loss (${why})`,
    )
  }

  /** @throws BenchError when time is up; also returns when something is lost */
  #becomeIdle(timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const listener = (): void => {
        clearTimeout(timer)
        this.#idleListeners.delete(listener)
        resolve()
      }
      const timer = setTimeout(() => {
        this.#idleListeners.delete(listener)
        const { waiting, inFlight, outboxMessages } = this.stats()
        const got = `${waiting + inFlight + outboxMessages} messages not acknowledged`
        reject(brokerError(this.#address, `everything published within ${timeoutMs} ms`, got))
      }, timeoutMs)
      this.#idleListeners.add(listener)
    })
  }
}

function batchKey(run: string, flow: string, batch: number): string {
  return `${run}/${flow}/${batch}`
}
