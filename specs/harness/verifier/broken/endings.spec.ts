import t from 'tap'
import { cleanRound, Evidence, lossyRound, report, request, resource, response, roundEnd } from '../evidence-of.js'
import { testEach } from './broken-evidence.js'

testEach(t, [
  {
    name: 'a report with another count than was announced',
    rule: 'endpoint-truthful',
    verdict: 'could-not-test',
    evidence: lossyRound(2, [1])
      .ask(report('MISMATCH', 0, 1, 3))
      .tell(resource(1, 1), resource(2, 1), roundEnd(2, 2, 1))
      .complete(2, 1),
  },
  {
    name: 'COMPLETE although a dropped RESPONSE never came again',
    rule: 'losses-recovered-or-reported',
    verdict: 'could-not-test',
    evidence: new Evidence().ask(request()).tellLost(response(1)).tell(resource(1), roundEnd(1, 1)).complete(1),
    also: ['endpoint-truthful'],
  },
  {
    name: 'COMPLETE although a dropped RESOURCE never came again',
    rule: 'losses-recovered-or-reported',
    verdict: 'could-not-test',
    evidence: new Evidence()
      .ask(request())
      .tell(response(2), resource(1))
      .tellLost(resource(2))
      .tell(roundEnd(2, 2))
      .complete(2),
    also: ['complete-means-all', 'endpoint-truthful'],
  },
  {
    name: 'COMPLETE although one never arrived',
    rule: 'complete-means-all',
    verdict: 'could-not-test',
    evidence: new Evidence()
      .ask(request())
      .tell(response(2), resource(1))
      .see('converter-out', 'sent', resource(2))
      .tell(roundEnd(2, 2))
      .complete(2),
    also: ['endpoint-truthful'],
  },
  {
    name: 'COMPLETE with a number of its own',
    rule: 'complete-means-all',
    verdict: 'could-not-test',
    evidence: cleanRound(2).ask(report('COMPLETE', 0, 1, 2)),
    also: ['endpoint-truthful'],
  },
  {
    name: 'an exchange abandoned although something was never sent',
    rule: 'abandon-explained',
    verdict: 'could-not-test',
    evidence: new Evidence()
      .ask(request())
      .tell(response(2), resource(1))
      .ask(report('ABANDON', 0, 1, 2)),
  },
  {
    name: 'an exchange abandoned before any count was told',
    rule: 'abandon-explained',
    verdict: 'could-not-test',
    evidence: new Evidence().ask(request(), report('ABANDON', 0, 0, 0)),
  },
  {
    name: 'an exchange that nobody ended',
    rule: 'exchange-ended',
    verdict: 'could-not-test',
    evidence: cleanRound(2),
  },
  {
    name: 'a REQUEST that nobody answered',
    rule: 'exchange-ended',
    verdict: 'could-not-test',
    evidence: new Evidence().ask(request(), request()),
  },
  {
    name: 'an exchange number used for a second request',
    rule: 'exchange-once',
    verdict: 'could-not-test',
    evidence: cleanRound(1).complete(1).ask(request()),
  },
])
