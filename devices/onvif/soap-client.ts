import type { Agents } from './agents.js'
import { ChallengeError, HttpError, isNetworkError, NoReplyError, toDeviceError } from './blame.js'
import type { TlsOptions } from './certificate.js'
import { withDeadline, type Limits } from './deadline.js'
import type { OnvifExchange } from './onvif-exchange.js'
import { readReply } from './soap-reply.js'
import { writeEnvelope, type SoapRequest } from './soap-request.js'
import { Turns } from './turns.js'
import { XmlError, XmlReader, type XmlElement, type XmlReaderOptions } from './xml-reader.js'

/** One call. */
export interface SoapCall extends Limits {
  /** The service's address, http: or https:. */
  readonly address: URL
  readonly request: SoapRequest
  /** The content of the SOAP header; empty: nothing. */
  readonly header?: string | undefined
  /** The value of the HTTP header Authorization. */
  readonly authorization?: string | undefined
  /** Follows parts of the answer as they arrive; see {@link XmlReaderOptions.handlerOf}. */
  readonly handlerOf?: XmlReaderOptions['handlerOf']
  /** Use a connection of its own, because the device closes those that we keep. */
  readonly isAlone?: boolean | undefined
}

/** How a {@link SoapClient} works. */
export interface SoapClientOptions {
  /** Most octets of one reply; a longer one is a fault of the device. */
  readonly maxReplyBytes: number
  /** Left out: certificates that this machine trusts. */
  readonly tls?: TlsOptions | undefined
  /** Told of every exchange when it is over; what it throws is nobody's. */
  readonly observe?: ((exchange: OnvifExchange) => void) | undefined
}

/** Read without a look at the time: a fifth of a millisecond's work, but ten where the code is new and not compiled yet. */
const PIECE_OCTETS = 8 * 1024

/**
 * Asks SOAP 1.2 services over HTTP, one deadline a call, and reads each answer as its octets arrive. Knows nothing of credentials, and asks nothing
 * twice.
 */
export class SoapClient {
  readonly #maxReplyBytes: number
  readonly #observe: SoapClientOptions['observe']
  readonly #tls: TlsOptions | undefined
  #agents: Promise<Agents> | undefined
  #closed: Promise<void> | undefined

  constructor({ maxReplyBytes, tls, observe }: SoapClientOptions) {
    this.#maxReplyBytes = maxReplyBytes
    this.#observe = observe
    this.#tls = tls
  }

  /**
   * Ask, once.
   *
   * @returns the element in the answer's SOAP body
   * @throws `DeviceError` when the device does not answer as it should; the reason of the signal when that aborts
   */
  async call(call: SoapCall): Promise<XmlElement> {
    const agents = await this.#openAgents()
    const exchange = this.#observe && new ExchangeRecord(call)
    let error: unknown
    try {
      return await withDeadline(call, async (signal) => this.#exchange({ call, agents, signal, exchange }))
    } catch (cause) {
      error = cause
      if (call.signal?.aborted && cause === call.signal.reason) throw cause
      throw toDeviceError(cause, { operation: call.request.operation, address: call.address.href })
    } finally {
      if (exchange) this.#observe?.(exchange.end(error))
    }
  }

  /** Close every connection once the calls under way are over. Closing twice is fine. */
  close(): Promise<void> {
    this.#closed ??= this.#closeAgents()
    return this.#closed
  }

  /** What speaks HTTP is read for the first call, and not by whoever only has a device of this kind: it is longer than the rest of this package. */
  #openAgents(): Promise<Agents> {
    this.#agents ??= import('./agents.js').then(({ openAgents }) => openAgents(this.#tls))
    return this.#agents
  }

  /** Where there was no call, too: one that comes later finds them closed. */
  async #closeAgents(): Promise<void> {
    const { keeping, lonely } = await this.#openAgents()
    await Promise.all([keeping.close(), lonely.close()])
  }

  async #exchange({ call, agents, signal, exchange }: ExchangeAtHand): Promise<XmlElement> {
    const { request, handlerOf } = call
    const { statusCode, headers, body } = await this.#send({ call, agents, signal, exchange })
    exchange?.begin(statusCode, headers)
    const reader = new XmlReader({ maxBytes: this.#maxReplyBytes, handlerOf })
    const contentType = describeContent(headers['content-type'])
    const turns = new Turns()
    try {
      for await (const octets of body) {
        exchange?.add(octets as Uint8Array)
        for (const piece of piecesOf(octets as Uint8Array)) {
          reader.write(piece)
          // What has arrived meanwhile would be read in one go: packets would wait for a long reply, and so would this call's own deadline.
          if (turns.isOver) await turns.next()
        }
      }
      // Within this turn the connection is still taken, and the next question would get another.
      await turns.next()
      const answer = readReply(reader.end(), request)
      if (statusCode !== 200) throw new HttpError(statusCode, `<${answer.name}>`)
      return answer
    } catch (cause) {
      if (signal.aborted || isNetworkError(cause)) throw cause
      const problem = describeProblem(cause, statusCode, contentType)
      throw statusCode === 401 ? new ChallengeError(challengesIn(headers), problem) : problem
    }
  }

  async #send({
    call,
    agents,
    signal,
    exchange,
  }: ExchangeAtHand): Promise<Awaited<ReturnType<Agents['keeping']['request']>>> {
    const { address, request, header, authorization, isAlone = false } = call
    const envelope = writeEnvelope(request, header)
    exchange?.ask(envelope)
    try {
      return await (isAlone ? agents.lonely : agents.keeping).request({
        origin: address.origin,
        path: address.pathname + address.search,
        method: 'POST',
        headers: {
          'content-type': `application/soap+xml; charset=utf-8; action="${request.namespace}/${request.operation}"`,
          ...(authorization === undefined ? {} : { authorization }),
        },
        body: envelope,
        signal,
      })
    } catch (cause) {
      throw !signal.aborted && isNetworkError(cause) ? new NoReplyError(cause) : cause
    }
  }
}

interface ExchangeAtHand {
  readonly call: SoapCall
  readonly agents: Agents
  readonly signal: AbortSignal
  readonly exchange: ExchangeRecord | undefined
}

type HttpHeaders = Readonly<Record<string, string | string[] | undefined>>

/** Puts one {@link OnvifExchange} together. */
class ExchangeRecord {
  readonly #call: SoapCall
  readonly #startedAtMs = performance.now()
  readonly #octets: Uint8Array[] = []
  #requestXml = ''
  #status: number | undefined
  #headers: HttpHeaders = {}

  constructor(call: SoapCall) {
    this.#call = call
  }

  ask(requestXml: string): void {
    this.#requestXml = requestXml
  }

  begin(status: number, headers: HttpHeaders): void {
    this.#status = status
    this.#headers = headers
  }

  add(octets: Uint8Array): void {
    this.#octets.push(octets)
  }

  end(error: unknown): OnvifExchange {
    return {
      operation: this.#call.request.operation,
      url: this.#call.address.href,
      requestXml: this.#requestXml,
      authorization: this.#call.authorization,
      status: this.#status,
      headers: this.#headers,
      responseOctets: Buffer.concat(this.#octets),
      durationMs: performance.now() - this.#startedAtMs,
      error,
    }
  }
}

/** Faults come with status 400 or 500. Without a readable one the status says more than what is wrong with the page that came with it. */
function describeProblem(cause: unknown, statusCode: number, contentType: string): unknown {
  if (!(cause instanceof XmlError)) return cause
  return statusCode === 200 ? new XmlError(`${cause.message} (${contentType})`) : new HttpError(statusCode, contentType)
}

/** A stream hands out all that it has gathered, however much that is. */
function* piecesOf(octets: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < octets.length; start += PIECE_OCTETS) yield octets.subarray(start, start + PIECE_OCTETS)
}

function challengesIn(headers: HttpHeaders): readonly string[] {
  return [headers['www-authenticate'] ?? []].flat()
}

function describeContent(contentType: string | string[] | undefined): string {
  return contentType === undefined
    ? 'content of an unknown type'
    : `content of type '${String(contentType).slice(0, 80)}'`
}
