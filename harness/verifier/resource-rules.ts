import type { PacketRecord } from '../evidence/record.js'
import type { ExchangeFacts } from './exchange-facts.js'
import { compareBodies, type ResourceBody } from './resource-body.js'
import type { Breach, Rule } from './rule.js'
import type { Sighting } from './sighting.js'

/** Rules about what the resources say. They need the packets themselves: a record names none of it. */
export const resourceRules: readonly Rule[] = [
  {
    id: 'resource-wanted',
    sentence: 'every RESOURCE overlaps the time range of the REQUEST, and is of its channel and kinds',
    clause: 'protocol 2',
    blame: 'fail',
    basis: 'presence',
    needs: ['octets'],
    messages: ['RESOURCE'],
    packet(sighting, { request }) {
      const { body } = sighting
      if (!body || !request) return undefined
      const unwanted = unwantedIn(body, wantedBy(request))
      return unwanted && { ...unwanted, records: [sighting] }
    },
  },
  {
    id: 'resource-plausible',
    sentence: 'every RESOURCE ends after it starts, or is still recording, and has a channel, from 1',
    clause: 'protocol 2',
    blame: 'fail',
    basis: 'presence',
    needs: ['octets'],
    messages: ['RESOURCE'],
    packet(sighting) {
      const { body } = sighting
      if (!body || isPlausible(body)) return undefined
      const { startMs, endMs, channel } = body
      if (channel < 1) return { expected: 'a channel from 1', got: `channel ${channel}`, records: [sighting] }
      return { expected: `an end after ${startMs}, or 0`, got: `${endMs}`, records: [sighting] }
    },
  },
  {
    id: 'resources-ordered',
    sentence: 'sequences go by start, then channel, then key',
    clause: 'protocol 3',
    blame: 'fail',
    basis: 'presence',
    needs: ['octets'],
    messages: ['RESOURCE'],
    packet: outOfOrder,
  },
]

/** What a REQUEST wants; 0 where it names no such. */
export interface Wanted {
  readonly fromMs: number
  readonly toMs: number
  readonly channel: number
  readonly kinds: number
}

/** @param request - fields of a REQUEST, or null where none was seen: everything is wanted then */
export function wantedBy(request: PacketRecord['fields']): Wanted {
  return {
    // 64-bit times are decimal text in a record.
    fromMs: momentOf(request?.['fromMs']),
    toMs: momentOf(request?.['toMs']),
    channel: numberOf(request?.['channel']),
    kinds: numberOf(request?.['kinds']),
  }
}

export function isWanted(body: ResourceBody, wanted: Wanted): boolean {
  return isInRange(body, wanted) && isOfChannel(body, wanted) && isOfKind(body, wanted)
}

function isInRange({ startMs, endMs }: ResourceBody, { fromMs, toMs }: Wanted): boolean {
  return (endMs === 0 || endMs > fromMs) && (toMs === 0 || startMs < toMs)
}

function isOfChannel({ channel }: ResourceBody, { channel: wanted }: Wanted): boolean {
  return wanted === 0 || channel === wanted
}

/** A resource whose kind is not told may be of any. */
function isOfKind({ kinds }: ResourceBody, { kinds: wanted }: Wanted): boolean {
  return wanted === 0 || kinds === 0 || (kinds & wanted) !== 0
}

export function isPlausible({ channel, startMs, endMs }: ResourceBody): boolean {
  return channel >= 1 && (endMs === 0 || endMs > startMs)
}

type Unwanted = Omit<Breach, 'records'>

function unwantedIn(body: ResourceBody, wanted: Wanted): Unwanted | undefined {
  const { startMs, endMs, channel, kinds } = body
  if (!isInRange(body, wanted)) {
    return {
      expected: `a part of ${wanted.fromMs}–${wanted.toMs || '…'} ms`,
      got: `${startMs}–${endMs || '…'} ms`,
    }
  }
  if (!isOfChannel(body, wanted)) return { expected: `channel ${wanted.channel}`, got: `channel ${channel}` }
  if (!isOfKind(body, wanted)) return { expected: `kinds of ${wanted.kinds}`, got: `kinds ${kinds}` }
  return undefined
}

/** Only from one sequence to the next, in the first round: what is missing or renumbered is judged for that. */
function outOfOrder(sighting: Sighting, { lastBody, roundLast, round }: ExchangeFacts): Breach | undefined {
  const { body, sequence } = sighting
  if (!body || !lastBody || sighting.round !== 0 || round !== 0 || sequence !== roundLast + 1) return undefined
  if (compareBodies(lastBody, body) <= 0) return undefined
  const place = ({ startMs, channel }: ResourceBody): string => `start ${startMs} on channel ${channel}`
  return { expected: `sequence ${sequence} not before ${place(lastBody)}`, got: place(body), records: [sighting] }
}

function momentOf(field: unknown): number {
  return typeof field === 'string' ? Number(field) : 0
}

function numberOf(field: unknown): number {
  return typeof field === 'number' ? field : 0
}
