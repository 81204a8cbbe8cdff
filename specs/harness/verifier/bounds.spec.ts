import * as fc from 'fast-check'
import t from 'tap'
import { decodeBatch } from '../../../harness/evidence/decode-batch.js'
import { encodeBatch } from '../../../harness/evidence/batch.js'
import { Fate, MessageName, ObservationPoint } from '../../../harness/evidence/record.js'
import { Verifier } from '../../../harness/verifier/index.js'
import { cleanRound, Evidence, request, resource, response, type Saying } from './evidence-of.js'

t.test('keeps the first hundred findings and counts the rest', (t) => {
  const evidence = new Evidence().ask(request()).tell(response(1))
  for (let i = 0; i < 300; i++) evidence.see('converter-out', 'sent', resource(9))
  const verifier = new Verifier()
  for (const batch of evidence.batches()) verifier.add(batch)
  const verdict = verifier.finish()
  t.equal(verdict.findings.length, 100)
  t.equal(verdict.findingCount, 301, 'and one for the missing end')
  t.end()
})

t.test('follows no sequence that would take more memory than there is for all, and says so', (t) => {
  const evidence = new Evidence().ask(request()).tell(response(0xffffffff)).tell(resource(0xffffffff))
  const verifier = new Verifier()
  for (const batch of evidence.batches()) verifier.add(batch)
  t.match(verifier.finish(), { verdict: 'could-not-test' })
  t.ok(verifier.finish().findings.some(({ rule }) => rule === 'within-bounds'))
  t.end()
})

t.test('forgets the sequences of an exchange that ended, and still knows its figures', (t) => {
  const verifier = new Verifier()
  const clean = new Evidence()
  for (let exchange = 1; exchange <= 40; exchange++) {
    const one = cleanRound(300)
    clean.exchange = exchange
    for (const record of one.complete(300).records) clean.records.push({ ...record, exchange, t: record.t + clean.t })
    clean.t += one.t + 6_000_000
  }
  for (const batch of clean.batches()) verifier.add(batch)
  const verdict = verifier.finish()
  t.equal(verdict.verdict, 'pass')
  t.ok(verdict.exchanges.every(({ received, end }) => received === 300 && end === 'complete'))
  t.end()
})

t.test('judges any evidence of the right shape without throwing, and the same in any cut', (t) => {
  const saying: fc.Arbitrary<Saying> = fc.record({
    message: fc.constantFrom(...MessageName),
    sequence: fc.integer({ min: 0, max: 5 }),
    round: fc.integer({ min: 0, max: 3 }),
    content: fc.constantFrom('00000001', '00000002'),
    fields: fc.oneof(
      fc.constant(null),
      fc.record(
        {
          status: fc.constantFrom('OK', 'PENDING', 'BUSY'),
          verdict: fc.constantFrom('COMPLETE', 'MISMATCH', 'ABANDON', '7'),
          count: fc.integer({ min: 0, max: 4 }),
          received: fc.integer({ min: 0, max: 4 }),
          sent: fc.integer({ min: 0, max: 4 }),
          missingPackets: fc.integer({ min: 0, max: 2 }),
          index: fc.integer({ min: 0, max: 2 }),
          missing: fc.constantFrom('', '1', '1-3', '2,4', '4294967295'),
          selective: fc.boolean(),
        },
        { requiredKeys: ['status', 'count', 'missing'] },
      ),
    ),
  })
  const sightings = fc.array(fc.tuple(fc.constantFrom(...ObservationPoint), fc.constantFrom(...Fate), saying), {
    minLength: 1,
    maxLength: 60,
  })
  const seed = Date.now() & 0x7fffffff
  t.comment(`seed ${seed}`)
  fc.assert(
    fc.property(sightings, (seen) => {
      const evidence = new Evidence()
      // Both sides are known from the first record on, so that the cut makes no difference.
      evidence.see('endpoint-out', 'sent', request()).see('converter-in', 'received', request())
      for (const [at, fate, what] of seen) evidence.see(at, fate, what)
      const verdicts = [256, evidence.records.length].map((size) => {
        const verifier = new Verifier()
        for (const batch of evidence.batches(size)) verifier.add(decodeBatch(encodeBatch(batch), 'spec'))
        const { verdict, findingCount, exchanges } = verifier.finish()
        return JSON.stringify({ verdict, findingCount, exchanges })
      })
      return verdicts[0] === verdicts[1]
    }),
    { seed, numRuns: 500 },
  )
  t.end()
})
