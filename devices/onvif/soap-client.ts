import { setImmediate as nextTurn } from 'node:timers/promises'
import { Agent } from 'undici'
import { HttpError, toDeviceError } from './blame.js'
import { withDeadline, type Limits } from './deadline.js'
import { readReply } from './soap-reply.js'
import { writeEnvelope, type SoapRequest } from './soap-request.js'
import { XmlError, XmlReader, type XmlElement, type XmlReaderOptions } from './xml-reader.js'

/** One call. */
export interface SoapCall extends Limits {
  /** The service's address, http: or https:. */
  readonly address: URL
  readonly request: SoapRequest
  /** The content of the SOAP header; empty: nothing. */
  readonly header?: string
  /** Takes elements out of the answer as they arrive; see {@link XmlReaderOptions.take}. */
  readonly take?: XmlReaderOptions['take']
}

/** How a {@link SoapClient} works. */
export interface SoapClientOptions {
  /** Most octets of one reply; a longer one is a fault of the device. */
  readonly maxReplyBytes: number
}

/**
 * An idle connection is kept this long and not longer: pages of a listing follow each other within it, and a device that closes idle connections
 * soon does not get the chance to close one just as it is used again.
 */
const IDLE_CONNECTION_MS = 1000

/**
 * Asks SOAP 1.2 services over HTTP, one deadline a call, and reads each answer as its octets arrive. Knows nothing of credentials.
 */
export class SoapClient {
  readonly #maxReplyBytes: number
  readonly #agent = new Agent({
    // The deadline of the call is the only one: undici's own would end a call earlier and say something else.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: 0 },
    keepAliveTimeout: IDLE_CONNECTION_MS,
    keepAliveMaxTimeout: IDLE_CONNECTION_MS,
  })
  #closed: Promise<void> | undefined

  constructor(options: SoapClientOptions) {
    this.#maxReplyBytes = options.maxReplyBytes
  }

  /**
   * Ask, once.
   *
   * @returns the element in the answer's SOAP body
   * @throws `DeviceError` when the device does not answer as it should; the reason of the signal when that aborts
   */
  async call(call: SoapCall): Promise<XmlElement> {
    try {
      return await withDeadline(call, async (signal) => this.#exchange(call, signal))
    } catch (cause) {
      if (call.signal?.aborted && cause === call.signal.reason) throw cause
      throw toDeviceError(cause, { operation: call.request.operation, address: call.address.href })
    }
  }

  /** Close every connection once the calls under way are over. Closing twice is fine. */
  close(): Promise<void> {
    this.#closed ??= this.#agent.close()
    return this.#closed
  }

  async #exchange({ address, request, header, take }: SoapCall, signal: AbortSignal): Promise<XmlElement> {
    const { statusCode, headers, body } = await this.#agent.request({
      origin: address.origin,
      path: address.pathname + address.search,
      method: 'POST',
      headers: {
        'content-type': `application/soap+xml; charset=utf-8; action="${request.namespace}/${request.operation}"`,
      },
      body: writeEnvelope(request, header),
      signal,
    })
    const reader = new XmlReader({ maxBytes: this.#maxReplyBytes, take })
    let root: XmlElement
    try {
      for await (const octets of body) {
        reader.write(octets as Uint8Array)
        // What has arrived meanwhile would be read in one go: packets would wait for a long reply, and so would this call's own deadline.
        await nextTurn()
      }
      root = reader.end()
    } catch (cause) {
      if (!(cause instanceof XmlError)) throw cause
      // Faults come with status 400 or 500. Without a readable one the status says more than what is wrong with the page that came with it.
      if (statusCode !== 200) throw new HttpError(statusCode, describeContent(headers['content-type']))
      throw new XmlError(`${cause.message} (${describeContent(headers['content-type'])})`)
    }
    const answer = readReply(root, request)
    if (statusCode !== 200) throw new HttpError(statusCode, `<${answer.name}>`)
    return answer
  }
}

function describeContent(contentType: string | string[] | undefined): string {
  return contentType === undefined
    ? 'content of an unknown type'
    : `content of type '${String(contentType).slice(0, 80)}'`
}
