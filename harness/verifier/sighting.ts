import type { PacketBatch } from '../evidence/batch.js'
import type { PacketRecord } from '../evidence/record.js'
import { resourceBody, type ResourceBody } from './resource-body.js'
import type { FindingRecord } from './verdict.js'

/** One record, where it stands in the evidence, and what it means. */
export interface Sighting extends Omit<PacketRecord, 'bytes'> {
  readonly flow: string
  /** Index of its batch in the flow, and of the record in the batch. */
  readonly batch: number
  readonly index: number
  /** The packet in base64, where it was recorded. */
  readonly bytes: string | undefined
  /** The converter sent it; seen at converter-out or, where the converter is a black box, as it came to the impairment before the endpoint. */
  readonly said: boolean
  /** Something from the converter reached the endpoint. */
  readonly arrived: boolean
  /** The endpoint sent it; seen at endpoint-out or, where only the converter was watched, as it came in there. */
  readonly reported: boolean
  /** Something from the endpoint reached the converter; where that is a black box, was sent to it. */
  readonly asked: boolean
  /** The impairment dropped it. */
  readonly lost: boolean
  /** RESOURCE only, as the converter sent it: what its body says, where the packet's octets were recorded. */
  readonly body: ResourceBody | undefined
}

/** Which sides of the network a run's evidence comes from, as the run says. */
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
  const kept = at === 'link' && (fate === 'dropped' || fate === 'corrupted')
  const said = fromConverter && (sides.converter ? at === 'converter-out' && fate === 'sent' : arrived || kept)
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
    bytes,
    said,
    arrived: fromConverter && arrived,
    reported: fromEndpoint && (sides.endpoint ? wentOut : cameIn),
    asked: fromEndpoint && (sides.converter ? cameIn : wentOut),
    lost: at === 'link' && fate === 'dropped',
    body: said && message === 'RESOURCE' && bytes !== undefined ? resourceBody(bytes) : undefined,
  }
}

/** What a finding keeps of a packet, in base64: the longest of the protocol, 1082 octets, is whole; longer ones are cut. */
const MAX_FINDING_CHARACTERS = 1444

/** What a finding keeps of a sighting. */
export function findingRecord(sighting: Sighting): FindingRecord {
  const { flow, batch, index, t, at, fate, message, sequence, round, bytes } = sighting
  const record = { flow, batch, index, t, at, fate, message, sequence, round }
  return bytes === undefined ? record : { ...record, bytes: bytes.slice(0, MAX_FINDING_CHARACTERS) }
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
