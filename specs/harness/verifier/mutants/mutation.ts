import type { Message as ConverterMessage } from 'viewnet/wire'
import type { Snapshot } from 'viewnet/resources'
import type { Message as EndpointMessage } from '../../../../harness/endpoint/index.js'
import type { PacketBatch } from '../../../../harness/evidence/index.js'
import type { ScenarioName } from './scenario.js'

/** What a converter that goes wrong has at hand. */
export interface ConverterHands {
  readonly nowMs: number
  /** What the device listed. */
  readonly snapshot: Snapshot | undefined
  /** Say something more, now. */
  readonly say: (message: ConverterMessage) => void
}

/** One change to what is otherwise right. What is not named here is as in the product. */
export interface Mutation {
  /** What the converter says in place of a message. */
  readonly says?: (message: ConverterMessage, hands: ConverterHands) => readonly ConverterMessage[]
  /** What the converter takes a message for. */
  readonly hears?: (message: ConverterMessage, hands: ConverterHands) => readonly ConverterMessage[]
  /** What becomes of its packets' octets. */
  readonly writes?: (packet: Uint8Array) => Uint8Array
  /** It remembers no exchange when a REQUEST comes. */
  readonly isForgetful?: true
  /** It admits anybody. */
  readonly admitsAll?: true
  /** What the endpoint says in place of a message. */
  readonly asks?: (message: EndpointMessage) => readonly EndpointMessage[]
  readonly endpointWrites?: (packet: Uint8Array) => Uint8Array
  /** What the bench publishes in place of a batch. */
  readonly publishes?: (batch: PacketBatch) => readonly PacketBatch[]
}

/** One wrong converter, endpoint or bench. */
export interface Mutant {
  /** What it does wrong. */
  readonly name: string
  /** The rule that is meant to see it. */
  readonly rule: string
  readonly scenario: ScenarioName
  /** Made anew for every run: it may count. */
  readonly mutation: () => Mutation
}

type Said<Type extends ConverterMessage['type']> = Extract<ConverterMessage, { type: Type }>
type Asked<Type extends EndpointMessage['type']> = Extract<EndpointMessage, { type: Type }>

/** Changes one kind of message; others pass. */
export function on<Type extends ConverterMessage['type']>(
  type: Type,
  change: (message: Said<Type>, hands: ConverterHands) => ConverterMessage | readonly ConverterMessage[],
): (message: ConverterMessage, hands: ConverterHands) => readonly ConverterMessage[] {
  return (message, hands) => {
    if (message.type !== type) return [message]
    // Its type is the one that was asked for.
    const changed = change(message as Said<Type>, hands)
    return Array.isArray(changed) ? (changed as readonly ConverterMessage[]) : [changed as ConverterMessage]
  }
}

/** The same for what an endpoint says. */
export function onAsked<Type extends EndpointMessage['type']>(
  type: Type,
  change: (message: Asked<Type>) => EndpointMessage | readonly EndpointMessage[],
): (message: EndpointMessage) => readonly EndpointMessage[] {
  return (message) => {
    if (message.type !== type) return [message]
    const changed = change(message as Asked<Type>)
    return Array.isArray(changed) ? (changed as readonly EndpointMessage[]) : [changed as EndpointMessage]
  }
}
