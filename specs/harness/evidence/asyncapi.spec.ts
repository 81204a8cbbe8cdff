import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv, type ValidateFunction } from 'ajv'
import * as fc from 'fast-check'
import t from 'tap'
import { inCheckout } from '../../checkout.js'
import {
  asyncApiDocument,
  batchOf,
  decodeBatch,
  decodeCaseOutcome,
  decodeRunState,
  decodeStatus,
  decodeVerdict,
  EvidenceError,
  evidenceSchemas,
  Fate,
  MessageName,
  ObservationPoint,
} from '../../../harness/evidence/index.js'
import { CASE_OUTCOME } from './mqtt-run.js'
import { resourceRecord } from './records.js'

const readJson = (path: string): Record<string, unknown> => JSON.parse(readFileSync(inCheckout(path), 'utf8'))

/** Formats such as 'uri' are left to people. */
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true })

function validator(name: string): ValidateFunction {
  const schema = evidenceSchemas()[name]
  if (!schema) throw new Error(`no schema of ${name}`)
  return ajv.compile(schema)
}

t.test('docs/asyncapi.json is what the schemas say, and what the package exports [npm run asyncapi]', (t) => {
  const { version } = readJson('package.json')
  t.strictSame(readJson('docs/asyncapi.json'), JSON.parse(JSON.stringify(asyncApiDocument(String(version)))))
  t.strictSame(createRequire(import.meta.url)('viewnet/asyncapi.json'), readJson('docs/asyncapi.json'))
  t.end()
})

t.test('it is a valid AsyncAPI 3.0.0 document, by the schema of the AsyncAPI Initiative', (t) => {
  // With its identifiers the schema refers to addresses on the network; this form refers to itself alone.
  const specs = createRequire(import.meta.url)('@asyncapi/specs') as { schemasWithoutId: Record<string, object> }
  const isValid = new Ajv({ strict: false, validateFormats: false }).compile(specs.schemasWithoutId['3.0.0'] ?? {})
  t.ok(isValid(readJson('docs/asyncapi.json')), JSON.stringify(isValid.errors?.slice(0, 3)))
  t.notOk(isValid({ ...readJson('docs/asyncapi.json'), channels: { status: { address: 7 } } }), 'which refuses others')
  t.end()
})

t.test('every reference in it leads somewhere', (t) => {
  const document = readJson('docs/asyncapi.json')
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]*)"/g)].flatMap(([, path]) => path ?? [])
  t.ok(references.length > 15)
  for (const path of new Set(references)) {
    const found = path
      .split('/')
      .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document)
    t.ok(found, path)
  }
  t.end()
})

const verdict = {
  v: 1,
  run: 'r1',
  verdict: 'fail',
  findings: [
    {
      rule: 'sequences-exact',
      sentence: 'the first round is exactly 1 … count',
      clause: 'protocol 3',
      blame: 'fail',
      flow: 'f1',
      exchange: 7,
      expected: 'sequence 2',
      got: 'sequence 3',
      records: [
        {
          flow: 'f1',
          batch: 0,
          index: 3,
          t: 5,
          at: 'converter-out',
          fate: 'sent',
          message: 'RESOURCE',
          sequence: 3,
          round: 0,
        },
      ],
    },
  ],
  findingCount: 1,
  notJudged: [],
  exchanges: [
    {
      flow: 'f1',
      exchange: 7,
      status: null,
      announced: null,
      received: 0,
      resent: 0,
      dropped: 0,
      duplicates: 0,
      rounds: 0,
      end: 'open',
    },
  ],
  evidence: { batches: 1, records: 4, totals: 'checked' },
}
const state = { v: 1, run: 'r1', seed: 1, plan: ['reach'], versions: { node: '20' }, progress: {}, ended: false }

t.test('schemas and readers take the same, and refuse the same', (t) => {
  const payloads: readonly [name: string, read: (text: string, where: string) => unknown, good: object][] = [
    ['StationStatus', decodeStatus, { v: 1, status: 'online', boot: '0123456789abcdef' }],
    ['RunState', decodeRunState, { ...state, flows: { f1: { batches: 1, records: 2 } } }],
    ['CaseOutcome', decodeCaseOutcome, CASE_OUTCOME],
    ['Verdict', decodeVerdict, verdict],
    ['PacketBatch', decodeBatch, batchOf({ run: 'r1', flow: 'f1', batch: 0, first: 0 }, [resourceRecord(1)])],
  ]
  for (const [name, read, good] of payloads) {
    const isValid = validator(name)
    t.ok(isValid(good), `${name}: ${JSON.stringify(isValid.errors?.[0])}`)
    t.match(read(JSON.stringify(good), 'spec'), good)
    for (const key of Object.keys(good)) {
      const lacking = Object.fromEntries(Object.entries(good).filter(([other]) => other !== key))
      const wrong = { ...good, [key]: { some: 'thing else' } }
      for (const bad of [lacking, wrong]) {
        const isRefused = !isValid(bad)
        if (isRefused) t.throws(() => read(JSON.stringify(bad), 'spec'), EvidenceError, `${name} with a wrong ${key}`)
        else t.doesNotThrow(() => read(JSON.stringify(bad), 'spec'), `${name} with any ${key}`)
      }
    }
  }
  t.end()
})

t.test('the loops that check columns take exactly what their schemas describe', (t) => {
  const isValid = validator('PacketBatch')
  const entry = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      -1,
      0,
      1.5,
      65_535,
      65_536,
      4_294_967_295,
      4_294_967_296,
      2 ** 53,
      '',
      '0000abcd',
      'AAAA',
      {},
    ),
    fc.constantFrom(...ObservationPoint, ...Fate, ...MessageName),
    fc.dictionary(fc.string({ maxLength: 70 }), fc.constantFrom<unknown>(1, 'a', true, null, [], {}), { maxKeys: 3 }),
    fc.jsonValue(),
  )
  const record = resourceRecord(1, { bytes: 'AQAA' })
  const good = batchOf({ run: 'r1', flow: 'f1', batch: 0, first: 0 }, [record])
  const seed = Date.now() & 0x7fffffff
  t.comment(`seed ${seed}`)
  const column = fc.constantFrom(...Object.keys(good.columns), 'bytes')
  fc.assert(
    fc.property(column, entry, (key, value) => {
      const bad =
        key === 'bytes' ? { ...good, bytes: [value] } : { ...good, columns: { ...good.columns, [key]: [value] } }
      let refusal = ''
      try {
        decodeBatch(JSON.stringify(bad), 'spec')
      } catch (failure) {
        refusal = String(failure)
      }
      // How columns belong together, and that base64 comes in fours, a schema of single entries does not say.
      if (/with RESOURCE, got null|a number with RESOURCE/.test(refusal)) return true
      if (key === 'bytes' && typeof value === 'string' && value.length % 4 !== 0) return refusal !== ''
      return isValid(JSON.parse(JSON.stringify(bad))) === (refusal === '')
    }),
    { seed, numRuns: 2000 },
  )
  t.end()
})
