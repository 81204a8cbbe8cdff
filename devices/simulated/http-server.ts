import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { listen } from './listen.js'
import type { SelfSignedCertificate } from './certificate.js'
import { deliver, type Deliver, type HttpReply } from './http-reply.js'

/** A request with all of its body. */
export interface HttpRequest {
  readonly method: 'POST'
  /** Path and query, as in the request line. */
  readonly target: string
  /** The scheme, host and port by which the client reached us. */
  readonly origin: string
  /** The Authorization header. */
  readonly authorization: string | undefined
  readonly octets: Uint8Array
  /** Fires when the client has gone, or the server closes. */
  readonly signal: AbortSignal
}

/** Answers a request; never rejects. */
export type Answer = (request: HttpRequest) => Promise<HttpReply>

/** Where to listen, and what to answer. */
export interface HttpServerPlan {
  readonly host: string
  readonly port: number
  /** Speak https with it. */
  readonly certificate?: SelfSignedCertificate | undefined
  /** What answers requests to a target; `undefined` where there is nothing. */
  readonly find: (target: string) => Answer | undefined
  /** Sends replies; left out: as HTTP means it. */
  readonly deliver?: Deliver
  /** A request never came to be SOAP: wrong path, wrong method, too large, no connection left. */
  readonly onRejection: () => void
}

/** The largest request is a search scope that names every recording of a large recorder. */
const MAX_REQUEST_BYTES = 256 * 1024
const MAX_CONNECTIONS = 64
const MAX_HEADER_BYTES = 16 * 1024
/** A client has this long to send its headers, and this long to send all of a request. */
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000
const TIMEOUT_CHECK_MS = 1000
const KEEP_ALIVE_TIMEOUT_MS = 5000
/** Nothing moved on a socket for this long, as when a client stops reading; longer than a search result may be waited for. */
const IDLE_SOCKET_TIMEOUT_MS = 120_000
/** HTTP for SOAP: POST to the path of a service. Everything a stranger can send is bounded in size, number and time. */
export class SoapHttpServer {
  readonly #server: Server
  readonly #plan: HttpServerPlan
  readonly #scheme: 'http' | 'https'

  constructor(plan: HttpServerPlan) {
    this.#plan = plan
    const { certificate } = plan
    const limits = {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    }
    this.#scheme = certificate === undefined ? 'http' : 'https'
    this.#server =
      certificate === undefined
        ? createServer(limits)
        : createTlsServer({
            ...limits,
            key: certificate.key,
            cert: certificate.certificate,
            handshakeTimeout: HEADERS_TIMEOUT_MS,
          })
    this.#server.maxConnections = MAX_CONNECTIONS
    this.#server.timeout = IDLE_SOCKET_TIMEOUT_MS
    // A connection that could not be accepted, as when the process runs out of descriptors, is the client's to notice; without a listener it would
    // end the process.
    this.#server.on('error', plan.onRejection)
    this.#server.on('request', (request, response) => {
      // Answers never fail, so this is the client going away, or a reply that broke half-way: it must not look whole.
      this.#answer(request, response).catch(() => response.destroy())
    })
  }

  /** `http://HOST:PORT` or `https://HOST:PORT`, once it listens. */
  get origin(): string {
    // listen() was given a host and port, so the address is never a pipe's name; it is null only before it listens.
    const { address, family, port } = this.#server.address() as AddressInfo
    return `${this.#scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`
  }

  /** Begin to listen; rejects with Node's own error when the address cannot be used. */
  async listen(): Promise<void> {
    await listen(this.#server, this.#plan)
  }

  /** Stop listening and cut every connection. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    await closed
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = request.url ?? ''
    const answer = this.#plan.find(target)
    if (answer === undefined) return this.#reject(response, 404, 'there is no service at this path')
    if (request.method !== 'POST') {
      response.setHeader('Allow', 'POST')
      return this.#reject(response, 405, 'a SOAP request is a POST')
    }
    const octets = await readBody(request)
    if (octets === undefined) return this.#reject(response, 413, `a request has at most ${MAX_REQUEST_BYTES} octets`)

    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const reply = await answer({
      method: request.method,
      target,
      origin: this.#originOf(request),
      authorization: request.headers.authorization,
      octets,
      signal: gone.signal,
    })
    await (this.#plan.deliver ?? deliver)(reply, response)
  }

  /** Refuse a request that is no SOAP request, and the connection with it, because its body may still be on its way. */
  #reject(response: ServerResponse, status: number, reason: string): void {
    this.#plan.onRejection()
    response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' })
    response.end(`${reason}\n`)
  }

  /**
   * How the client reached us, from its Host header: GetServices has to answer with the address the client used (ONVIF Core specification), which
   * behind a port forwarding is not ours.
   */
  #originOf(request: IncomingMessage): string {
    const host = request.headers.host ?? ''
    const isHost = /^(?:[\w.-]{1,253}|\[[0-9a-fA-F:.]{2,45}\])(?::\d{1,5})?$/.test(host)
    const origin = `${this.#scheme}://${host}`
    return isHost && URL.canParse(origin) ? origin : this.origin
  }
}

/** Read a body; `undefined` as soon as it is too large. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_REQUEST_BYTES) return undefined
  const chunks: Buffer[] = []
  let length = 0
  // Leaving a for-await loop early would destroy the socket, and with it the answer.
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= MAX_REQUEST_BYTES) chunks.push(chunk)
      else resolve(undefined)
    })
    request.once('end', () => resolve(Buffer.concat(chunks)))
    request.once('error', reject)
  })
}
