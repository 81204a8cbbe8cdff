import type { Arguments } from '../soap/arguments.js'
import type { ReplyBody } from '../soap/soap-reply.js'
import type { Xml } from '../soap/xml-writer.js'

/** One request for one operation. */
export interface OperationRequest {
  /** Its arguments, of which {@link Operation.inputs} may occur. */
  readonly input: Arguments
  /** The scheme, host and port by which the client reached the device: addresses in replies begin with it. */
  readonly origin: string
  /** Fires when the client has gone, or the device closes. */
  readonly signal: AbortSignal
}

/** One operation of a service. A fault is thrown as a `SoapFault`. */
export interface Operation {
  /** PRE_AUTH operations answer anybody (ONVIF Core specification, "Access classes"). */
  readonly access: 'PRE_AUTH' | 'READ_SYSTEM' | 'READ_MEDIA'
  /** The names of its arguments, in the schema's order; none when absent. */
  readonly inputs?: readonly string[]
  readonly perform: (request: OperationRequest) => ReplyBody | Promise<ReplyBody>
}

/** A service's place in GetCapabilities. */
export interface Category {
  readonly name: string
  /** It came later, and stands in the extension, only for who asks for all. */
  readonly isExtension: boolean
  readonly write: (address: string) => Xml
}

/** One web service of the device. */
export interface Service {
  readonly namespace: string
  /** Where it answers, from the root of the server. */
  readonly path: string
  /** What has to stand behind `?` in its address; without one, anything may. */
  readonly query?: string
  /** How GetCapabilities names it, which is older than GetServices. */
  readonly category: Category
  /** Of the specification that it follows: year and month. */
  readonly version: { readonly major: number; readonly minor: number }
  /** Its `Capabilities` element, as in GetServices and GetServiceCapabilities. */
  readonly capabilities: Xml
  /** By the name of the request element. */
  readonly operations: ReadonlyMap<string, Operation>
}

/** Make a table whose look-up by a name from the network finds operations and nothing else. */
export function operationTable(operations: Readonly<Record<string, Operation>>): ReadonlyMap<string, Operation> {
  return new Map(Object.entries(operations))
}

/** The address of a service as the device tells it to a client that reached it at `origin`. */
export type AddressOf = (service: Pick<Service, 'path' | 'query'>, origin: string) => string

/** The address at which a service really answers. */
export const addressOf: AddressOf = ({ path, query }, origin) =>
  query === undefined ? `${origin}${path}` : `${origin}${path}?${query}`
