import type { PacketBatch } from '../evidence/batch.js'
import type { PacketRecord } from '../evidence/record.js'
import type { FindingRecord } from './verdict.js'

/** One record, where it stands in the evidence, and what it means. */
export interface Sighting extends Omit<PacketRecord, 'bytes'> {
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

/**
 * Say what one record of a batch means, given which sides have been seen so far.
 *
 * On the hot path: written out, because spreading a record would make objects that are ten times as slow.
 *
 * @param batch - as it was decoded, so that its columns are equally long
 */
export function sightingOf(batch: PacketBatch, index: number, sides: Sides): Sighting {
  const { columns } = batch
  // Columns are equally long: that is checked when a batch is read.
  const at = columns.at[index]!
  const fate = columns.fate[index]!
  const message = columns.message[index] ?? null
  const bytes = batch.bytes?.[index]
  const fromConverter = message === 'RESPONSE' || message === 'RESOURCE' || message === 'ROUND_END'
  const fromEndpoint = message !== null && !fromConverter
  const arrived = at === 'endpoint-in' && fate === 'received'
  const cameIn = at === 'converter-in' && fate === 'received'
  const wentOut = at === 'endpoint-out' && fate === 'sent'
  return {
    flow: batch.flow,
    batch: batch.batch,
    index,
    t: columns.t[index]!,
    at,
    fate,
    message,
    exchange: columns.exchange[index] ?? null,
    sequence: columns.sequence[index] ?? null,
    round: columns.round[index] ?? null,
    octets: columns.octets[index]!,
    content: columns.content[index] ?? null,
    fields: columns.fields[index] ?? null,
    said: fromConverter && (sides.converter ? at === 'converter-out' && fate === 'sent' : arrived),
    arrived: fromConverter && arrived,
    reported: fromEndpoint && (sides.endpoint ? wentOut : cameIn),
    asked: fromEndpoint && (sides.converter ? cameIn : wentOut),
    lost: at === 'link' && fate === 'dropped',
    resourceCount: message === 'RESOURCE' && bytes !== undefined ? countInResource(bytes) : undefined,
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
