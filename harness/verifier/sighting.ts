import type { PacketRecord } from '../evidence/record.js'
import type { FindingRecord } from './verdict.js'

/** One record, where it stands in the evidence, and what it means. */
export interface Sighting extends PacketRecord {
  readonly flow: string
  /** Index of its batch in the flow, and of the record in the batch. */
  readonly batch: number
  readonly index: number
  /** The converter sent it; seen at converter-out or, where the converter is a black box, as it arrived. */
  readonly said: boolean
  /** Something from the converter reached the endpoint. */
  readonly arrived: boolean
  /** The endpoint sent it; seen at endpoint-out or, where only the converter was watched, as it came in there. */
  readonly reported: boolean
  /** Something from the endpoint reached the converter; where that is a black box, was sent to it. */
  readonly asked: boolean
  /** The impairment dropped it. */
  readonly lost: boolean
  /** RESOURCE only: the count in it, where the packet's octets were recorded. */
  readonly resourceCount: number | undefined
}

/** Which sides of the network a flow's evidence comes from. */
export interface Sides {
  readonly converter: boolean
  readonly endpoint: boolean
}

/** Say what a record means, given which sides have been seen so far. */
export function sightingOf(
  record: PacketRecord,
  place: { readonly flow: string; readonly batch: number; readonly index: number },
  sides: Sides,
): Sighting {
  const fromConverter = record.message === 'RESPONSE' || record.message === 'RESOURCE' || record.message === 'ROUND_END'
  const readable = record.message !== null
  const sent = (at: string): boolean => record.at === at && record.fate === 'sent'
  const received = (at: string): boolean => record.at === at && record.fate === 'received'
  return {
    ...record,
    ...place,
    said: fromConverter && (sides.converter ? sent('converter-out') : received('endpoint-in')),
    arrived: fromConverter && received('endpoint-in'),
    reported: readable && !fromConverter && (sides.endpoint ? sent('endpoint-out') : received('converter-in')),
    asked: readable && !fromConverter && (sides.converter ? received('converter-in') : sent('endpoint-out')),
    lost: record.at === 'link' && record.fate === 'dropped',
    resourceCount:
      record.message === 'RESOURCE' && record.bytes !== undefined ? countInResource(record.bytes) : undefined,
  }
}

/** What a finding keeps of a sighting. */
export function findingRecord(sighting: Sighting): FindingRecord {
  const { flow, batch, index, t, at, fate, message, sequence, round } = sighting
  return { flow, batch, index, t, at, fate, message, sequence, round }
}

/** A field of a body as a number, or undefined where the record holds none. */
export function numberField(sighting: Sighting, name: string): number | undefined {
  const value = sighting.fields?.[name]
  return typeof value === 'number' ? value : undefined
}

/** A field of a body as text, or undefined where the record holds none. */
export function textField(sighting: Sighting, name: string): string | undefined {
  const value = sighting.fields?.[name]
  return typeof value === 'string' ? value : undefined
}

/** The label lengthens the header when bit 7 of the packet type is set (docs/protocol.md, section 1). */
const LABEL_BIT = 0x80
const LABEL_OCTETS = 4
/** A RESOURCE's count without a label: 18 octets of header, then 20 into the payload (section 2). */
const COUNT_OFFSET = 38

/** The one field of a RESOURCE that rules need and a record does not name. */
function countInResource(bytes: string): number | undefined {
  const packet = Buffer.from(bytes, 'base64')
  const offset = COUNT_OFFSET + ((packet[0] ?? 0) & LABEL_BIT ? LABEL_OCTETS : 0)
  return packet.length >= offset + 4 ? packet.readUInt32BE(offset) : undefined
}
