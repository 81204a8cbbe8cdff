import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { Duplex, pipeline } from 'node:stream'
import type { Aedes } from 'aedes'
import { z } from 'zod'
import { BenchError } from '../bench/errors.js'
import { MAX_BATCH_OCTETS } from './batch.js'
import { MqttFrameLimit } from './frame-limit.js'
import { parseStrictly } from 'viewnet/device'

/** The broker asks for no credentials, so it is never reachable from another machine. */
const HOST = '127.0.0.1'

/** Options of {@link EmbeddedBroker.start}. */
export interface EmbeddedBrokerOptions {
  /** 0–65535; default 0, any free one. */
  readonly port?: number
  /** Connections at once, 1–10,000; default 64: a bench has a handful. */
  readonly maxConnections?: number
  /** Longest MQTT packet in octets, 1 KiB–256 MiB; default 4 MiB and 64 KiB: the longest batch, and its topic. */
  readonly maxPacketOctets?: number
}

const optionsSchema = z.strictObject({
  port: z.int().min(0).max(65535).default(0),
  maxConnections: z.int().min(1).max(10_000).default(64),
  maxPacketOctets: z
    .int()
    .min(1024)
    .max(256 * 1024 ** 2)
    .default(MAX_BATCH_OCTETS + 64 * 1024),
})

/**
 * An MQTT 3.1.1 broker inside this process, on loopback, for benches that bring none. It keeps no session of a client that left, so that
 * nothing piles up for one that never comes back.
 */
export class EmbeddedBroker {
  /** `mqtt://127.0.0.1:PORT` */
  readonly url: string
  readonly #server: Server
  readonly #broker: Aedes
  readonly #connections: ReadonlySet<Socket>
  #closing: Promise<void> | undefined

  private constructor(server: Server, broker: Aedes, connections: ReadonlySet<Socket>) {
    // A TCP server that listens has an address of this kind.
    const { port } = server.address() as AddressInfo
    this.url = `mqtt://${HOST}:${port}`
    this.#server = server
    this.#broker = broker
    this.#connections = connections
  }

  /**
   * @throws BenchError `ERR_VIEWNET_BROKER` when the port cannot be had; UsageError `ERR_VIEWNET_OPTION`
   */
  static async start(options: EmbeddedBrokerOptions = {}): Promise<EmbeddedBroker> {
    const { port, maxConnections, maxPacketOctets } = parseStrictly(optionsSchema, options, 'EmbeddedBroker')
    const { Aedes } = await import('aedes')
    const broker = await Aedes.createBroker({
      connectTimeout: 5000,
      drainTimeout: 30_000,
      maxTopicLevels: 16,
      preConnect(_client, packet, callback) {
        // The client is told by 'session present' 0 (MQTT-3.2.2-1).
        packet.clean = true
        callback(null, true)
      },
    })
    const connections = new Set<Socket>()
    const server = createServer((socket) => {
      connections.add(socket)
      socket.once('close', () => connections.delete(socket))
      broker.handle(limited(socket, maxPacketOctets))
    })
    server.maxConnections = maxConnections
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen({ port, host: HOST }, resolve)
      })
    } catch (cause) {
      await closeAedes(broker)
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new BenchError(
        'ERR_VIEWNET_BROKER',
        `embedded broker: expected to listen on ${HOST}:${port}, got ${reason}`,
        {
          cause,
        },
      )
    }
    return new EmbeddedBroker(server, broker, connections)
  }

  /** Disconnect everyone and stop; closing twice is fine. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    await closeAedes(this.#broker)
    for (const socket of this.#connections) socket.destroy()
    await closed
  }
}

/** A connection that is cut when a packet announces to be too long: aedes itself has no such bound. */
function limited(socket: Socket, maxPacketOctets: number): Duplex {
  const incoming = new MqttFrameLimit(maxPacketOctets)
  const connection = Duplex.from({ readable: incoming, writable: socket })
  // How a connection ends, aedes learns from the duplex.
  pipeline(socket, incoming, () => {})
  connection.once('close', () => socket.destroy())
  return connection
}

function closeAedes(broker: Aedes): Promise<void> {
  return new Promise((resolve) => broker.close(resolve))
}
