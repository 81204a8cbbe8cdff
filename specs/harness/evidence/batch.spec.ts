import * as fc from 'fast-check'
import t from 'tap'
import {
  batchOf,
  decodeBatch,
  encodeBatch,
  EvidenceError,
  MAX_BATCH_OCTETS,
  recordsOf,
  type PacketRecord,
} from '../../../harness/evidence/index.js'
import { resourceRecord } from './records.js'

/** Word for word from the architecture page. */
const EXAMPLE =
  '{"v":1,"run":"r1","flow":"f1","batch":0,"first":0,"columns":{"t":[12],"at":["converter-out"],"fate":["sent"],"message":["RESOURCE"],' +
  '"exchange":[77],"sequence":[1],"round":[0],"octets":[86],"content":["9f3c01aa"],"fields":[null]},"bytes":["AQAA"]}'

t.test('writes and reads the example of the format, octet for octet [evidence]', (t) => {
  const record: PacketRecord = resourceRecord(1, { t: 12, bytes: 'AQAA' })
  const batch = batchOf({ run: 'r1', flow: 'f1', batch: 0, first: 0 }, [record])
  t.equal(encodeBatch(batch), EXAMPLE)
  t.strictSame(recordsOf(decodeBatch(EXAMPLE, 'spec')), [record])
  t.strictSame(recordsOf(decodeBatch(Buffer.from(EXAMPLE), 'spec')), [record])
  t.end()
})

t.test('leaves bytes out where none are recorded, and null where a message has no such field [evidence]', (t) => {
  const report = resourceRecord(1, { message: 'REQUEST', sequence: null, round: null, content: null })
  const fields = { device: '00001-00020-00300-00007', selective: true, fromMs: '1700000000000' }
  const records = [resourceRecord(1), { ...report, fields }]
  const batch = decodeBatch(encodeBatch(batchOf({ run: 'r', flow: 'f', batch: 3, first: 9 }, records)), 'spec')
  t.notOk('bytes' in batch)
  t.strictSame(recordsOf(batch), records)
  t.end()
})

t.test('writes what JSON.stringify writes, whatever texts stand in it [evidence]', (t) => {
  const record = resourceRecord(1)
  const unreadable = { message: null, exchange: null, sequence: null, round: null, content: null }
  const fields = { name: 'a "quoted" \\ text\n\u2028 é ＡＢ \ud800', count: 1.5, isIt: true }
  for (const records of [
    [record],
    [record, { ...record, ...unreadable }],
    [{ ...record, message: 'REQUEST' as const, content: null, fields }],
    [
      { ...record, bytes: '' },
      { ...record, bytes: 'AQ+/' },
    ],
  ]) {
    const batch = batchOf({ run: 'r"\\é', flow: '\ud83d', batch: 3, first: 9 }, records)
    t.equal(encodeBatch(batch), JSON.stringify(batch))
  }
  t.end()
})

t.test('refuses whatever is not such a batch, and says what and where [evidence]', (t) => {
  const swapped = (part: string, by: string): string => {
    t.ok(EXAMPLE.includes(part), part)
    return EXAMPLE.replace(part, by)
  }
  const nested = '['.repeat(100_000) + ']'.repeat(100_000)
  const hostile: readonly [name: string, text: string | Uint8Array, message: RegExp][] = [
    ['no JSON', '{"v":1,', /^spec: expected a JSON object in UTF-8/],
    ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22), /expected a JSON object in UTF-8/],
    ['another version', swapped('"v":1', '"v":2'), /'v'/],
    ['an unknown key', swapped('"v":1', '"v":1,"password":"x"'), /password/],
    ['an unknown column', swapped('"t":[12]', '"t":[12],"extra":[1]'), /extra/],
    ['a missing column', swapped('"fate":["sent"],', ''), /'columns\.fate'/],
    ['a string as t', swapped('[12]', '["12"]'), /'columns\.t\.0'/],
    ['a negative t', swapped('[12]', '[-1]'), /'columns\.t\.0'/],
    ['a t beyond what numbers hold', swapped('[12]', '[1e300]'), /'columns\.t\.0'/],
    ['an unknown point', swapped('converter-out', 'moon'), /'columns\.at\.0'/],
    ['columns of two lengths', swapped('["sent"]', '["sent","sent"]'), /'fate': expected 1 entries as in 't', got 2/],
    ['bytes of another length', swapped('["AQAA"]', '["AQAA","AQAA"]'), /'bytes': expected 1 entries/],
    ['bytes that are not base64', swapped('AQAA', '%'), /'bytes\.0'/],
    ['a column that is no array', swapped('[12]', '12'), /'columns\.t': expected an array/],
    ['no record', swapped('[12]', '[]'), /'columns\.t'/],
    ['too many records', swapped('[12]', JSON.stringify(Array.from({ length: 4097 }, () => 1))), /'columns\.t'/],
    ['a RESOURCE without sequence', swapped('"sequence":[1]', '"sequence":[null]'), /'columns\.sequence\.0'/],
    ['a message without exchange', swapped('[77]', '[null]'), /'columns\.exchange\.0'/],
    ['a content that is no CRC', swapped('9f3c01aa', '9F3C01AA'), /'columns\.content\.0'/],
    [
      'fields within fields',
      swapped('"fields":[null]', '"fields":[{"a":{"b":1}}]'),
      /'columns\.fields\.0': expected fields by name or null, got \{ a: \{ b: 1 \} \}$/,
    ],
    [
      'a number beyond all numbers',
      swapped('[77]', '[1e999]'),
      /'columns\.exchange\.0': expected 0–4294967295 or null, got Infinity$/,
    ],
    [
      'a key that is long, and that a terminal obeys',
      swapped('"v":1', `"v":1,"\\u001b${'x'.repeat(500)}":1`),
      /^[ -~]{1,250}$/,
    ],
    [
      'a text that a terminal obeys',
      '\u001b[2Jnonsense',
      /^spec: expected a JSON object in UTF-8, got 12 octets beginning with '\\x1B\[2Jnonsense' \([ -~]+\)$/,
    ],
    [
      'arrays that nobody closes, 200 kB of them',
      '['.repeat(200_000),
      /got 200000 octets beginning with '\[{16}' \(Unexpected end of JSON input\)$/,
    ],
    ['arrays in arrays in place of an object', nested, /^spec: the object: .*expected object, received array$/],
    [
      'arrays in arrays in place of a name',
      swapped('"r1"', nested),
      /^spec: 'run': .*expected string, received array$/,
    ],
    [
      'arrays in arrays in place of a number',
      swapped('[77]', `[${nested}]`),
      /'columns\.exchange\.0': .*, got \[ \[ [^"]{1,60}$/,
    ],
    [
      'arrays in arrays in place of bytes',
      swapped('"AQAA"', nested),
      /'bytes\.0': expected base64, got \[ \[ [^"]{1,60}$/,
    ],
    [
      'arrays in arrays in place of a field',
      swapped('"fields":[null]', `"fields":[{"a":${nested}}]`),
      /'columns\.fields\.0': .*, got \{ a: \[ [^"]{1,60}$/,
    ],
  ]
  for (const [name, text, message] of hostile) {
    t.throws(() => decodeBatch(text, 'spec'), { code: 'ERR_VIEWNET_EVIDENCE_FORMAT', where: 'spec', message }, name)
  }
  t.throws(() => decodeBatch(' '.repeat(MAX_BATCH_OCTETS + 1), 'spec'), { code: 'ERR_VIEWNET_EVIDENCE_SIZE' })
  t.end()
})

t.test('nothing but EvidenceError escapes, whatever the input', (t) => {
  const seed = Date.now() & 0x7fffffff
  t.comment(`seed ${seed}`)
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string(), fc.uint8Array()), (text) => {
      try {
        decodeBatch(text, 'spec')
      } catch (error) {
        if (!(error instanceof EvidenceError)) throw error
      }
    }),
    { seed, numRuns: 500 },
  )
  t.end()
})
