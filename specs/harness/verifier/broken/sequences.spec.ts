import t from 'tap'
import { contentOf, Evidence, lossyRound, report, request, resource, response, roundEnd } from '../evidence-of.js'
import { testEach } from './broken-evidence.js'

testEach(t, [
  {
    name: 'a skipped sequence',
    rule: 'sequences-exact',
    evidence: new Evidence()
      .ask(request())
      .tell(response(3), resource(1), resource(3), roundEnd(3, 2))
      .ask(report('MISMATCH', 0, 2, 3))
      .tell(resource(1, 1), resource(2, 1), resource(3, 1), roundEnd(3, 3, 1))
      .complete(3, 1),
  },
  {
    name: 'one announced too many',
    rule: 'sequences-exact',
    evidence: new Evidence()
      .ask(request())
      .tell(response(3), resource(1), resource(2), roundEnd(3, 2))
      .ask(report('MISMATCH', 0, 2, 3))
      .tell(resource(1, 1), resource(2, 1), roundEnd(3, 2, 1))
      .ask(report('ABANDON', 1, 2, 3)),
    also: ['mismatch-answered', 'abandon-explained'],
  },
  {
    name: 'a sequence beyond the count',
    rule: 'sequences-exact',
    evidence: new Evidence().ask(request()).tell(response(1), resource(1), resource(2), roundEnd(1, 2)).complete(1),
    also: ['received-was-sent'],
  },
  {
    name: 'sequence 0',
    rule: 'sequences-exact',
    evidence: new Evidence().ask(request()).see('converter-out', 'sent', response(1)).tell(response(1), resource(0)),
    also: ['exchange-ended', 'received-was-sent'],
  },
  {
    name: 'a first round out of order',
    rule: 'sequences-exact',
    evidence: new Evidence().ask(request()).tell(response(2), resource(2), resource(1), roundEnd(2, 2)).complete(2),
  },
  {
    name: 'a later round out of order',
    rule: 'sequences-exact',
    evidence: lossyRound(2, [1, 2])
      .tell(resource(2, 1), resource(1, 1), roundEnd(2, 2, 1))
      .complete(2, 1),
  },
  {
    name: 'a sequence with two contents',
    rule: 'content-stable',
    evidence: lossyRound(2, [2])
      .tell(resource(1, 1, contentOf(9)), resource(2, 1), roundEnd(2, 2, 1))
      .complete(2, 1),
  },
])
