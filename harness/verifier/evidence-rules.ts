import type { MessageName } from '../evidence/record.js'
import { parseRanges } from './ranges.js'
import { textField, type Sides, type Sighting } from './sighting.js'
import type { Breach, Rule } from './rule.js'

/** Fields that rules rely on, and their types (docs/protocol.md, section 2). */
const FIELDS: Partial<Record<MessageName, Readonly<Record<string, 'number' | 'string' | 'boolean'>>>> = {
  REQUEST: { selective: 'boolean' },
  RESPONSE: { status: 'string', count: 'number' },
  ROUND_END: { count: 'number', sent: 'number' },
  COUNT_REPORT: { verdict: 'string', received: 'number', count: 'number', missingPackets: 'number' },
  MISSING: { index: 'number', missing: 'string' },
}

/** Rules about the evidence itself: one that is broken proves nothing about the converter, so nothing could be tested. */
export const evidenceRules: readonly Rule[] = [
  {
    id: 'evidence-dense',
    sentence: 'batches and records are numbered without gaps, and are no fewer than the run says',
    clause: 'evidence',
    blame: 'could-not-test',
    basis: 'absence',
    taints: true,
    needs: [],
    batch(batch, { nextBatch, nextRecord }, run) {
      if (run !== undefined && batch.run !== run) {
        return { expected: `batches of run ${run}`, got: `one of run ${batch.run}`, records: [] }
      }
      if (batch.batch === nextBatch && batch.first === nextRecord) return undefined
      return {
        expected: `batch ${nextBatch} with first record ${nextRecord}`,
        got: `batch ${batch.batch} with first record ${batch.first}`,
        records: [],
      }
    },
    flow({ batches, records, nextBatch, nextRecord }, _exchanges, totals) {
      // More than the run said are late packets, recorded after it counted; but of a flow that it does not know there are none.
      const isUnknown = totals?.records === 0 && records > 0
      if (!totals || (batches >= totals.batches && records >= totals.records && !isUnknown)) return undefined
      return {
        expected: `${totals.batches} batches with ${totals.records} records, as the run says`,
        got: `${batches} with ${records}, up to batch ${nextBatch} and record ${nextRecord}`,
        records: [],
      }
    },
  },
  {
    id: 'sides-as-told',
    sentence: 'evidence comes from every side that the run says it taps, and from no other',
    clause: 'evidence',
    blame: 'could-not-test',
    basis: 'absence',
    taints: true,
    needs: [],
    flow({ sides, seen }, exchanges) {
      if (exchanges === 0) return undefined
      const told = sidesInWords(sides)
      const got = seen.toldOtherwise ? 'other sides named in its midst' : sidesInWords(seen)
      return got === told ? undefined : { expected: `packets seen at ${told}`, got, records: [] }
    },
  },
  {
    id: 'time-forward',
    sentence: 'time does not run backwards at one observation point',
    clause: 'evidence',
    blame: 'could-not-test',
    basis: 'presence',
    taints: true,
    needs: [],
    record(sighting, flow) {
      const before = flow.lastAt(sighting.at)
      if (!before || sighting.t >= before.t) return undefined
      return {
        expected: `${before.t} µs or later at ${sighting.at}`,
        got: `${sighting.t} µs`,
        records: [before, sighting],
      }
    },
  },
  {
    id: 'fields-readable',
    sentence: 'a record names the fields of its message that rules rely on',
    clause: 'evidence',
    blame: 'could-not-test',
    basis: 'presence',
    taints: true,
    stops: true,
    needs: [],
    messages: ['REQUEST', 'RESPONSE', 'ROUND_END', 'COUNT_REPORT', 'MISSING'],
    packet(sighting) {
      const types = Object.entries((sighting.message && FIELDS[sighting.message]) ?? {})
      const wrong = types.find(([name, type]) => typeof sighting.fields?.[name] !== type)
      const hasRound = sighting.message === 'REQUEST' || sighting.message === 'RESPONSE' || sighting.round !== null
      const named = textField(sighting, 'missing')
      const hasRanges = named === undefined || parseRanges(named) !== undefined
      if (!wrong && hasRound && hasRanges) return undefined
      return {
        expected: wrong ? `a ${wrong[1]} as '${wrong[0]}'` : hasRound ? "ascending ranges as 'missing'" : 'a round',
        got: wrong ? String(sighting.fields?.[wrong[0]] ?? null) : hasRound ? 'other text' : 'none',
        records: [sighting],
      }
    },
  },
  {
    id: 'received-was-sent',
    sentence: 'what reached the endpoint was seen to leave the converter',
    unseenByEndpoint: 'what left the converter is seen there alone',
    clause: 'evidence',
    blame: 'could-not-test',
    basis: 'absence',
    taints: true,
    needs: ['converter', 'endpoint'],
    messages: ['RESPONSE', 'RESOURCE', 'ROUND_END'],
    packet(sighting, exchange) {
      if (!sighting.arrived || exchange.released) return undefined
      const round = sighting.round ?? 0
      const sent =
        sighting.message === 'RESPONSE'
          ? exchange.responsesSaid > 0
          : sighting.message === 'RESOURCE'
            ? // A sequence that cannot be is judged for that alone, and not followed.
              !exchange.isPossible(sighting.sequence ?? 0) ||
              exchange.sequences.lastSaidIn(sighting.sequence ?? 0) >= round
            : exchange.round >= round
      if (sent || exchange.beyondBounds) return undefined
      return { expected: `${sighting.message} at converter-out before endpoint-in`, got: 'none', records: [sighting] }
    },
  },
  {
    id: 'within-bounds',
    sentence: 'a flow has no more exchanges, rounds and resources than can be followed',
    clause: 'evidence',
    blame: 'could-not-test',
    basis: 'presence',
    taints: true,
    needs: [],
    ending: ({ beyondBounds }) => beyond(beyondBounds),
    flow: ({ beyondBounds }) => beyond(beyondBounds),
  },
  {
    id: 'traffic-seen',
    sentence: 'a flow shows at least one exchange',
    clause: 'evidence',
    blame: 'could-not-test',
    basis: 'absence',
    needs: [],
    flow({ records }, exchanges) {
      if (exchanges > 0) return undefined
      return { expected: 'packets of an exchange', got: `${records} records, none of them readable`, records: [] }
    },
  },
]

function sidesInWords({ converter, endpoint }: Sides): string {
  if (converter && endpoint) return 'converter and endpoint'
  return converter ? 'the converter alone' : endpoint ? 'the endpoint alone' : 'neither converter nor endpoint'
}

function beyond(sighting: Sighting | undefined): Breach | undefined {
  if (!sighting) return undefined
  const { exchange, sequence, round } = sighting
  return { expected: 'fewer', got: `exchange ${exchange}, sequence ${sequence}, round ${round}`, records: [sighting] }
}
