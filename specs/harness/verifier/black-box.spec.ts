import t from 'tap'
import { RULES, Verifier, type Verdict } from '../../../harness/verifier/index.js'
import {
  cleanRound,
  contentOf,
  Evidence,
  lossyRound,
  missing,
  recovered,
  report,
  request,
  resource,
  response,
  roundEnd,
} from './evidence-of.js'

function judged(evidence: Evidence, ...side: ('endpoint' | 'converter')[]): Verdict {
  const points = side.includes('endpoint')
    ? (['endpoint-out', 'endpoint-in', 'link'] as const)
    : (['converter-out', 'converter-in'] as const)
  const verifier = new Verifier()
  verifier.tapped(side)
  for (const batch of evidence.only(...points).batches(3)) verifier.add(batch)
  return verifier.finish()
}

const CONVERTER_RULES = RULES.filter(({ unseenByEndpoint }) => unseenByEndpoint !== undefined).map(({ id }) => id)
const ENDPOINT_RULES = RULES.filter(({ needs }) => needs.includes('endpoint')).map(({ id }) => id)
/** The evidence here holds no packets, only what they say. */
const OCTET_RULES = RULES.filter(({ needs }) => needs.includes('octets')).map(({ id }) => id)

const sorted = (ids: Iterable<string>): string[] => [...new Set(ids)].sort()

t.test('passes a converter of which only the endpoint saw anything, and says what that leaves open [evidence]', (t) => {
  for (const selective of [true, false]) {
    const verdict = judged(recovered(5, [1, 4], selective), 'endpoint')
    t.match(verdict, { verdict: 'pass', findings: [], exchanges: [{ received: 5, dropped: 2, rounds: 2 }] })
    t.strictSame(sorted(verdict.notJudged.map(({ rule }) => rule)), sorted([...CONVERTER_RULES, ...OCTET_RULES]))
  }
  t.end()
})

t.test('judges from the endpoint alone what can be judged there [evidence]', (t) => {
  const rules = (evidence: Evidence): string[] => judged(evidence, 'endpoint').findings.map(({ rule }) => rule)
  t.strictSame(
    rules(new Evidence().ask(request()).tell(response(1), resource(2), roundEnd(1, 1)).complete(1)).slice(0, 1),
    ['sequences-exact'],
  )
  t.strictSame(rules(cleanRound(1).tell(resource(1, 1)).complete(1, 1)), ['nothing-unasked'])
  t.strictSame(
    rules(
      lossyRound(2, [1])
        .tell(resource(1, 1), resource(2, 1, contentOf(1)), roundEnd(2, 2, 1))
        .complete(2, 1),
    ),
    ['content-stable'],
  )
  t.strictSame(
    rules(new Evidence().ask(request()).tell(response(2), resource(1), resource(2), roundEnd(2, 3)).complete(2)),
    ['round-end-truthful'],
  )
  t.end()
})

t.test('cannot tell, from the endpoint alone, who lost what an abandoned exchange lacks [evidence]', (t) => {
  const dropped = lossyRound(2, [2]).ask(report('ABANDON', 0, 1, 2))
  t.equal(judged(dropped, 'endpoint').verdict, 'pass')
  const vanished = new Evidence().ask(request()).tell(response(2), resource(1), roundEnd(2, 2))
  vanished.ask(report('ABANDON', 0, 1, 2))
  t.match(judged(vanished, 'endpoint'), { verdict: 'could-not-test', findings: [{ rule: 'abandon-explained' }] })
  t.end()
})

t.test('judges from the converter alone what can be judged there [evidence]', (t) => {
  const verdict = judged(recovered(5, [1, 4], true), 'converter')
  t.match(verdict, { verdict: 'pass', exchanges: [{ announced: 5, received: 0, resent: 2, end: 'complete' }] })
  t.strictSame(sorted(verdict.notJudged.map(({ rule }) => rule)), sorted([...ENDPOINT_RULES, ...OCTET_RULES]))
  const skipped = new Evidence().ask(request()).tell(response(2), resource(2), roundEnd(2, 1)).complete(2)
  t.match(judged(skipped, 'converter'), { verdict: 'fail', findings: [{ rule: 'sequences-exact' }] })
  t.end()
})

t.test('convicts a black box of what follows from its own words and from time [protocol 3]', (t) => {
  const rules = (evidence: Evidence): string[] => [
    ...new Set(judged(evidence, 'endpoint').findings.map(({ rule }) => rule)),
  ]
  const twoOfThree = (): Evidence => {
    const evidence = new Evidence().ask(request()).tell(response(3), resource(1), resource(2))
    return evidence.tell(roundEnd(3, 2)).ask(report('MISMATCH', 0, 2, 3))
  }
  t.strictSame(
    rules(
      twoOfThree()
        .tell(resource(1, 1), resource(2, 1), resource(3, 1), roundEnd(3, 3, 1))
        .complete(3, 1),
    ),
    ['sequences-exact'],
    'a first round that was less than all, by its ROUND_END',
  )
  const named = (): Evidence => lossyRound(5, [1, 4], true).ask(missing('1,4'))
  t.strictSame(
    rules(
      named()
        .tell(resource(1, 1), roundEnd(5, 1, 1))
        .ask(report('ABANDON', 1, 4, 5)),
    ),
    ['mismatch-answered'],
    'fewer than were named',
  )
  const everything = (evidence: Evidence): Evidence => {
    for (let sequence = 1; sequence <= 5; sequence++) evidence.tell(resource(sequence, 1))
    return evidence.tell(roundEnd(5, 5, 1)).complete(5, 1)
  }
  t.strictSame(rules(everything(named())), ['nothing-unasked'], 'everything at once: it had the names')
  t.strictSame(rules(everything(named().wait(300))), [], 'everything after a while: the names may have been lost')
  t.strictSame(
    rules(
      named()
        .wait(300)
        .tell(resource(1, 1), resource(2, 1), resource(4, 1), roundEnd(5, 3, 1))
        .complete(5, 1),
    ),
    ['nothing-unasked'],
    'neither the names nor everything',
  )
  t.end()
})

t.test('holds what the impairment took from the endpoint to the converter’s account [evidence]', (t) => {
  const changed = lossyRound(2, [1])
  for (const sequence of [1, 2]) changed.tell(resource(sequence, 1, sequence === 1 ? contentOf(9) : contentOf(2)))
  changed.tell(roundEnd(2, 2, 1)).complete(2, 1)
  t.match(judged(changed, 'endpoint'), { verdict: 'fail', findings: [{ rule: 'content-stable' }] })
  t.end()
})

t.test('blames a black box for packets that nobody can read, but not for those that the impairment damaged', (t) => {
  const unreadable = { message: null, exchange: null, sequence: null, round: null, content: null, fields: null }
  const evidence = (corrupted: boolean): Evidence => {
    const seen = cleanRound(2).complete(2)
    if (corrupted) seen.see('link', 'corrupted', resource(1))
    seen.see('endpoint-in', 'rejected', resource(1))
    seen.records.push({ ...seen.records.pop()!, ...unreadable })
    return seen
  }
  t.match(judged(evidence(false), 'endpoint'), { verdict: 'fail', findings: [{ rule: 'packets-readable' }] })
  t.match(judged(evidence(true), 'endpoint'), { verdict: 'pass' })
  t.end()
})

t.test('takes no evidence for that of a black box that is not said to be [evidence]', (t) => {
  const endpointOnly = (): Evidence => recovered(5, [1, 4], true).only('endpoint-out', 'endpoint-in', 'link')
  const verdictOf = (evidence: Evidence, told: readonly ('endpoint' | 'converter')[] | undefined): Verdict => {
    const verifier = new Verifier()
    if (told) verifier.tapped(told)
    for (const batch of evidence.batches(3)) verifier.add(batch)
    return verifier.finish()
  }
  const refused = { verdict: 'could-not-test', findings: [{ rule: 'sides-as-told' }] }
  const sidesOnly = (verdict: Verdict): object => ({
    ...verdict,
    findings: verdict.findings.filter(({ rule }) => rule === 'sides-as-told'),
  })
  t.match(sidesOnly(verdictOf(endpointOnly(), undefined)), refused, 'without a word, both sides are meant')
  t.match(sidesOnly(verdictOf(endpointOnly(), ['converter', 'endpoint'])), refused)
  t.match(sidesOnly(verdictOf(recovered(5, [1, 4], true), ['endpoint'])), refused, 'and no more than is said')

  const verifier = new Verifier()
  const [first, ...rest] = endpointOnly().batches(3)
  verifier.tapped(['endpoint'])
  verifier.add(first!)
  verifier.tapped(['converter', 'endpoint'])
  for (const batch of rest) verifier.add(batch)
  t.match(sidesOnly(verifier.finish()), refused, 'nor is it said otherwise halfway')
  t.end()
})
