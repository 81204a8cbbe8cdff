import type { ExchangeFacts } from './exchange-facts.js'
import { numberField, type Sighting } from './sighting.js'
import type { Breach, Rule } from './rule.js'

/** Rules about the sequences that the converter sends. */
export const sequenceRules: readonly Rule[] = [
  {
    id: 'sequences-exact',
    sentence: 'the first round is exactly 1 … count, each once and ascending; later rounds ascend within it',
    unseenByEndpoint:
      'a sequence that did not come may be lost on the way, and the order is the network’s; judged is whether all are within the count, and whether the first ROUND_END tells that all were sent',
    clause: 'protocol 3',
    blame: 'fail',
    basis: 'absence',
    needs: [],
    messages: ['RESOURCE', 'ROUND_END'],
    packet(sighting, exchange) {
      if (!sighting.said) return undefined
      return sighting.message === 'RESOURCE' ? resourceInOrder(sighting, exchange) : firstRoundFull(sighting, exchange)
    },
  },
  {
    id: 'content-stable',
    sentence: 'a sequence has one content, whenever and wherever it is seen',
    clause: 'protocol 3',
    blame: 'fail',
    basis: 'presence',
    needs: [],
    messages: ['RESOURCE'],
    packet(sighting, { sequences }) {
      if (!sighting.said && !sighting.arrived) return undefined
      const before = sequences.contentOf(sighting.sequence ?? 0)
      const content = Number.parseInt(sighting.content ?? '', 16)
      if (before === undefined || before === content) return undefined
      return {
        expected: `content ${before.toString(16).padStart(8, '0')} of sequence ${sighting.sequence}, as before`,
        got: `content ${sighting.content}`,
        records: [sighting],
      }
    },
  },
]

function resourceInOrder(sighting: Sighting, exchange: ExchangeFacts): Breach | undefined {
  const sequence = sighting.sequence ?? 0
  const round = sighting.round ?? 0
  const { announced, sequences, sides } = exchange
  if (sequence < 1 || (announced !== undefined && sequence > announced)) {
    return { expected: `a sequence of 1–${announced ?? '…'}`, got: `sequence ${sequence}`, records: [sighting] }
  }
  // As they arrive, packets may be lost or overtake each other; and a sequence twice in one round is judged as unasked.
  if (!sides.converter || round < exchange.round || sequences.lastSaidIn(sequence) === round) return undefined
  const last = round === exchange.round ? exchange.roundLast : 0
  if (round === 0 && sequence !== last + 1) {
    return { expected: `sequence ${last + 1}`, got: `sequence ${sequence}`, records: [sighting] }
  }
  if (sequence < last) {
    return { expected: `a sequence above ${last}`, got: `sequence ${sequence}`, records: [sighting] }
  }
  return undefined
}

function firstRoundFull(
  sighting: Sighting,
  { announced, sides, round, roundLast, roundEnded }: ExchangeFacts,
): Breach | undefined {
  if (sighting.round !== 0 || round > 0 || (round === 0 && roundEnded)) return undefined
  if (!sides.converter) return toldFull(sighting, announced)
  const last = round === 0 ? roundLast : 0
  if (announced === undefined || last === announced) return undefined
  return {
    expected: `the first round to end with sequence ${announced}`,
    got: `its end after sequence ${last}`,
    records: [sighting],
  }
}

/** By the converter's own word: what it sent and did not arrive is no fault of its own. */
function toldFull(sighting: Sighting, announced: number | undefined): Breach | undefined {
  const told = numberField(sighting, 'sent')
  if (announced === undefined || told === undefined || told >= announced) return undefined
  return { expected: `the first round to hold all ${announced}`, got: `its end after ${told}`, records: [sighting] }
}
