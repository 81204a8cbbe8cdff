import { batchSchema } from './decode-batch.js'
import { jsonSchemaOf, type JsonSchema } from './json-schema.js'
import { caseOutcomeSchema, statusSchema, verdictSchema } from './payloads.js'
import { runStateSchema } from './run-state.js'

/** One kind of topic: where it stands, what it holds, and how it is published. */
interface Channel {
  readonly address: string
  readonly message: string
  readonly summary: string
  readonly retain: boolean
}

const STATION = 'viewnet/v1/{site}/{station}'

const CHANNELS: Readonly<Record<string, Channel>> = {
  status: {
    address: `${STATION}/status`,
    message: 'StationStatus',
    summary: 'Whether a bench is there. Also its last will.',
    retain: true,
  },
  state: {
    address: `${STATION}/run/{run}/state`,
    message: 'RunState',
    summary: 'How far a run is; the last one ends with the verdict and with how much evidence there is.',
    retain: true,
  },
  packets: {
    address: `${STATION}/run/{run}/packets/{flow}`,
    message: 'PacketBatch',
    summary: 'What became of every packet, in batches that are numbered without gaps. A batch may come twice.',
    retain: false,
  },
  caseOutcome: {
    address: `${STATION}/run/{run}/case/{case}`,
    message: 'CaseOutcome',
    summary: 'How one case of a run came out.',
    retain: true,
  },
  verdict: {
    address: `${STATION}/run/{run}/verdict`,
    message: 'Verdict',
    summary: 'What the verifier concluded from the published packets alone.',
    retain: true,
  },
}

const PARAMETERS: Readonly<Record<string, string>> = {
  site: 'where the bench stands',
  station: "which of the site's benches it is",
  run: 'the run',
  flow: 'one certification case, as a rule',
  case: 'the case',
}

/** JSON Schemas, draft 7, of everything that is published, by the name of the payload: made from the schemas that readers check with. */
export function evidenceSchemas(): Readonly<Record<string, JsonSchema>> {
  return {
    StationStatus: jsonSchemaOf(statusSchema),
    RunState: jsonSchemaOf(runStateSchema),
    PacketBatch: jsonSchemaOf(batchSchema),
    CaseOutcome: jsonSchemaOf(caseOutcomeSchema),
    Verdict: jsonSchemaOf(verdictSchema),
  }
}

/**
 * The AsyncAPI document of a bench: every topic and payload.
 *
 * @param version - of this package
 * @see https://www.asyncapi.com/docs/reference/specification/v3.0.0
 */
export function asyncApiDocument(version: string): object {
  const channels = Object.entries(CHANNELS)
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Viewnet evidence',
      version,
      description:
        'What a Viewnet bench publishes by MQTT 3.1.1 while it certifies a device: docs/evidence.md says what follows from it.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(channels.map(([id, channel]) => [id, channelObject(channel)])),
    operations: Object.fromEntries(channels.map(([id, channel]) => [`publish-${id}`, operationObject(id, channel)])),
    components: {
      messages: Object.fromEntries(
        channels.map(([, { message, summary }]) => [message, messageObject(message, summary)]),
      ),
      schemas: evidenceSchemas(),
    },
  }
}

function channelObject({ address, message, summary }: Channel): object {
  const names = [...address.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => name ?? [])
  return {
    address,
    summary,
    messages: { [message]: { $ref: `#/components/messages/${message}` } },
    parameters: Object.fromEntries(names.map((name) => [name, { description: PARAMETERS[name] }])),
  }
}

function operationObject(id: string, { message, retain }: Channel): object {
  return {
    action: 'send',
    channel: { $ref: `#/channels/${id}` },
    messages: [{ $ref: `#/channels/${id}/messages/${message}` }],
    bindings: { mqtt: { qos: 1, retain, bindingVersion: '0.2.0' } },
  }
}

function messageObject(name: string, summary: string): object {
  return { name, summary, contentType: 'application/json', payload: { $ref: `#/components/schemas/${name}` } }
}
