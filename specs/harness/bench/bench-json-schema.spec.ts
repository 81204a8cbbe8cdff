import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv } from 'ajv'
import t from 'tap'
import { parse } from 'yaml'
import { inCheckout } from '../../checkout.js'
import { benchJsonSchema, checkBench } from '../../../harness/bench/index.js'

const read = (path: string): string => readFileSync(inCheckout(path), 'utf8')
const committed = JSON.parse(read('docs/bench.schema.json')) as object

t.test('docs/bench.schema.json is what the schema says, and what the package exports [npm run bench-schema]', (t) => {
  t.strictSame(committed, JSON.parse(JSON.stringify(benchJsonSchema())))
  t.strictSame(createRequire(import.meta.url)('viewnet/bench.schema.json'), committed)
  t.end()
})

t.test('an editor accepts the example and refuses what the program refuses [issue 6, Bench file]', (t) => {
  const isValid = new Ajv({ strict: false, validateFormats: false }).compile(committed)
  const example = read('docs/examples/bench.yaml')
  t.ok(isValid(parse(example)), JSON.stringify(isValid.errors?.slice(0, 3)))
  t.strictSame(checkBench(example, {}).errors, [])
  t.match(example, /^# yaml-language-server: \$schema=\.\.\/bench\.schema\.json$/m)
  for (const wrong of [
    example.replace('site:', 'sitee:'),
    example.replace('driver: lcus', 'driver: lcuss'),
    example.replace('flaky: 0.3', 'flaky: 3'),
    example.replace('[long]', '[longg]'),
  ]) {
    t.notOk(isValid(parse(wrong)))
    t.equal(checkBench(wrong, {}).errors.length, 1)
  }
  t.end()
})
