import t from 'tap'
import { Verifier } from '../../../../harness/verifier/index.js'
import {
  cleanRound,
  contentOf,
  Evidence,
  lossyRound,
  missing,
  recovered,
  request,
  resource,
  response,
  roundEnd,
} from '../evidence-of.js'
import { testEach } from './broken-evidence.js'

testEach(t, [
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
])

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
