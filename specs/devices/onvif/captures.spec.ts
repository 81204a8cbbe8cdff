import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Recording } from 'viewnet/device'
import { OnvifDevice } from 'viewnet/devices/onvif'
import { readSystemDateAndTime } from '../../../devices/onvif/device-clock.js'
import { readRecordingInformation } from '../../../devices/onvif/recording-information.js'
import { readReply } from '../../../devices/onvif/soap-reply.js'
import { StateEventReader, type StateEvent } from '../../../devices/onvif/state-event.js'
import { readXml, type XmlElement } from '../../../devices/onvif/xml-reader.js'
import { capturesFolder } from './shared.js'
import { services, SoapServer } from './soap-server.js'

const ONVIF = 'http://www.onvif.org/ver10'

/** What must come out of a recorded reply, and why that is right. */
interface Expectation {
  readonly file: string
  readonly operation: string
  readonly namespace: string
  /** What the driver makes of it: the shortest form that a person can check against the file. */
  readonly reads: (answer: XmlElement) => unknown
  readonly out: unknown
  readonly why: string
}

const leaf = (element: XmlElement | undefined, ...path: string[]): string =>
  path.length === 0 || !element
    ? (element?.text.trim() ?? '')
    : leaf(
        element.children.find(({ name }) => name === path[0]),
        ...path.slice(1),
      )

/** Hand a tree to a reader as it would arrive. */
function replay(element: XmlElement, reader: StateEventReader, depth = 0): void {
  reader.open(element, element.attributes, depth)
  for (const child of element.children) replay(child, reader, depth + 1)
  reader.close(element, element.text, depth)
}

const EXPECTATIONS: readonly Expectation[] = [
  {
    file: 'find_recordings',
    operation: 'FindRecordings',
    namespace: `${ONVIF}/search/wsdl`,
    reads: (answer) => leaf(answer, 'SearchToken'),
    out: 'RecordingSearchToken_1',
    why: 'the session to poll, without the tabs and line ends around it',
  },
  {
    file: 'find_events',
    operation: 'FindEvents',
    namespace: `${ONVIF}/search/wsdl`,
    reads: (answer) => leaf(answer, 'SearchToken'),
    out: 'SearchToken[1]',
    why: 'the brackets belong to the token',
  },
  {
    file: 'get_recording_search_results',
    operation: 'GetRecordingSearchResults',
    namespace: `${ONVIF}/search/wsdl`,
    reads: (answer) =>
      readRecordingInformation(answer.children[0]!.children.find(({ name }) => name === 'RecordingInformation')!),
    out: {
      token: 'OnvifRecordingToken_1',
      source: 'SourceId_1',
      isRecording: false,
      earliestMs: Date.parse('1970-01-01T00:03:15Z'),
      latestMs: Date.parse('2025-03-15T16:28:00Z'),
      videoTracks: [
        {
          token: 'videotracktoken_1',
          dataFromMs: Date.parse('1970-01-01T00:03:15Z'),
          dataToMs: Date.parse('2025-03-15T16:28:00Z'),
        },
      ],
      otherTracks: ['audiotracktoken_1', 'metadatatracktoken_1'],
    },
    why: 'the audio and metadata tracks are no recording resources; 1970 is what the camera said',
  },
  {
    file: 'get_recording_summary',
    operation: 'GetRecordingSummary',
    namespace: `${ONVIF}/search/wsdl`,
    reads: (answer) => ['DataFrom', 'DataUntil', 'NumberRecordings'].map((name) => leaf(answer, 'Summary', name)),
    out: ['1970-01-01T00:00:00Z', '2024-12-13T08:08:49Z', '8'],
    why: 'read whole; a listing does not use it, because 8 recordings can be any number of intervals',
  },
  {
    file: 'get_system_date_and_time',
    operation: 'GetSystemDateAndTime',
    namespace: `${ONVIF}/device/wsdl`,
    reads: readSystemDateAndTime,
    out: Date.UTC(2024, 6, 9, 19, 49, 6),
    why: 'UTC, not the local time three hours behind it (BRT3)',
  },
  {
    file: 'get_device_information',
    operation: 'GetDeviceInformation',
    namespace: `${ONVIF}/device/wsdl`,
    reads: (answer) => ['Manufacturer', 'Model', 'FirmwareVersion', 'SerialNumber'].map((name) => leaf(answer, name)),
    out: ['Milesight Technology Co.,Ltd.', 'MS-C8165-PE', '61.8.0.3-r8', 'EM82V102329001403'],
    why: 'the identity that describe() tells',
  },
  {
    file: 'get_recordings',
    operation: 'GetRecordings',
    namespace: `${ONVIF}/recording/wsdl`,
    reads: (answer) => answer.children.map((item) => leaf(item, 'RecordingToken')),
    out: ['SD_DISK_20200422_123501_A2388AB3', 'SD_DISK_20200422_132613_45A883F5', 'SD_DISK_20200422_132655_67086B52'],
    why: 'three recordings of one SD card, one a clip; the recording service tells no times, so a listing asks the search service',
  },
  {
    file: 'get_recording_jobs',
    operation: 'GetRecordingJobs',
    namespace: `${ONVIF}/recording/wsdl`,
    reads: (answer) => answer.children.map((job) => leaf(job, 'JobConfiguration', 'Mode')),
    out: ['Active'],
    why: 'read whole; a job is no recording',
  },
  {
    file: 'get_recording_service_capabilities',
    operation: 'GetServiceCapabilities',
    namespace: `${ONVIF}/recording/wsdl`,
    reads: (answer) => answer.children[0]!.attributes['MaxRecordings'],
    out: '1.000000',
    why: 'attributes by local name; the camera writes a count as a float, so nothing here may rely on it',
  },
  {
    file: 'get_replay_service_capabilities',
    operation: 'GetServiceCapabilities',
    namespace: `${ONVIF}/replay/wsdl`,
    reads: (answer) => answer.children[0]!.name,
    out: 'Capabilities',
    why: 'the same operation as of the recording service, told apart by its namespace',
  },
  {
    file: 'get_replay_uri',
    operation: 'GetReplayUri',
    namespace: `${ONVIF}/replay/wsdl`,
    reads: (answer) => leaf(answer, 'Uri'),
    out: 'rtsp://192.168.1.136/onvif-media/record/play.amp?onvifreplayid=SD_DISK_20200422_132655_67086B52&onvifreplayext=1&streamtype=unicast&session_timeout=30',
    why: 'the &amp; of the message is one & of the address',
  },
  {
    file: 'get_scopes',
    operation: 'GetScopes',
    namespace: `${ONVIF}/device/wsdl`,
    reads: (answer) => answer.children.filter((scope) => leaf(scope, 'ScopeItem').endsWith('/Profile/G')).length,
    out: 1,
    why: 'the camera claims Profile G, which is recording and search',
  },
  {
    file: 'get_network_protocols',
    operation: 'GetNetworkProtocols',
    namespace: `${ONVIF}/device/wsdl`,
    reads: (answer) => answer.children.map((protocol) => leaf(protocol, 'Name')),
    out: ['HTTP', 'HTTPS', 'RTSP'],
    why: 'read whole, repeated elements in their order',
  },
  {
    file: 'pull_messages',
    operation: 'PullMessages',
    namespace: `${ONVIF}/events/wsdl`,
    reads: (answer) => {
      const events = answer.children.filter(({ name }) => name === 'NotificationMessage')
      const states: StateEvent[] = []
      const reader = new StateEventReader((event) => states.push({ ...event }))
      for (const event of events) {
        replay(
          { ...event, name: 'Result', children: [{ ...event, namespace: `${ONVIF}/schema`, name: 'Event' }] },
          reader,
        )
      }
      return { events: events.length, states: states.length }
    },
    out: { events: 8, states: 0 },
    why: 'motion, tamper and the like: not one is about recorded data, so not one makes an interval',
  },
  {
    file: 'soap_fault',
    operation: 'GetProfiles',
    namespace: `${ONVIF}/media/wsdl`,
    reads: () => 'not reached',
    out: 'fault Sender/InvalidArgVal/NoProfile (Argument Value Invalid)',
    why: 'a fault is told, never read as an empty answer; its prefix env: is declared nowhere, so only local names count',
  },
]

t.test(
  'reads every recorded reply of a real device',
  { skip: capturesFolder ? false : 'the folder ../shared/onvif/captures is absent' },
  (t) => {
    const files = readdirSync(capturesFolder!).filter((file) => file.endsWith('.xml'))
    t.same(EXPECTATIONS.map(({ file }) => `${file}.xml`).sort(), files.sort(), 'every capture has an expectation')
    for (const { file, operation, namespace, reads, out, why } of EXPECTATIONS) {
      const root = readXml(readFileSync(join(capturesFolder!, `${file}.xml`)), { maxBytes: 2 ** 20 })
      let got: unknown
      try {
        got = reads(readReply(root, { operation, namespace, body: '' }))
      } catch (error) {
        got = (error as Error).message
      }
      t.same(got, out, `${file}: ${why}`)
      t.comment(`${file.padEnd(36)} ${JSON.stringify(got).slice(0, 150)}`)
    }
    t.end()
  },
)

t.test(
  'lists one coarse recording from the replies of a real recorder that tells no events',
  { skip: capturesFolder ? false : 'the folder ../shared/onvif/captures is absent' },
  async (t) => {
    const capture = (file: string) => readFileSync(join(capturesFolder!, `${file}.xml`), 'utf8')
    await using server = new SoapServer({
      GetServices: services('http://192.0.2.1/onvif/search'),
      FindRecordings: capture('find_recordings'),
      GetRecordingSearchResults: capture('get_recording_search_results'),
    })
    await server.start()
    await using device = new OnvifDevice({ url: server.url })
    const recordings: Recording[] = []
    for await (const page of device.listRecordings({})) recordings.push(...page)
    t.same(recordings, [
      {
        startMs: Date.parse('1970-01-01T00:03:15Z'),
        endMs: Date.parse('2025-03-15T16:28:00Z'),
        channel: 1,
        kinds: 0,
        identity: 'OnvifRecordingToken_1/videotracktoken_1',
        coarse: true,
      },
    ])
    t.comment(`recorder without events               ${JSON.stringify(recordings[0])}`)
  },
)
