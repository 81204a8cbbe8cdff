import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Dispatcher } from './dispatcher.js'
import type { QueryCounters } from './query-counters.js'
import type { Service } from './services/service.js'
import { ENVELOPE_END, ENVELOPE_START } from './soap/envelope.js'
import { Xml } from './soap/xml-writer.js'

/** Where to listen, and for whom. */
export interface HttpServerPlan {
  readonly host: string
  readonly port: number
  readonly services: readonly Service[]
  readonly dispatcher: Dispatcher
  readonly counters: QueryCounters
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
/** Pieces of a long reply are joined to about this size before they are sent. */
const CHUNK_LENGTH = 64 * 1024

const SOAP_TYPE = 'application/soap+xml; charset=utf-8'

/** SOAP over HTTP: POST to the path of a service. Everything a stranger can send is bounded in size, number and time. */
export class SoapHttpServer {
  readonly #server: Server
  readonly #plan: HttpServerPlan
  readonly #services: ReadonlyMap<string, Service>

  constructor(plan: HttpServerPlan) {
    this.#plan = plan
    this.#services = new Map(plan.services.map((service) => [service.path, service]))
    this.#server = createServer({
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    })
    this.#server.maxConnections = MAX_CONNECTIONS
    this.#server.timeout = IDLE_SOCKET_TIMEOUT_MS
    // A connection that could not be accepted, as when the process runs out of descriptors, is the client's to notice; without a listener it would
    // end the process.
    this.#server.on('error', () => plan.counters.countRejection())
    this.#server.on('request', (request, response) => {
      // The dispatcher answers its own failures, so this is the client going away, or a reply that broke half-way: it must not look whole.
      this.#answer(request, response).catch(() => response.destroy())
    })
  }

  /** `http://HOST:PORT`, once it listens. */
  get origin(): string {
    // listen() was given a host and port, so the address is never a pipe's name; it is null only before it listens.
    const { address, family, port } = this.#server.address() as AddressInfo
    return family === 'IPv6' ? `http://[${address}]:${port}` : `http://${address}:${port}`
  }

  /** Begin to listen; rejects with Node's own error when the address cannot be used. */
  async listen(): Promise<void> {
    const { host, port } = this.#plan
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ host, port }, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
  }

  /** Stop listening and cut every connection. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    await closed
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const service = this.#services.get((request.url ?? '').split('?', 1)[0]!)
    if (service === undefined) return this.#reject(response, 404, 'there is no service at this path')
    if (request.method !== 'POST') {
      response.setHeader('Allow', 'POST')
      return this.#reject(response, 405, 'a SOAP request is a POST')
    }
    const octets = await readBody(request)
    if (octets === undefined) return this.#reject(response, 413, `a request has at most ${MAX_REQUEST_BYTES} octets`)

    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const { status, body } = await this.#plan.dispatcher.dispatch(service, octets, {
      origin: originOf(request) ?? this.origin,
      signal: gone.signal,
    })
    response.writeHead(status, { 'Content-Type': SOAP_TYPE })
    if (body instanceof Xml) response.end(ENVELOPE_START + body.text + ENVELOPE_END)
    else await pipeline(Readable.from(chunksOf(body), { objectMode: false }), response)
  }

  /** Refuse a request that is no SOAP request, and the connection with it, because its body may still be on its way. */
  #reject(response: ServerResponse, status: number, reason: string): void {
    this.#plan.counters.countRejection()
    response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' })
    response.end(`${reason}\n`)
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

/**
 * How the client reached us, from its Host header: GetServices has to answer with the address the client used (ONVIF Core specification), which
 * behind a port forwarding is not ours.
 */
function originOf(request: IncomingMessage): string | undefined {
  const host = request.headers.host ?? ''
  return /^(?:[\w.-]{1,253}|\[[0-9a-fA-F:.]{2,45}\])(?::\d{1,5})?$/.test(host) && URL.canParse(`http://${host}`)
    ? `http://${host}`
    : undefined
}

function* chunksOf(pieces: Iterable<Xml>): Generator<string> {
  let chunk = ENVELOPE_START
  for (const piece of pieces) {
    chunk += piece.text
    if (chunk.length >= CHUNK_LENGTH) {
      yield chunk
      chunk = ''
    }
  }
  yield chunk + ENVELOPE_END
}
