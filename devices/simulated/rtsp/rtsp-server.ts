import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { listen } from '../listen.js'
import { readRequest, RtspSyntaxError, writeReply, type RtspReply, type RtspRequest } from './rtsp-message.js'

/** Where to listen, and what to answer. */
export interface RtspServerPlan {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Answers a request; `undefined`: never. */
  readonly answer: (request: RtspRequest) => RtspReply | undefined
}

const MAX_CONNECTIONS = 32
/** A request that is longer, or is not whole by then, is nobody's who means well. */
const MAX_REQUEST_OCTETS = 8192
const IDLE_TIMEOUT_MS = 30_000

/** RTSP 1.0 over TCP, as far as a recorder without pictures goes. Everything a stranger can send is bounded in size, number and time. */
export class RtspServer {
  readonly #server: Server
  readonly #plan: RtspServerPlan
  readonly #sockets = new Set<Socket>()

  constructor(plan: RtspServerPlan) {
    this.#plan = plan
    this.#server = createServer((socket) => this.#serve(socket))
    this.#server.maxConnections = MAX_CONNECTIONS
    // A connection that could not be accepted is the client's to notice.
    this.#server.on('error', () => undefined)
  }

  /** The port, once it listens. */
  get port(): number {
    // It listens on a host and port, so the address is never a pipe's name.
    return (this.#server.address() as AddressInfo).port
  }

  /** Begin to listen; rejects with Node's own error when the address cannot be used. */
  async listen(): Promise<void> {
    await listen(this.#server, this.#plan)
  }

  /** Stop listening and cut every connection; closing twice is fine. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    if (this.#server.listening) await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    // An error is always followed by close.
    socket.on('error', () => undefined)
    socket.setTimeout(IDLE_TIMEOUT_MS, () => socket.destroy())
    let waiting = Buffer.alloc(0)
    socket.on('data', (octets) => {
      waiting = Buffer.concat([waiting, octets])
      try {
        for (let read; (read = readRequest(waiting));) {
          waiting = waiting.subarray(read.octets)
          const reply = this.#plan.answer(read.request)
          if (reply) socket.write(writeReply(reply, read.request.headers.get('cseq')))
        }
      } catch (error) {
        if (!(error instanceof RtspSyntaxError)) throw error
        socket.end(writeReply({ status: 400, reason: 'Bad Request' }, undefined))
        waiting = Buffer.alloc(0)
      }
      if (waiting.length > MAX_REQUEST_OCTETS) socket.destroy()
    })
  }
}
