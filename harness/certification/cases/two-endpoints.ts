import type { CertificationCase, ObservedExchange } from '../case.js'
import { judgeExchange, measureTogether } from '../judgement.js'

/** Two endpoints ask at once, each in an exchange of its own and each in a flow of its own: what else is seen in that flow belongs to the other. */
export const twoEndpoints: CertificationCase = {
  id: 'two-endpoints',
  title: 'two endpoints that ask at once are each answered with the whole list, the same, and nothing of each other',
  async run({ exchange, exchangeOfSecond, findings, limitOf }) {
    if (!exchangeOfSecond) {
      const why = 'the bench names no secondEndpoint: another address of ours that the converter admits'
      return { outcome: 'not-applicable', measurements: [], why }
    }
    const [first, second] = await bothOf(exchange({}), exchangeOfSecond({}))
    const expectation = {
      status: 'OK',
      announced: findings.listing?.length ?? first.summary?.announced ?? undefined,
      exchangeMs: limitOf('exchangeMs'),
    }
    const [one, other] = [judgeExchange(first, expectation), judgeExchange(second, expectation)]
    const strays = [...straysIn(first, 'first'), ...straysIn(second, 'second')]
    const differing = differences(first, second)
    const measurements = [
      ...measureTogether([first, second], {
        ...(expectation.announced !== undefined && { announced: 2 * expectation.announced }),
        exchangeMs: expectation.exchangeMs,
      }),
      { name: 'strange exchanges', value: strays.length, unit: 'exchanges', limit: '= 0' },
      { name: 'resources that differ', value: differing.length, unit: 'resources', limit: '= 0' },
    ]
    const [strange] = strays
    if (strange) {
      const why = `expected each endpoint to be answered in its own exchange, the ${strange} one was told of another`
      return { outcome: 'fail', measurements, why }
    }
    if (one.outcome !== 'pass') return { ...one, measurements, why: `first endpoint: ${one.why}` }
    if (other.outcome !== 'pass') return { ...other, measurements, why: `second endpoint: ${other.why}` }
    if (differing.length > 0) {
      const why = `expected both endpoints to be told the same, ${differing.length} resources differ, first sequence ${differing[0]}`
      return { outcome: 'fail', measurements, why }
    }
    return { outcome: 'pass', measurements, why: '' }
  },
}

/** The endpoint's name for every exchange that was seen at it beyond its own. */
function straysIn({ verdict }: ObservedExchange, endpoint: string): readonly string[] {
  return verdict.exchanges.slice(1).map(() => endpoint)
}

/** Sequences of which the two were told different things, or one nothing. */
function differences({ contents }: ObservedExchange, { contents: others }: ObservedExchange): readonly number[] {
  return [...new Set([...contents.keys(), ...others.keys()])]
    .filter((sequence) => contents.get(sequence) !== others.get(sequence))
    .sort((a, b) => a - b)
}

/** Both, once neither is under way any more: an exchange that was left alone would go on in the next case. */
async function bothOf<T>(one: Promise<T>, other: Promise<T>): Promise<readonly [T, T]> {
  await Promise.allSettled([one, other])
  return [await one, await other]
}
