import type { Arguments } from '../soap/arguments.js'
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

/** The content of a reply's body: whole, or in pieces that are made while they are sent. */
export type ReplyBody = Xml | Iterable<Xml>

/**
 * One operation of a service. A fault is thrown as a `SoapFault`.
 *
 * A quirk of some real device is a table with one operation wrapped or replaced.
 */
export interface Operation {
  /** PRE_AUTH operations answer anybody (ONVIF Core specification, "Access classes"). */
  readonly access: 'PRE_AUTH' | 'READ_SYSTEM' | 'READ_MEDIA'
  /** The names of its arguments, in the schema's order; none when absent. */
  readonly inputs?: readonly string[]
  readonly perform: (request: OperationRequest) => ReplyBody | Promise<ReplyBody>
}

/** One web service of the device. */
export interface Service {
  readonly namespace: string
  /** Where it answers, from the root of the server. */
  readonly path: string
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

/** The address of a service for a client that reached the device at `origin`. */
export function addressOf(service: Pick<Service, 'path'>, origin: string): string {
  return `${origin}${service.path}`
}
