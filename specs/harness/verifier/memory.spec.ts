import t from 'tap'
import { batchOf, type PacketBatch } from '../../../harness/evidence/batch.js'
import { heldOctets } from '../../held-octets.js'
import { Verifier } from '../../../harness/verifier/index.js'
import { recovered } from './evidence-of.js'

const PACKETS = 1_000_000
const RESOURCES = 10_000

/** Exchanges one after the other, each with losses made good; made as they are read, so that only the verifier holds anything. */
function* evidence(): Generator<PacketBatch> {
  const { records } = recovered(RESOURCES, [5, 7], true)
  let batch = 0
  let first = 0
  let beganAt = 0
  for (let exchange = 1; first < PACKETS; exchange++) {
    for (let at = 0; at < records.length; at += 256) {
      const piece = records.slice(at, at + 256).map((record) => ({ ...record, exchange, t: beganAt + record.t }))
      yield batchOf({ run: 'r1', flow: 'f1', batch: batch++, first }, piece)
      first += piece.length
    }
    // Longer than late packets are waited for.
    beganAt += (records.at(-1)?.t ?? 0) + 10_000_000
  }
}

t.test('holds what open exchanges need, and not what passed: a million packets leave little behind', (t) => {
  const verifier = new Verifier()
  const before = heldOctets()
  let most = 0
  let batches = 0
  for (const batch of evidence()) {
    verifier.add(batch)
    if (++batches % 500 === 0) most = Math.max(most, heldOctets() - before)
  }
  const { verdict, exchanges, evidence: judged } = verifier.finish()
  t.equal(verdict, 'pass')
  t.ok(judged.records >= PACKETS)
  t.ok(exchanges.every(({ received, end }) => received === RESOURCES && end === 'complete'))
  t.comment(`${judged.records} packets of ${exchanges.length} exchanges: ${(most / 1e6).toFixed(1)} MB at most`)
  // Two exchanges are held at a time, 9 octets a sequence; the rest is the collector's own. A record kept would come to 300 MB.
  t.ok(most < 16_000_000, `${most} octets`)
  t.end()
})
