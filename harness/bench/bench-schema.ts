import { z } from 'zod'
import { parseBrokerAddress } from '../evidence/broker-address.js'
import { topicLevel } from '../evidence/topics.js'
import { converterSchema } from './converter-schema.js'
import { crossProblems } from './cross-checks.js'
import { deviceSchema } from './device-schema.js'
import { parsedBy } from './field-schemas.js'
import { limitsSchema } from './limits-schema.js'
import { planSchema } from './plan-schema.js'

/** The keys of a bench file; {@link benchSchema} also looks at what stands between them. */
export const benchFields = z.strictObject({
  site: parsedBy(
    (name) => topicLevel('site', name),
    'Where the bench stands; the first level of the MQTT topics',
  ).default('lab'),
  station: parsedBy(
    (name) => topicLevel('station', name),
    "Which of the site's benches it is; the second level of the MQTT topics",
  ).default('bench'),
  broker: parsedBy(
    (text) => parseBrokerAddress(text),
    'mqtt://HOST:PORT or mqtts://HOST:PORT; left out: an embedded broker',
  ).optional(),
  converter: converterSchema.optional(),
  devices: z.array(deviceSchema).min(1).max(1000),
  plan: planSchema.optional(),
  limits: limitsSchema.optional(),
})

/** A bench as its file describes it. */
export type BenchDescription = z.output<typeof benchFields>

/** What stands in a bench file, and in the configuration of `viewnet serve`: the one source of its types, errors and JSON Schema. */
export const benchSchema = benchFields.check((context) => {
  for (const { path, expected, got } of crossProblems(context.value)) {
    context.issues.push({
      code: 'custom',
      message: `expected ${expected}, got ${got}`,
      path: [...path],
      input: context.value,
    })
  }
})
