import t from 'tap'
import { RULES, Verifier, type Verdict } from '../../../harness/verifier/index.js'
import {
  cleanRound,
  contentOf,
  Evidence,
  lossyRound,
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
  for (const batch of evidence.only(...points).batches(3)) verifier.add(batch)
  return verifier.finish()
}

const CONVERTER_RULES = RULES.filter(({ needs }) => needs.includes('converter')).map(({ id }) => id)
const ENDPOINT_RULES = RULES.filter(({ needs }) => needs.includes('endpoint')).map(({ id }) => id)
/** The evidence here holds no packets, only what they say. */
const OCTET_RULES = RULES.filter(({ needs }) => needs.includes('octets')).map(({ id }) => id)

const sorted = (ids: Iterable<string>): string[] => [...new Set(ids)].sort()

t.test('passes a converter of which only the endpoint saw anything, and says what that leaves open [evidence]', (t) => {
  for (const selective of [true, false]) {
    const verdict = judged(recovered(5, [1, 4], selective), 'endpoint')
    t.match(verdict, { verdict: 'pass', findings: [], exchanges: [{ received: 5, dropped: 2, rounds: 2 }] })
    t.strictSame(sorted(verdict.notJudged), sorted([...CONVERTER_RULES, ...OCTET_RULES]))
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
    rules(new Evidence().ask(request()).tell(response(2), resource(1), resource(2), roundEnd(2, 1)).complete(2)),
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
  t.strictSame(sorted(verdict.notJudged), sorted([...ENDPOINT_RULES, ...OCTET_RULES]))
  const skipped = new Evidence().ask(request()).tell(response(2), resource(2), roundEnd(2, 1)).complete(2)
  t.match(judged(skipped, 'converter'), { verdict: 'fail', findings: [{ rule: 'sequences-exact' }] })
  t.end()
})
