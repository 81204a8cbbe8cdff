import t from 'tap'
import { RULES, Verifier, type ExchangeSummary } from '../../../harness/verifier/index.js'
import { judgeBothWays } from './both-ways.js'
import {
  cleanRound,
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

interface Legal {
  readonly name: string
  readonly evidence: Evidence
  readonly summary?: Partial<ExchangeSummary>
}

const legal: readonly Legal[] = [
  {
    name: 'a clean exchange',
    evidence: cleanRound(5).complete(5),
    summary: {
      status: 'OK',
      announced: 5,
      received: 5,
      resent: 0,
      dropped: 0,
      duplicates: 0,
      rounds: 1,
      end: 'complete',
    },
  },
  {
    name: 'losses made good by sending everything again',
    evidence: recovered(5, [2, 5], false),
    summary: { announced: 5, received: 5, resent: 5, dropped: 2, duplicates: 3, rounds: 2, end: 'complete' },
  },
  {
    name: 'losses made good by name',
    evidence: recovered(5, [2, 5], true),
    summary: { announced: 5, received: 5, resent: 2, dropped: 2, duplicates: 0, rounds: 2, end: 'complete' },
  },
  {
    name: 'a count of 0, its ROUND_END repeated',
    evidence: new Evidence().ask(request()).tell(response(0), roundEnd(0, 0), roundEnd(0, 0)).complete(0),
    summary: { announced: 0, received: 0, rounds: 1, end: 'complete' },
  },
  {
    name: 'PENDING, then OK, and a RESPONSE again for a REQUEST again',
    evidence: (() => {
      const evidence = new Evidence().ask(request()).tell(response(0, 'PENDING')).ask(request())
      evidence.tell(response(0, 'PENDING'), response(1)).ask(request()).tell(response(1), resource(1), roundEnd(1, 1))
      return evidence.complete(1)
    })(),
  },
  {
    name: 'a refusal',
    evidence: new Evidence().ask(request()).tell(response(0, 'UNKNOWN_DEVICE'), response(0, 'UNKNOWN_DEVICE')),
    summary: { status: 'UNKNOWN_DEVICE', announced: 0, rounds: 0, end: 'refused' },
  },
  {
    name: 'a dropped RESPONSE, told again when asked again',
    evidence: new Evidence()
      .ask(request())
      .tellLost(response(1))
      .tell(resource(1), roundEnd(1, 1))
      .wait(1000)
      .ask(request())
      .tell(response(1))
      .complete(1),
    summary: { dropped: 1, end: 'complete' },
  },
  {
    name: 'five requests whose RESPONSE is always dropped, the count known from elsewhere',
    evidence: (() => {
      const evidence = new Evidence().ask(request()).tellLost(response(1)).tell(resource(1), roundEnd(1, 1))
      for (let i = 0; i < 4; i++) evidence.wait(1000).ask(request()).tellLost(response(1))
      return evidence.complete(1)
    })(),
  },
  {
    name: 'a dropped ROUND_END, and dropped reports',
    evidence: new Evidence()
      .ask(request())
      .tell(response(1), resource(1))
      .tellLost(roundEnd(1, 1))
      .wait(500)
      .askLost(report('COMPLETE', 0, 1, 1))
      .ask(report('COMPLETE', 0, 1, 1)),
    summary: { dropped: 2 },
  },
  {
    name: 'packets that the impairment doubled',
    evidence: cleanRound(2)
      .see('link', 'duplicated', resource(2))
      .see('endpoint-in', 'received', resource(2))
      .complete(2),
    summary: { received: 2, duplicates: 1 },
  },
  {
    name: 'packets that overtook each other, and one of the first round that came in the second',
    evidence: (() => {
      const evidence = new Evidence().ask(request(true)).tell(response(3))
      for (const sequence of [1, 2, 3]) evidence.see('converter-out', 'sent', resource(sequence))
      evidence.see('converter-out', 'sent', roundEnd(3, 3)).see('endpoint-in', 'received', resource(3))
      evidence.see('endpoint-in', 'received', roundEnd(3, 3)).see('endpoint-in', 'received', resource(1))
      evidence.ask(report('MISMATCH', 0, 2, 3, 1), missing('2')).see('converter-out', 'sent', resource(2, 1))
      evidence.see('endpoint-in', 'received', resource(2)).see('endpoint-in', 'received', resource(2, 1))
      return evidence.tell(roundEnd(3, 1, 1)).complete(3, 1)
    })(),
    summary: { received: 3, duplicates: 1, resent: 1 },
  },
  {
    name: 'packets that the kernel lost, which nobody saw being dropped',
    evidence: (() => {
      const evidence = new Evidence().ask(request()).tell(response(2), resource(1))
      evidence
        .see('converter-out', 'sent', resource(2))
        .tell(roundEnd(2, 2))
        .ask(report('MISMATCH', 0, 1, 2))
      return evidence.tell(resource(1, 1), resource(2, 1), roundEnd(2, 2, 1)).complete(2, 1)
    })(),
  },
  {
    name: 'a report repeated, and a late one for an earlier round',
    evidence: (() => {
      const evidence = lossyRound(2, [1])
        .wait(500)
        .ask(report('MISMATCH', 0, 1, 2))
      evidence.tell(resource(1, 1)).ask(report('MISMATCH', 0, 1, 2))
      return evidence.tell(resource(2, 1), roundEnd(2, 2, 1)).complete(2, 1)
    })(),
  },
  {
    name: 'a first round cut short by a MISMATCH',
    evidence: (() => {
      const evidence = new Evidence().ask(request()).tell(response(3), resource(1)).wait(500)
      evidence.ask(report('MISMATCH', 0, 1, 3))
      return evidence.tell(resource(1, 1), resource(2, 1), resource(3, 1), roundEnd(3, 3, 1)).complete(3, 1)
    })(),
  },
  {
    name: 'everything sent again, because no MISSING packet came through',
    evidence: (() => {
      const evidence = lossyRound(2, [1], true).askLost(missing('1')).wait(200)
      return evidence.tell(resource(1, 1), resource(2, 1), roundEnd(2, 2, 1)).complete(2, 1)
    })(),
  },
  {
    name: 'half of what is missing, because half of the MISSING packets came through',
    evidence: (() => {
      const evidence = new Evidence().ask(request(true)).tell(response(3)).tellLost(resource(1)).tell(resource(2))
      evidence
        .tellLost(resource(3))
        .tell(roundEnd(3, 3))
        .ask(report('MISMATCH', 0, 1, 3, 2), missing('1', 0, 0))
      evidence
        .askLost(missing('3', 0, 1))
        .wait(200)
        .tell(resource(1, 1), roundEnd(3, 1, 1))
      evidence.ask(report('MISMATCH', 1, 2, 3, 1), missing('3', 1)).tell(resource(3, 2), roundEnd(3, 1, 2))
      return evidence.complete(3, 2)
    })(),
    summary: { rounds: 3, resent: 2 },
  },
  {
    name: 'a MISSING packet too late for its round, whether it was heeded or not',
    evidence: (() => {
      const evidence = lossyRound(3, [1, 3], true)
        .ask(missing('1', 0, 0))
        .wait(250)
        .ask(missing('3', 0, 1))
      evidence.tell(resource(1, 1), roundEnd(3, 1, 1)).ask(report('MISMATCH', 1, 2, 3, 1), missing('3', 1))
      return evidence.tell(resource(3, 2), roundEnd(3, 1, 2)).complete(3, 2)
    })(),
  },
  {
    name: 'a MISSING packet repeated with less in it, after a late packet',
    evidence: lossyRound(3, [3], true)
      .ask(missing('2-3'), missing('3'))
      .tell(resource(3, 1), roundEnd(3, 1, 1))
      .complete(3, 1),
  },
  {
    name: 'an exchange abandoned although everything was sent',
    evidence: lossyRound(2, [2]).ask(report('ABANDON', 0, 1, 2)),
    summary: { received: 1, dropped: 1, end: 'abandoned' },
  },
  {
    name: 'late packets that complete an exchange after its MISMATCH',
    evidence: lossyRound(2, [2]).see('endpoint-in', 'received', resource(2)).complete(2),
  },
  {
    name: 'a delayed REQUEST after the end, answered once more',
    evidence: cleanRound(1)
      .complete(1)
      .see('converter-in', 'received', request())
      .tell(response(1), resource(1), roundEnd(1, 1)),
    summary: { end: 'complete', received: 1 },
  },
]

/** The evidence here holds no packets, only what they say. */
const OCTET_RULES = RULES.filter(({ needs }) => needs.includes('octets')).map(({ id }) => id)

for (const { name, evidence, summary } of legal) {
  t.test(`passes ${name} [protocol 3]`, (t) => {
    for (const size of [256, 1]) {
      const batches = evidence.batches(size)
      const verdict = judgeBothWays(batches, { f1: { batches: batches.length, records: evidence.records.length } })
      t.strictSame(verdict.findings, [])
      t.equal(verdict.verdict, 'pass')
      t.strictSame(
        verdict.notJudged.map(({ rule }) => rule),
        OCTET_RULES.filter(() => evidence.records.some(isSaidResource)),
      )
      if (summary) t.match(verdict.exchanges[0], { flow: 'f1', exchange: 77, ...summary })
    }
    t.end()
  })
}

function isSaidResource({ at, message }: { at: string; message: string | null }): boolean {
  return at === 'converter-out' && message === 'RESOURCE'
}

t.test('judges each flow alone, also where an exchange number comes back [evidence]', (t) => {
  const verifier = new Verifier()
  for (const batch of cleanRound(3).complete(3).batches(4, 'case-1')) verifier.add(batch)
  for (const batch of recovered(2, [1], true).batches(4, 'case-2')) verifier.add(batch)
  t.equal(verifier.flow('case-1').verdict, 'pass')
  t.equal(verifier.flow('case-2').exchanges[0]?.resent, 1)
  t.match(verifier.finish(), { verdict: 'pass', exchanges: { length: 2 }, evidence: { totals: 'unknown' } })
  t.end()
})

t.test('counts a batch that a broker delivered twice once [evidence]', (t) => {
  const verifier = new Verifier()
  const batches = cleanRound(9).complete(9).batches(4)
  for (const batch of batches) {
    verifier.add(batch)
    verifier.add(batch)
  }
  t.equal(verifier.finish().verdict, 'pass')
  t.equal(verifier.totals('f1').batches, batches.length)
  t.end()
})
