// Writes docs/bench.schema.json from the schema that bench files are read with: npm run bench-schema. A spec fails when it is stale.
import { writeFileSync } from 'node:fs'
import { format } from 'prettier'
import { benchJsonSchema } from '../dist/harness/bench/index.js'

const page = await format(JSON.stringify(benchJsonSchema()), { parser: 'json', printWidth: 120 })
writeFileSync(new URL('../docs/bench.schema.json', import.meta.url), page)
