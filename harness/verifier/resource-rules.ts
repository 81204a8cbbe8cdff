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
      const unwanted =
        outOfRange(body, momentOf(request['fromMs']), momentOf(request['toMs'])) ??
        ofOtherChannel(body, numberOf(request['channel'])) ??
        ofOtherKind(body, numberOf(request['kinds']))
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
      if (!body) return undefined
      const { startMs, endMs, channel } = body
      if (channel < 1) return { expected: 'a channel from 1', got: `channel ${channel}`, records: [sighting] }
      if (endMs === 0 || endMs > startMs) return undefined
      return { expected: `an end after ${startMs}, or 0`, got: `${endMs}`, records: [sighting] }
    },
  },
  {
    id: 'resources-ordered',
    sentence: 'sequences go by start, then channel, then key',
    clause: 'protocol 3',
    blame: 'fail',
    basis: 'presence',
    needs: ['converter', 'octets'],
    messages: ['RESOURCE'],
    packet: outOfOrder,
  },
]

type Unwanted = Omit<Breach, 'records'>

function outOfRange({ startMs, endMs }: ResourceBody, fromMs: number, toMs: number): Unwanted | undefined {
  if ((endMs === 0 || endMs > fromMs) && (toMs === 0 || startMs < toMs)) return undefined
  return { expected: `a part of ${fromMs}–${toMs || '…'} ms`, got: `${startMs}–${endMs || '…'} ms` }
}

function ofOtherChannel({ channel }: ResourceBody, wanted: number): Unwanted | undefined {
  if (wanted === 0 || channel === wanted) return undefined
  return { expected: `channel ${wanted}`, got: `channel ${channel}` }
}

/** A resource whose kind is not told may be of any. */
function ofOtherKind({ kinds }: ResourceBody, wanted: number): Unwanted | undefined {
  if (wanted === 0 || kinds === 0 || (kinds & wanted) !== 0) return undefined
  return { expected: `kinds of ${wanted}`, got: `kinds ${kinds}` }
}

/** Only from one sequence to the next, in the first round: what is missing or renumbered is judged for that. */
function outOfOrder(sighting: Sighting, { lastBody, roundLast, round }: ExchangeFacts): Breach | undefined {
  const { body, sequence } = sighting
  if (!body || !lastBody || sighting.round !== 0 || round !== 0 || sequence !== roundLast + 1) return undefined
  if (compareBodies(lastBody, body) <= 0) return undefined
  const place = ({ startMs, channel }: ResourceBody): string => `start ${startMs} on channel ${channel}`
  return { expected: `sequence ${sequence} not before ${place(lastBody)}`, got: place(body), records: [sighting] }
}

/** 64-bit times are decimal text in a record; 0 where it names none. */
function momentOf(field: unknown): number {
  return typeof field === 'string' ? Number(field) : 0
}

function numberOf(field: unknown): number {
  return typeof field === 'number' ? field : 0
}
