import type { UsernameTokenAuthentication } from './authentication.js'
import type { QueryCounters } from './query-counters.js'
import type { Operation, ReplyBody, Service } from './services/service.js'
import { Arguments } from './soap/arguments.js'
import { readEnvelope, writeFault } from './soap/envelope.js'
import type { XmlElement } from './soap/xml-reader.js'
import { actionNotSupported, notAuthorized, SoapFault } from './soap/fault.js'

/** What answers a SOAP request: an HTTP status and the content of the body. */
export interface SoapReply {
  readonly status: 200 | 400 | 500
  readonly body: ReplyBody
}

/** Where a request came in. */
export interface RequestOrigin {
  readonly origin: string
  readonly signal: AbortSignal
}

/** Leads SOAP requests to operations: reads the envelope, asks for authentication, counts, and turns faults into replies. */
export class Dispatcher {
  readonly #authentication: UsernameTokenAuthentication | undefined
  readonly #deviceNowMs: () => number
  readonly #counters: QueryCounters

  /**
   * @param authentication - `undefined`: everybody may do everything
   * @param deviceNowMs - the device's own clock, ms since 1970
   */
  constructor(
    authentication: UsernameTokenAuthentication | undefined,
    deviceNowMs: () => number,
    counters: QueryCounters,
  ) {
    this.#authentication = authentication
    this.#deviceNowMs = deviceNowMs
    this.#counters = counters
  }

  /** Answer one request that came to the path of `service`. Never rejects: a defect of our own is answered, so that a bench sees it. */
  async dispatch(service: Service, octets: Uint8Array, from: RequestOrigin): Promise<SoapReply> {
    try {
      return { status: 200, body: await this.#perform(service, octets, from) }
    } catch (error) {
      const fault = error instanceof SoapFault ? error : defect(error)
      this.#counters.countFault()
      return { status: fault.httpStatus, body: writeFault(fault) }
    }
  }

  async #perform(service: Service, octets: Uint8Array, from: RequestOrigin): Promise<ReplyBody> {
    const { header, operation: element } = readEnvelope(octets)
    const operation = element.namespace === service.namespace ? service.operations.get(element.name) : undefined
    if (operation === undefined) {
      throw actionNotSupported(`${service.path} has no operation '${element.name}' of '${element.namespace}'`)
    }
    this.#counters.countRequest(element.name)
    if (!this.#isAllowed(operation, header)) {
      this.#counters.countRefusal()
      throw notAuthorized()
    }
    return operation.perform({ input: new Arguments(element, service.namespace, operation.inputs ?? []), ...from })
  }

  #isAllowed(operation: Operation, header: XmlElement | undefined): boolean {
    if (operation.access === 'PRE_AUTH' || this.#authentication === undefined) return true
    return this.#authentication.accepts(header, this.#deviceNowMs())
  }
}

function defect(error: unknown): SoapFault {
  const reason = error instanceof Error ? error.message : String(error)
  return new SoapFault(['env:Receiver', 'ter:Action'], `the simulated recorder has a defect: ${reason}`)
}
