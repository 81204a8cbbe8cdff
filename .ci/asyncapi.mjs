// Writes docs/asyncapi.json from the schemas that the code validates with: npm run asyncapi. A spec fails when it is stale.
import { readFileSync, writeFileSync } from 'node:fs'
import { format } from 'prettier'
import { asyncApiDocument } from '../dist/harness/evidence/index.js'

const root = new URL('..', import.meta.url)
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
const page = await format(JSON.stringify(asyncApiDocument(version)), { parser: 'json', printWidth: 120 })
writeFileSync(new URL('docs/asyncapi.json', root), page)
