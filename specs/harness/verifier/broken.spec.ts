import t from 'tap'
import { Verifier, type Verdict } from '../../../harness/verifier/index.js'
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

/** One way of breaking the protocol, and the rule that has to see it first. */
interface Mutant {
  readonly name: string
  readonly rule: string
  readonly evidence: Evidence
  readonly verdict?: Verdict['verdict']
  /** Other rules that see it too. */
  readonly also?: readonly string[]
}

/** A RESOURCE with its octets, which say another count than the one that is given. */
function resourceWithCount(sequence: number, count: number) {
  const packet = Buffer.alloc(86)
  packet[0] = 0x01
  packet.writeUInt32BE(count, 38)
  // Ends a moment after it starts, on channel 1.
  packet.writeUInt8(1, 57)
  packet.writeUInt16BE(1, 58)
  return { ...resource(sequence), bytes: packet.toString('base64') }
}

const mutants: readonly Mutant[] = [
  {
    name: 'a second RESPONSE with another count',
    rule: 'response-count-agrees',
    evidence: new Evidence()
      .ask(request(), request())
      .tell(response(1), response(2), resource(1), roundEnd(1, 1))
      .complete(1),
  },
  {
    name: 'a RESPONSE that turns from OK to a refusal',
    rule: 'response-count-agrees',
    evidence: cleanRound(0).ask(request()).tell(response(0, 'BUSY')).complete(0),
  },
  {
    name: 'a ROUND_END with another count than the RESPONSE',
    rule: 'count-in-every-packet',
    evidence: new Evidence().ask(request()).tell(response(1), resource(1), roundEnd(2, 1)).complete(1),
  },
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
    name: 'a RESOURCE with another count than the RESPONSE',
    rule: 'count-in-every-resource',
    evidence: new Evidence()
      .ask(request())
      .tell(response(2), resourceWithCount(1, 2), resourceWithCount(2, 3), roundEnd(2, 2))
      .complete(2),
  },
  {
    name: 'resources before the RESPONSE',
    rule: 'response-before-resources',
    evidence: new Evidence().ask(request()).tell(resource(1), response(1), roundEnd(1, 1)).complete(1),
  },
  {
    name: 'a refusal with a count',
    rule: 'refusal-final',
    evidence: new Evidence().ask(request()).tell(response(3, 'DEVICE_FAULT')),
  },
  {
    name: 'a round after a refusal',
    rule: 'refusal-final',
    evidence: new Evidence().ask(request()).tell(response(0, 'DEVICE_FAULT'), roundEnd(0, 0)),
  },
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
  {
    name: 'time that runs backwards',
    rule: 'time-forward',
    verdict: 'could-not-test',
    evidence: cleanRound(2).wait(-30).complete(2),
    also: ['time-forward'],
  },
  {
    name: 'a RESPONSE without its count',
    rule: 'fields-readable',
    verdict: 'could-not-test',
    evidence: new Evidence()
      .ask(request())
      .tell({ message: 'RESPONSE', fields: { status: 'OK' } }, response(1), resource(1), roundEnd(1, 1))
      .complete(1),
    also: ['fields-readable'],
  },
  {
    name: 'MISSING names that are no ranges',
    rule: 'fields-readable',
    verdict: 'could-not-test',
    evidence: lossyRound(2, [1], true)
      .ask(missing('2,1'), missing('1'))
      .tell(resource(1, 1), roundEnd(2, 1, 1))
      .complete(2, 1),
    also: ['fields-readable'],
  },
  {
    name: 'a packet that arrived without having been sent',
    rule: 'received-was-sent',
    verdict: 'could-not-test',
    evidence: cleanRound(2).see('endpoint-in', 'received', resource(1, 1)).complete(2),
  },
  {
    name: 'more rounds than can be followed',
    rule: 'within-bounds',
    verdict: 'could-not-test',
    evidence: cleanRound(1)
      .see('endpoint-in', 'received', roundEnd(1, 1, 60_000))
      .complete(1),
    also: ['received-was-sent'],
  },
]

for (const { name, rule, evidence, verdict = 'fail', also = [] } of mutants) {
  t.test(`'${rule}' sees ${name}`, (t) => {
    const verifier = new Verifier()
    for (const batch of evidence.batches(5)) verifier.add(batch)
    const result = verifier.finish()
    t.equal(result.verdict, verdict)
    const broken = new Set(result.findings.map((finding) => finding.rule))
    t.ok(broken.delete(rule), `broken: ${[...broken].join(', ')}`)
    t.strictSame(
      [...broken].filter((id) => !also.includes(id)),
      [],
      'and no other rule',
    )
    const finding = result.findings.find((each) => each.rule === rule)
    for (const { batch, index, t: moment } of finding?.records ?? []) {
      t.equal(evidence.records[batch * 5 + index]?.t, moment, 'its records are found where it says')
    }
    t.end()
  })
}

t.test("'evidence-dense' sees every batch that is missing, also behind a finding by absence [evidence]", (t) => {
  const batches = recovered(6, [2], true).batches(4)
  const totals = { batches: batches.length, records: recovered(6, [2], true).records.length }
  batches.forEach((_, left) => {
    const verifier = new Verifier()
    for (const batch of batches.filter((__, i) => i !== left)) verifier.add(batch)
    const result = verifier.flow('f1', totals)
    t.equal(result.verdict, 'could-not-test', `without batch ${left}`)
    t.ok(result.findings.some(({ rule }) => rule === 'evidence-dense'))
  })
  t.end()
})

t.test("'evidence-dense' sees a batch of another run, a batch that was changed, and a flow that is missing", (t) => {
  const batches = cleanRound(3).complete(3).batches()
  const foreign = new Verifier()
  foreign.add(batches[0]!)
  foreign.add({ ...batches[0]!, run: 'r2', flow: 'f2' })
  t.match(foreign.flow('f2'), { verdict: 'could-not-test', findings: [{ rule: 'evidence-dense' }] })

  const changed = new Verifier()
  changed.add(batches[0]!)
  changed.add(new Evidence().ask(request()).batches()[0]!)
  t.match(changed.flow('f1'), { verdict: 'could-not-test', findings: [{ rule: 'evidence-dense' }] })

  const retold = new Verifier()
  retold.add(batches[0]!)
  const { columns } = batches[0]!
  const content = columns.content.map((each) => each && contentOf(99))
  retold.add({ ...batches[0]!, columns: { ...columns, content } })
  t.match(
    retold.flow('f1'),
    { verdict: 'could-not-test', findings: [{ rule: 'evidence-dense' }] },
    'in its content alone',
  )

  const absent = new Verifier()
  absent.add(batches[0]!)
  const totals = { batches: 1, records: batches[0]!.columns.t.length }
  const result = absent.finish({ f1: totals, f2: { batches: 2, records: 9 } })
  t.match(result, { verdict: 'could-not-test', findings: [{ rule: 'evidence-dense', flow: 'f2' }] })
  t.equal(absent.finish({ f1: totals }).verdict, 'pass')
  t.equal(absent.finish({}).verdict, 'could-not-test', 'a flow that the run does not know')
  t.end()
})

t.test('a late packet, recorded after the run counted its evidence, is no gap [evidence]', (t) => {
  const evidence = cleanRound(1).complete(1)
  const verifier = new Verifier()
  for (const batch of evidence.batches(4)) verifier.add(batch)
  t.equal(verifier.flow('f1', { batches: 2, records: evidence.records.length - 1 }).verdict, 'pass')
  t.end()
})

t.test("'traffic-seen' sees a run without traffic, which is never a pass [evidence]", (t) => {
  t.equal(new Verifier().finish().verdict, 'could-not-test')
  t.equal(new Verifier().finish({ f1: { batches: 0, records: 0 } }).verdict, 'could-not-test')
  const unreadable = new Evidence().see('converter-in', 'rejected', request())
  unreadable.records.splice(0, 1, { ...unreadable.records[0]!, message: null, exchange: null, fields: null })
  const verifier = new Verifier()
  for (const batch of unreadable.batches()) verifier.add(batch)
  t.match(verifier.finish(), { verdict: 'could-not-test', findings: [{ rule: 'traffic-seen' }] })
  t.end()
})

t.test('a contradiction that was seen stands, although evidence is missing elsewhere [evidence]', (t) => {
  const evidence = new Evidence().ask(request()).tell(response(1), resource(1), roundEnd(2, 1)).complete(1)
  const verifier = new Verifier()
  for (const batch of evidence.batches(8).filter(({ batch }) => batch !== 2)) verifier.add(batch)
  const result = verifier.flow('f1', { batches: 99, records: 999 })
  t.equal(result.verdict, 'fail')
  t.end()
})
