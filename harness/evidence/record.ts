/** Where a packet was seen. `link` is the impairment's own point, between the endpoint and its socket. */
export const ObservationPoint = ['converter-out', 'converter-in', 'endpoint-out', 'endpoint-in', 'link'] as const
export type ObservationPoint = (typeof ObservationPoint)[number]

/** What became of a packet where it was seen. */
export const Fate = ['sent', 'received', 'dropped', 'duplicated', 'delayed', 'corrupted', 'rejected'] as const
export type Fate = (typeof Fate)[number]

/** The messages of docs/protocol.md, section 2. */
export const MessageName = [
  'REQUEST',
  'RESPONSE',
  'RESOURCE',
  'ROUND_END',
  'COUNT_REPORT',
  'MISSING',
  'PROGRESS',
] as const
export type MessageName = (typeof MessageName)[number]

/** What a packet says, as far as a rule needs it; every field null where the packet could not be read. */
export interface PacketDescription {
  readonly message: MessageName | null
  readonly exchange: number | null
  /** RESOURCE: its sequence; otherwise null. */
  readonly sequence: number | null
  /** The round that the message names; null where it names none (REQUEST, RESPONSE). */
  readonly round: number | null
  /** RESOURCE only: CRC-32, 8 hex digits, over its 48-octet body with the round set to 0. */
  readonly content: string | null
  /** Every message but RESOURCE: its body's fields by name. 64-bit values as decimal strings, device numbers as `00001-…`. */
  readonly fields: Readonly<Record<string, number | string | boolean>> | null
}

/** One sighting of one packet. */
export interface PacketRecord extends PacketDescription {
  /** Microseconds since the run began. */
  readonly t: number
  readonly at: ObservationPoint
  readonly fate: Fate
  /** Length of the packet. */
  readonly octets: number
  /** The packet in base64, where bytes are recorded. */
  readonly bytes?: string
}
