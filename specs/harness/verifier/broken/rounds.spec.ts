import t from 'tap'
import {
  cleanRound,
  Evidence,
  lossyRound,
  missing,
  report,
  request,
  resource,
  response,
  roundEnd,
} from '../evidence-of.js'
import { testEach } from './broken-evidence.js'

testEach(t, [
  {
    name: 'a round left out',
    rule: 'rounds-consecutive',
    evidence: lossyRound(1, [1])
      .ask(report('MISMATCH', 1, 0, 1))
      .tell(resource(1, 2), roundEnd(1, 1, 2))
      .complete(1, 2),
  },
  {
    name: 'a first round that is not round 0',
    rule: 'rounds-consecutive',
    evidence: new Evidence()
      .ask(request())
      .tell(response(0), roundEnd(0, 0, 1))
      .complete(0, 1),
    also: ['nothing-unasked'],
  },
  {
    name: 'a round that comes back',
    rule: 'rounds-consecutive',
    evidence: lossyRound(1, [1])
      .tell(resource(1, 1), roundEnd(1, 1, 0), roundEnd(1, 1, 1))
      .complete(1, 1),
  },
  {
    name: 'an answer without a REQUEST',
    rule: 'nothing-unasked',
    evidence: new Evidence().tell(response(0), roundEnd(0, 0)).complete(0),
  },
  {
    name: 'a second round without a MISMATCH',
    rule: 'nothing-unasked',
    evidence: cleanRound(1)
      .tell(resource(1, 1), roundEnd(1, 1, 1))
      .complete(1, 1),
  },
  {
    name: 'a second round whose MISMATCH the impairment dropped',
    rule: 'nothing-unasked',
    evidence: new Evidence()
      .ask(request())
      .tell(response(1))
      .tellLost(resource(1))
      .tell(roundEnd(1, 1))
      .askLost(report('MISMATCH', 0, 0, 1))
      .tell(resource(1, 1), roundEnd(1, 1, 1))
      .complete(1, 1),
  },
  {
    name: 'everything again although MISSING named some',
    rule: 'nothing-unasked',
    evidence: lossyRound(3, [2], true)
      .ask(missing('2'))
      .tell(resource(1, 1), resource(2, 1), resource(3, 1), roundEnd(3, 3, 1))
      .complete(3, 1),
  },
  {
    name: 'one more than MISSING named, in the middle of the round',
    rule: 'nothing-unasked',
    evidence: lossyRound(4, [1, 4], true)
      .ask(missing('1,4'))
      .tell(resource(1, 1), resource(3, 1), resource(4, 1), roundEnd(4, 3, 1))
      .complete(4, 1),
  },
  {
    name: 'a sequence twice in the first round',
    rule: 'nothing-unasked',
    evidence: new Evidence()
      .ask(request())
      .tell(response(2), resource(1), resource(2), resource(2), roundEnd(2, 3))
      .complete(2),
  },
  {
    name: 'everything sent twice, because REQUEST came twice',
    rule: 'nothing-unasked',
    evidence: new Evidence()
      .ask(request(), request())
      .tell(response(2), response(2), resource(1), resource(2), resource(1), resource(2), roundEnd(2, 4))
      .complete(2),
  },
  {
    name: 'a RESOURCE after the end',
    rule: 'nothing-unasked',
    evidence: lossyRound(1, [1])
      .tell(resource(1, 1), roundEnd(1, 1, 1))
      .complete(1, 1)
      .tell(resource(1, 2)),
    also: ['nothing-unasked'],
  },
  {
    name: 'a ROUND_END that tells a wrong number',
    rule: 'round-end-truthful',
    evidence: new Evidence().ask(request()).tell(response(2), resource(1), resource(2), roundEnd(2, 1)).complete(2),
  },
  {
    name: 'a RESOURCE after its ROUND_END',
    rule: 'round-end-truthful',
    evidence: lossyRound(2, [1, 2], true)
      .ask(missing('1-2'))
      .tell(resource(1, 1), resource(2, 1))
      .tell(roundEnd(2, 2, 1))
      .tell(resource(2, 1))
      .complete(2, 1),
    also: ['nothing-unasked'],
  },
  {
    name: 'a round that lacks one of all',
    rule: 'mismatch-answered',
    evidence: lossyRound(3, [2])
      .tell(resource(2, 1), resource(3, 1), roundEnd(3, 2, 1))
      .complete(3, 1),
  },
  {
    name: 'a round that lacks one that MISSING named',
    rule: 'mismatch-answered',
    evidence: lossyRound(3, [2, 3], true)
      .ask(missing('2-3'))
      .tell(resource(2, 1), roundEnd(3, 1, 1))
      .ask(report('MISMATCH', 1, 2, 3, 1), missing('3', 1))
      .tell(resource(3, 2), roundEnd(3, 1, 2))
      .complete(3, 2),
  },
  {
    name: 'an empty answer to a MISMATCH',
    rule: 'mismatch-answered',
    evidence: lossyRound(1, [1])
      .tell(roundEnd(1, 0, 1))
      .ask(report('MISMATCH', 1, 0, 1))
      .tell(resource(1, 2), roundEnd(1, 1, 2))
      .complete(1, 2),
  },
  {
    name: 'silence after a MISMATCH, until the endpoint gives up',
    rule: 'mismatch-answered',
    evidence: lossyRound(2, [1])
      .wait(500)
      .ask(report('MISMATCH', 0, 1, 2))
      .wait(500)
      .ask(report('MISMATCH', 0, 1, 2))
      .wait(500)
      .ask(report('ABANDON', 0, 1, 2)),
  },
])
