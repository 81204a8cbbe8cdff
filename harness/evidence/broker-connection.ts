import { randomInt } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { IClientOptions, MqttClient } from 'mqtt'
import { Backoff } from './backoff.js'
import type { BrokerAddress } from './broker-address.js'
import { connectMqtt, type ConnectOptions } from './mqtt-client.js'

/** A connection that lasted so long was a good one; shorter ones count as failed attempts, so that nobody hammers a broker that is ill. */
const STEADY_MS = 5000

/** What a connection is made of, and whom it tells. */
export interface BrokerConnectionOptions {
  readonly address: BrokerAddress
  /** For every connection alike. */
  readonly client: IClientOptions
  /** Seed of the waits between attempts, 0–0xffffffff; default: a fresh one. */
  readonly seed?: number | undefined
  /** Shown every client before it connects, for handlers that must not miss the first message. */
  readonly prepare?: (client: MqttClient) => void
  /**
   * A connection is there, the first one or another.
   *
   * @param isResumed - whether the broker has kept our session
   */
  readonly onConnected: (client: MqttClient, isResumed: boolean) => void
  /** The connection is lost; attempts to make another begin. */
  readonly onLost: () => void
}

/**
 * A connection to a broker that is made again, with growing waits, for as long as it is not closed. Every connection is a client of its own:
 * nothing is left over from the one before but what the broker keeps.
 */
export class BrokerConnection {
  readonly #options: BrokerConnectionOptions
  readonly #backoff: Backoff
  readonly #closing = new AbortController()
  #client: MqttClient | undefined
  #reconnecting: Promise<void> | undefined

  constructor(options: BrokerConnectionOptions) {
    this.#options = options
    this.#backoff = new Backoff(options.seed ?? randomInt(0, 0xffffffff))
  }

  /** The client that is connected; undefined while the broker is away. */
  get client(): MqttClient | undefined {
    return this.#client?.connected ? this.#client : undefined
  }

  /**
   * Connect for the first time.
   *
   * @throws BenchError `ERR_VIEWNET_BROKER` when the broker is absent, refuses, or is silent; `signal.reason` when aborted
   */
  async open(connect: ConnectOptions): Promise<void> {
    const { address, client: options, prepare } = this.#options
    const { client, isResumed } = await connectMqtt(address, options, connect, prepare)
    if (this.#closing.signal.aborted) return (client.end(true), undefined)
    this.#client = client
    const connectedAtMs = performance.now()
    client.once('close', () => {
      if (this.#client !== client) return
      this.#client = undefined
      client.end(true)
      if (performance.now() - connectedAtMs >= STEADY_MS) this.#backoff.reset()
      this.#options.onLost()
      this.#reconnecting ??= this.#reconnect()
    })
    this.#options.onConnected(client, isResumed)
  }

  /** Disconnect, and try no more; closing twice is fine. @param isForced - without waiting for what is under way */
  async close(isForced: boolean): Promise<void> {
    this.#closing.abort()
    await this.#reconnecting
    const client = this.#client
    this.#client = undefined
    await client?.endAsync(isForced)
  }

  /** Runs until there is a connection, or none is wanted; never rejects. */
  async #reconnect(): Promise<void> {
    const { signal } = this.#closing
    while (!this.#client && !signal.aborted) {
      try {
        await wait(this.#backoff.nextMs(), undefined, { signal })
        await this.open({ signal })
      } catch {
        // Not there yet, or not wanted any more: how long to go on is our owner's decision.
      }
    }
    this.#reconnecting = undefined
  }
}
