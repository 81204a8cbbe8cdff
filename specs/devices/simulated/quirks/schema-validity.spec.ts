import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { inCheckout } from '../../../checkout.js'
import { QUIRKS, SimulatedRecorder, type QuirkName } from '../../../../devices/simulated/index.js'
import {
  endSearch,
  envelope,
  eventResults,
  findEvents,
  findRecordings,
  post,
  recordingResults,
  texts,
} from '../soap-client.js'

const validator = inCheckout('../shared/onvif/validate')
const missing = !existsSync(validator)
  ? 'the shared folder with ONVIF schemas is not beside the repository'
  : spawnSync('xmllint', ['--version']).error !== undefined
    ? 'xmllint is not installed (Debian: libxml2-utils)'
    : false

/** Quirks that are about what comes before XML, ask for a user first, or are too long or too late for it. */
const NO_XML: readonly QuirkName[] = [
  'https',
  'ipv6',
  'huge-reply',
  'one-big-reply',
  'stops-half-way',
  'drips',
  'never-starts',
  'empty-body',
  'html',
  'http-digest-only',
  'http-digest-and-wss',
  'closes-on-401',
  'replay-basic-only',
  'xaddr-query',
  'xaddr-other-path',
]
/** Quirks whose point is that the message is not valid. */
const INVALID: readonly QuirkName[] = ['state-last', 'nul-octets', 'truncated-xml', 'entity-bomb']

t.test(
  'with every quirk, what is served is valid by ONVIF’s schemas, except where that is the quirk',
  { skip: missing },
  async (t) => {
    const folder = t.testdir()
    const names = (Object.keys(QUIRKS) as QuirkName[]).filter((name) => !NO_XML.includes(name))
    const files = new Map<QuirkName, string[]>()
    for (const name of names) {
      await using recorder = new SimulatedRecorder({ quirks: [name], recordings: 12, channels: 3 })
      await recorder.start()
      const saved: string[] = []
      const ask = async (service: string, body: string): Promise<string> => {
        const reply = await post(recorder.url, service, envelope(body))
        if (reply.status === 404) return ''
        const file = join(folder, `${name}-${saved.length}.xml`)
        writeFileSync(file, reply.text)
        saved.push(file)
        return texts(reply.text, 'SearchToken')[0] ?? ''
      }
      await ask('device', '<tds:GetServices><tds:IncludeCapability>true</tds:IncludeCapability></tds:GetServices>')
      await ask('device', '<tds:GetCapabilities/>')
      await ask('device', '<tds:GetSystemDateAndTime/>')
      await ask('search', '<tse:GetRecordingSummary/>')
      const recordings = await ask('search', findRecordings())
      for (let poll = 0; poll < 3; poll++) await ask('search', recordingResults(recordings))
      const events = await ask('search', findEvents({ startState: true }))
      for (let poll = 0; poll < 3; poll++) await ask('search', eventResults(events))
      await ask('search', endSearch(events))
      files.set(name, saved)
    }
    const validate = (messages: readonly string[]) =>
      spawnSync('python3', [validator, ...messages], { encoding: 'utf8' })
    const valid = names.filter((name) => !INVALID.includes(name)).flatMap((name) => files.get(name)!)
    const checked = validate(valid)
    t.equal(checked.status, 0, `${valid.length} messages`)
    if (checked.status !== 0) t.comment(checked.stderr.replaceAll(/^.* validates\n/gm, '').slice(0, 4000))
    for (const name of INVALID) t.equal(validate(files.get(name)!).status, 1, `${name} is not`)
  },
)
