import type { AccessControl, Refusal } from './access-control.js'
import type { DeviceClock } from './device-clock.js'
import type { HttpReply } from './http-reply.js'
import type { Answer, HttpRequest } from './http-server.js'
import type { QueryCounters } from './query-counters.js'
import type { Operation, Service } from './services/service.js'
import { Arguments } from './soap/arguments.js'
import { readEnvelope, writeFault } from './soap/envelope.js'
import { actionNotSupported, notAuthorized, SoapFault } from './soap/fault.js'
import { soapReply } from './soap/soap-reply.js'
import type { XmlElement } from './soap/xml-reader.js'

/** What a dispatcher leads requests by. */
export interface DispatcherPlan {
  readonly services: readonly Service[]
  readonly access: AccessControl
  readonly clock: DeviceClock
  /** Ages nonces: ms of any clock that never runs backwards. */
  readonly monotonicMs: () => number
  readonly counters: QueryCounters
}

/** Leads SOAP requests to operations: reads the envelope, asks for authentication, counts, and turns faults into replies. */
export class Dispatcher {
  readonly #plan: DispatcherPlan
  readonly #services: ReadonlyMap<string, Service>

  constructor(plan: DispatcherPlan) {
    this.#plan = plan
    this.#services = new Map(plan.services.map((service) => [service.path, service]))
  }

  /** What answers requests to a target of HTTP; `undefined` where no service is. */
  find(target: string): Answer | undefined {
    const [path = '', query = ''] = target.split(/\?(.*)/s, 2)
    const service = this.#services.get(path)
    if (service === undefined || (service.query !== undefined && service.query !== query)) return undefined
    return (request) => this.#answer(service, request)
  }

  /** Never rejects: a defect of our own is answered, so that a bench sees it. */
  async #answer(service: Service, request: HttpRequest): Promise<HttpReply> {
    let name: string | undefined
    try {
      const { header, operation: element } = readEnvelope(request.octets)
      const operation = element.namespace === service.namespace ? service.operations.get(element.name) : undefined
      if (operation === undefined) {
        throw actionNotSupported(`${service.path} has no operation '${element.name}' of '${element.namespace}'`)
      }
      name = element.name
      this.#plan.counters.countRequest(name)
      const refusal = this.#refuse(operation, header, request)
      if (refusal !== undefined) return this.#writeRefusal(refusal)
      const input = new Arguments(element, service.namespace, operation.inputs ?? [])
      const body = await operation.perform({ input, origin: request.origin, signal: request.signal })
      return { ...soapReply(200, body), operation: name }
    } catch (error) {
      const fault = error instanceof SoapFault ? error : defect(error)
      this.#plan.counters.countFault()
      return { ...soapReply(fault.httpStatus, writeFault(fault)), ...(name !== undefined && { operation: name }) }
    }
  }

  #refuse(operation: Operation, header: XmlElement | undefined, request: HttpRequest): Refusal | undefined {
    if (operation.access === 'PRE_AUTH') return undefined
    const { access, clock, monotonicMs } = this.#plan
    const { method, target, authorization } = request
    const moment = { deviceMs: clock.nowMs(), monotonicMs: monotonicMs() }
    const refusal = access.refuse({ header, method, target, authorization }, moment)
    if (refusal === undefined) clock.countAccepted()
    return refusal
  }

  #writeRefusal({ status, headers }: Refusal): HttpReply {
    this.#plan.counters.countRefusal()
    this.#plan.counters.countFault()
    const reply = soapReply(status, writeFault(notAuthorized()))
    return { ...reply, headers: { ...reply.headers, ...headers } }
  }
}

function defect(error: unknown): SoapFault {
  const reason = error instanceof Error ? error.message : String(error)
  return new SoapFault(['env:Receiver', 'ter:Action'], `the simulated recorder has a defect: ${reason}`)
}
