import type { PacketBatch } from '../evidence/batch.js'
import { sightCode, type TypedColumns } from '../evidence/typed-columns.js'
import type { ExchangeFacts } from './exchange-facts.js'
import type { FlowFacts } from './flow-facts.js'
import { PlainBodies } from './plain-bodies.js'
import { sightingOf } from './sighting.js'

const SAID = sightCode('converter-out', 'sent', 'RESOURCE')
const ARRIVED = sightCode('endpoint-in', 'received', 'RESOURCE')

/**
 * Judge a run of the records that are nearly all of any evidence: RESOURCE packets of one exchange in the midst of a round, which leave the
 * converter in order and reach the endpoint. Nothing is made of them but what the facts keep.
 *
 * It passes only what breaks no rule and is everyday: {@link ExchangeFacts.sayPlainly} and {@link ExchangeFacts.arrivePlainly} say what that is. At
 * the first other record it stops, and the rules, one by one, have their say. What both make of the same evidence is the same: a spec holds
 * them together.
 *
 * @param from - index of the record to begin with
 * @returns index of the first record that is left
 */
export function judgeCommonRun(
  batch: PacketBatch,
  { t, exchange: exchanges, sequence, round, sights, contents, packets }: TypedColumns,
  from: number,
  exchange: ExchangeFacts,
  flow: FlowFacts,
): number {
  const { sides } = flow
  if (!sides.converter || !exchange.isPlain || (batch.bytes && !packets)) return from
  const bodies = batch.bytes && packets && new PlainBodies(batch.bytes, packets, exchange)
  let saidAt = -1
  let arrivedAt = -1
  let saidT = flow.lastAt('converter-out')?.t ?? 0
  let arrivedT = flow.lastAt('endpoint-in')?.t ?? 0
  let index = from
  for (; index < t.length; index++) {
    // Columns are equally long, and a RESOURCE has all of these: that is checked when a batch is read.
    const moment = t[index]!
    const place = sequence[index]!
    if (exchanges[index] !== exchange.exchange) break
    if (sights[index] === SAID) {
      if (moment < saidT || round[index] !== exchange.round) break
      if (bodies && !bodies.isPlain(index)) break
      if (!exchange.sayPlainly(place, contents[index]!)) break
      bodies?.pass()
      saidT = moment
      saidAt = index
    } else if (sights[index] === ARRIVED) {
      if (moment < arrivedT) break
      if (!exchange.arrivePlainly(place, round[index]!, contents[index]!)) break
      arrivedT = moment
      arrivedAt = index
    } else break
  }
  if (saidAt >= 0) {
    bodies?.finish()
    if (!bodies) {
      flow.resourceWithoutOctets = true
      if (exchange.round === 0) exchange.lastBody = undefined
    }
    flow.passed(sightingOf(batch, saidAt, sides))
  }
  if (arrivedAt >= 0) flow.passed(sightingOf(batch, arrivedAt, sides))
  if (index > from) exchange.latest = sightingOf(batch, index - 1, sides)
  return index
}
