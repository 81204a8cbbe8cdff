import { jsonSchemaOf } from '../evidence/json-schema.js'
import { benchSchema } from './bench-schema.js'

/** The JSON Schema of a bench file, draft 7, for editors: made from the schema that files are read with. */
export function benchJsonSchema(): object {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Viewnet bench',
    description:
      'The devices of a bench, what powers them and where they talk, and what is certified: docs/bench-file.md',
    ...jsonSchemaOf(benchSchema),
  }
}
