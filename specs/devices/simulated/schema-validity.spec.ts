import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { inCheckout } from '../../checkout.js'
import { SimulatedRecorder } from '../../../devices/simulated/index.js'
import {
  endSearch,
  envelope,
  eventResults,
  findEvents,
  findRecordings,
  post,
  recordingResults,
  text,
  TRACK_STATE,
  type Credentials,
  type Reply,
} from './soap-client.js'

const validator = inCheckout('../shared/onvif/validate')
const missing = !existsSync(validator)
  ? 'the shared folder with ONVIF schemas is not beside the repository'
  : spawnSync('xmllint', ['--version']).error !== undefined
    ? 'xmllint is not installed (Debian: libxml2-utils)'
    : false

const admin: Credentials = { user: 'admin', password: 'secret' }

t.test(
  'every message is valid by the schemas of ONVIF, requests of these specs included',
  { skip: missing },
  async (t) => {
    await using recorder = new SimulatedRecorder({ ...admin, recordings: 60, channels: 3, maxSearches: 3 })
    await using empty = new SimulatedRecorder({ recordings: 0, channels: 1 })
    await using running = new SimulatedRecorder({ recordings: 2, channels: 3, stillRecording: true })
    await Promise.all([recorder.start(), empty.start(), running.start()])
    const folder = t.testdir()
    const files: string[] = []
    const save = (name: string, message: string): void => {
      const file = join(folder, `${String(files.length).padStart(2, '0')}-${name}.xml`)
      writeFileSync(file, message)
      files.push(file)
    }
    const ask = async (service: string, body: string, from = recorder, credentials?: Credentials): Promise<Reply> => {
      const name = /<\w+:(\w+)/.exec(body)?.[1] ?? 'malformed'
      const request = envelope(body, credentials ?? (from === recorder ? admin : undefined))
      const reply = await post(from.url, service, request)
      save(`${service}-${name}-request`, request)
      save(`${service}-${name}-reply-${reply.status}`, reply.text)
      return reply
    }
    const search = async (body: string, from = recorder) => text((await ask('search', body, from)).text, 'SearchToken')

    for (const from of [recorder, empty, running]) {
      await ask('device', '<tds:GetSystemDateAndTime/>', from)
      await ask('device', '<tds:GetServiceCapabilities/>', from)
      for (const withCapabilities of [true, false]) {
        await ask(
          'device',
          `<tds:GetServices><tds:IncludeCapability>${withCapabilities}</tds:IncludeCapability></tds:GetServices>`,
          from,
        )
      }
      for (const category of [
        '',
        '<tds:Category>All</tds:Category>',
        '<tds:Category>Device</tds:Category>',
        '<tds:Category>PTZ</tds:Category>',
      ]) {
        await ask('device', `<tds:GetCapabilities>${category}</tds:GetCapabilities>`, from)
      }
      await ask('device', '<tds:GetDeviceInformation/>', from)
      await ask('device', '<tds:GetScopes/>', from)
      await ask('search', '<tse:GetServiceCapabilities/>', from)
      await ask('search', '<tse:GetRecordingSummary/>', from)
      await ask('replay', '<trp:GetServiceCapabilities/>', from)

      const recordings = await search(findRecordings('', 100), from)
      const all = await ask(
        'search',
        recordingResults(
          recordings,
          '<tse:MinResults>1</tse:MinResults><tse:MaxResults>100</tse:MaxResults><tse:WaitTime>PT5S</tse:WaitTime>',
        ),
        from,
      )
      const token = /<tt:RecordingToken>(\w+)</.exec(all.text)?.[1] ?? 'none'
      await ask(
        'search',
        `<tse:GetRecordingInformation><tse:RecordingToken>${token}</tse:RecordingToken></tse:GetRecordingInformation>`,
        from,
      )
      for (const protocol of ['RTSP', 'UDP']) {
        await ask(
          'replay',
          `<trp:GetReplayUri><trp:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>${protocol}</tt:Protocol></tt:Transport></trp:StreamSetup><trp:RecordingToken>${token}</trp:RecordingToken></trp:GetReplayUri>`,
          from,
        )
      }
      await ask('search', endSearch(recordings), from)
      await ask('search', endSearch(await search(findRecordings(), from)), from)

      const events = await search(findEvents({ startState: true }), from)
      await ask('search', eventResults(events, '<tse:MaxResults>30</tse:MaxResults>'), from)
      await ask('search', eventResults(events), from)
      const backward = await search(
        findEvents({
          start: '2026-01-01T00:00:00Z',
          end: '0001-01-01T00:00:00Z',
          filter: TRACK_STATE,
          startState: true,
          maxMatches: 1000,
        }),
        from,
      )
      await ask('search', eventResults(backward, '<tse:MaxResults>5</tse:MaxResults>'), from)
      await ask('search', endSearch(backward), from)
    }

    await ask('search', '<tse:GetRecordingSummary/>', recorder, { ...admin, password: 'wrong' })
    await ask('search', '<tse:GetMediaAttributes><tse:Time>2026-01-01T00:00:00Z</tse:Time></tse:GetMediaAttributes>')
    await ask('search', findRecordings('<tt:IncludedSources><tt:Token>nobody</tt:Token></tt:IncludedSources>'))
    await ask('search', findRecordings('<tt:RecordingInformationFilter>x</tt:RecordingInformationFilter>'))
    for (let open = 0; open < 4; open++) await ask('search', findRecordings())
    for (const [name, message] of [
      ['malformed', '<half'],
      ['soap-1.1', envelope('<x/>').replace('w3.org/2003/05/soap-envelope', 'example.org/soap')],
      [
        'must-understand',
        envelope('<x/>').replace('<s:Body>', '<s:Header><y s:mustUnderstand="1"/></s:Header><s:Body>'),
      ],
      ['invalid-arguments', envelope('<tds:GetScopes><tds:Surprise/></tds:GetScopes>', admin)],
    ] as const) {
      save(`${name}-reply`, (await post(recorder.url, 'device', message)).text)
    }

    const validate = (messages: readonly string[]) =>
      spawnSync('python3', [validator, ...messages], { encoding: 'utf8' })
    const checked = validate(files)
    t.equal(checked.status, 0, `${files.length} messages`)
    if (checked.status !== 0)
      t.comment(
        checked.stderr
          .split('\n')
          .filter((line) => !line.endsWith(' validates'))
          .join('\n'),
      )

    save('no-reply', envelope('<tds:GetScopesResponse/>'))
    t.equal(validate(files.slice(-1)).status, 1, 'and a reply without its content would have been found')
  },
)
