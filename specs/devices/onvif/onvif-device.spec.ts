import t from 'tap'
import { OnvifDevice } from 'viewnet/devices/onvif'
import { event, events, informationOf, list, ofRecording, RECORDER, type Refusal } from './one-track-recorder.js'
import { envelope, fault, services, SoapServer, type Answer } from './soap-server.js'

t.test(
  'asks the search service at the host that it reached, by its path and query, and lists its intervals',
  async (t) => {
    const { recordings, asked, error } = await list({})
    t.equal(error, undefined)
    t.same(recordings, [
      {
        startMs: Date.parse('2026-01-01T01:00:00Z'),
        endMs: Date.parse('2026-01-01T02:00:00Z'),
        channel: 1,
        kinds: 0,
        identity: 'R/V/2026-01-01T01:00:00.000Z',
      },
    ])
    t.same(asked, [
      'GetServices /onvif/device_service',
      'FindRecordings /onvif/search?x=1',
      'GetRecordingSearchResults /onvif/search?x=1',
      'GetRecordingSearchResults /onvif/search?x=1',
      'EndSearch /onvif/search?x=1',
      'FindEvents /onvif/search?x=1',
      'GetEventSearchResults /onvif/search?x=1',
      'GetEventSearchResults /onvif/search?x=1',
      'EndSearch /onvif/search?x=1',
    ])
  },
)

const VARIANTS: readonly {
  readonly name: string
  readonly answers: Readonly<Record<string, Answer>>
  readonly told: string
}[] = [
  {
    name: 'passes over events of a recording that was deleted since: the device does not know it by name',
    answers: {
      GetEventSearchResults: events(
        'Completed',
        event('01:00:00', true),
        event('02:00:00', false),
        ofRecording('Q', event('01:10:00', true)),
      ),
      GetRecordingInformation: fault('InvalidArgVal', 'NoRecording'),
    },
    told: '01T01:00:00/01T02:00:00',
  },
  {
    name: 'takes the recording of the result where no source names one that is listed',
    answers: {
      GetEventSearchResults: events(
        'Completed',
        event('01:00:00', true).replace('Name="RecordingToken" Value="R"', 'Name="RecordingToken" Value="Job"'),
        event('02:00:00', false).replace('Name="RecordingToken" Value="R"', 'Name="RecordingToken" Value="Job"'),
      ),
    },
    told: '01T01:00:00/01T02:00:00',
  },
  {
    name: 'passes over an end of a track that was deleted',
    answers: {
      GetEventSearchResults: events(
        'Completed',
        event('01:00:00', true),
        event('01:10:00', false, { track: 'W' }),
        event('02:00:00', false),
      ),
    },
    told: '01T01:00:00/01T02:00:00',
  },
  {
    name: 'passes over events of a recording that is new: its data begin where those of the list end',
    answers: {
      GetEventSearchResults: events(
        'Completed',
        event('01:00:00', true),
        event('02:00:00', false),
        ofRecording('Q', event('', true, { time: '2026-01-02T00:00:00Z' })),
      ),
      GetRecordingInformation: informationOf('Q', '2026-01-02T00:00:00Z'),
    },
    told: '01T01:00:00/01T02:00:00',
  },
  {
    name: 'passes over events of other topics and tracks',
    answers: {
      GetEventSearchResults: events(
        'Completed',
        event('00:10:00', true, { topic: 'tns1:VideoSource/MotionAlarm', item: 'State' }),
        event('00:20:00', true, { topic: 'tns1:RecordingHistory/Track/VideoParameters', item: 'State' }),
        event('00:30:00', true, { track: 'AUDIO' }),
        event('01:00:00', true),
        event('02:00:00', false),
      ),
    },
    told: '01T01:00:00/01T02:00:00',
  },
  {
    name: 'puts events in order that come in none, and ends when the same come again',
    answers: {
      GetEventSearchResults: alternating(
        events('Searching', event('03:00:00', false)),
        events('Completed', event('02:00:00', true)),
        events('Searching', event('01:00:00', false), event('00:30:00', true)),
      ),
    },
    told: '01T00:30:00/01T01:00:00 01T02:00:00/01T03:00:00',
  },
  {
    name: 'takes the time of the message where the result has none, and a time without zone as UTC',
    answers: {
      GetEventSearchResults: events(
        'Completed',
        event('', true, { time: '', utcTime: '2026-01-01T03:00:00.123456' }),
        event('', false, { time: 'unknown', utcTime: '2026-01-01T06:00:00+01:00' }),
      ),
    },
    told: '01T03:00:00/01T05:00:00',
  },
  {
    name: 'lists the bounds of the track, coarse, when there are no events',
    answers: { GetEventSearchResults: events('Completed') },
    told: '~01T00:00:00/02T00:00:00',
  },
  {
    name: 'lists the bounds of the track, coarse, when there is no event search',
    answers: { FindEvents: fault('ActionNotSupported') },
    told: '~01T00:00:00/02T00:00:00',
  },
  {
    name: 'asks without a filter when the device refuses the filter',
    answers: {
      FindEvents: (_, message) =>
        message.includes('TopicExpression')
          ? fault('InvalidArgVal', 'InvalidFilterFault')
          : (RECORDER['FindEvents'] as string),
    },
    told: '01T01:00:00/01T02:00:00',
  },
  {
    name: 'finds the search service of an older device in its capabilities [device GetCapabilities]',
    answers: {
      GetServices: fault('ActionNotSupported'),
      GetCapabilities: envelope(
        `<d:GetCapabilitiesResponse><d:Capabilities><o:Device><o:XAddr>http://192.0.2.7/onvif/device_service</o:XAddr></o:Device>
        <o:Extension><o:Search><o:XAddr>http://192.0.2.7/search</o:XAddr><o:MetadataSearch>false</o:MetadataSearch></o:Search></o:Extension></d:Capabilities></d:GetCapabilitiesResponse>`,
      ),
    },
    told: '01T01:00:00/01T02:00:00',
  },
  {
    name: 'reads a list of services beyond what node-onvif is trusted with',
    answers: {
      GetServices: services(`http://192.0.2.7/s?${'x'.repeat(8000)}`).replace(
        '<d:Version>',
        `<d:Version>${' '.repeat(60_000)}`,
      ),
    },
    told: '01T01:00:00/01T02:00:00',
  },
]

for (const { name, answers, told } of VARIANTS) {
  t.test(name, async (t) => {
    const outcome = await list({ answers })
    t.equal(outcome.error, undefined)
    t.equal(outcome.told, told)
  })
}

const FAILURES: readonly Refusal[] = [
  {
    name: 'a device without a search service, naming what it offers [protocol 2, status 8]',
    setup: {
      answers: {
        GetServices: services('http://192.0.2.7/s').replace(
          '<d:Namespace>http://www.onvif.org/ver10/search/',
          '<d:Namespace>http://www.onvif.org/ver20/media/',
        ),
        GetCapabilities: envelope(
          '<d:GetCapabilitiesResponse><d:Capabilities><o:PTZ><o:XAddr>http://192.0.2.7/p</o:XAddr></o:PTZ></d:Capabilities></d:GetCapabilitiesResponse>',
        ),
      },
    },
    code: 'ERR_VIEWNET_DEVICE_UNSUPPORTED',
    says: /expected a search service, got only media2, ptz/,
  },
  {
    name: 'an event without a state',
    setup: {
      answers: { GetEventSearchResults: events('Completed', event('01:00:00', true).replace('"true"', '"maybe"')) },
    },
    code: 'ERR_VIEWNET_DEVICE_FAULT',
    says: /expected IsDataPresent true or false .*, got 'maybe'/,
  },
  {
    name: 'an event without a time',
    setup: { answers: { GetEventSearchResults: events('Completed', event('', true, { time: '', utcTime: '' })) } },
    code: 'ERR_VIEWNET_DEVICE_FAULT',
    says: /expected a time/,
  },
  {
    name: 'a page of events that breaks off',
    setup: {
      answers: {
        GetEventSearchResults: alternating(
          events('Searching', event('01:00:00', true)),
          events('Completed').slice(0, -20),
        ),
      },
    },
    code: 'ERR_VIEWNET_DEVICE_FAULT',
    says: /got the end of the reply/,
  },
  {
    name: 'a time that is none',
    setup: {
      answers: {
        GetRecordingSearchResults: (RECORDER['GetRecordingSearchResults'] as string).replace(
          '2026-01-02T00:00:00Z',
          'yesterday',
        ),
      },
    },
    code: 'ERR_VIEWNET_DEVICE_FAULT',
    says: /expected a time in DataTo, got 'yesterday'/,
  },
  {
    name: 'a search that hangs',
    setup: { callTimeoutMs: 1500, answers: { FindEvents: () => undefined } },
    code: 'ERR_VIEWNET_DEVICE_UNREACHABLE',
    says: /FindEvents at .*: expected an answer within 1500 ms, got none/,
  },
  {
    name: 'a search without end',
    setup: { overallTimeoutMs: 300, answers: { GetEventSearchResults: events('Searching') } },
    code: 'ERR_VIEWNET_DEVICE_UNREACHABLE',
    says: /expected the whole listing within 300 ms/,
  },
  {
    name: 'services that hang',
    setup: { callTimeoutMs: 1500, answers: { GetServices: () => undefined } },
    code: 'ERR_VIEWNET_DEVICE_UNREACHABLE',
    says: /GetServices at .*: expected an answer within 1500 ms, got none/,
  },
  {
    name: 'services that never stop, which node-onvif would collect for ever',
    setup: {
      maxReplyBytes: 100_000,
      answers: {
        GetServices: (response) => {
          const more = (): void =>
            void (response.writable && response.write(' '.repeat(10_000), () => setImmediate(more)))
          response.writeHead(200)
          more()
        },
        GetCapabilities: fault('ActionNotSupported'),
      },
    },
    code: 'ERR_VIEWNET_DEVICE_FAULT',
    says: /GetServices at .*: expected at most 100000 octets, got more/,
  },
]

function alternating(...replies: string[]): Answer {
  let index = 0
  return () => replies[index++ % replies.length]
}

for (const { name, setup, code, says } of FAILURES) {
  t.test(`fails for ${name}`, async (t) => {
    const { error } = await list(setup)
    t.equal(error?.code, code)
    t.match(error?.message, says)
  })
}

t.test('reads the clock again when it is refused, and asks once more when the clock has moved', async (t) => {
  const clock = (year: number) =>
    envelope(
      `<d:GetSystemDateAndTimeResponse><d:SystemDateAndTime><o:UTCDateTime><o:Time><o:Hour>0</o:Hour><o:Minute>0</o:Minute><o:Second>0</o:Second></o:Time>
      <o:Date><o:Year>${year}</o:Year><o:Month>1</o:Month><o:Day>1</o:Day></o:Date></o:UTCDateTime></d:SystemDateAndTime></d:GetSystemDateAndTimeResponse>`,
    )
  const setup = {
    user: 'admin',
    password: 'secret',
    answers: {
      GetSystemDateAndTime: alternating(clock(2026), clock(2031)),
      FindRecordings: (_: unknown, message: string) =>
        /Created>2031-01-01T00:0/.test(message) ? (RECORDER['FindRecordings'] as string) : fault('NotAuthorized'),
    },
  }
  const { told, asked, error, messages } = await list(setup)
  t.equal(error, undefined)
  t.equal(told, '01T01:00:00/01T02:00:00')
  t.same(
    asked.slice(0, 6).map((line) => line.split(' ')[0]),
    [
      'GetServices',
      'GetDeviceInformation',
      'GetSystemDateAndTime',
      'FindRecordings',
      'GetSystemDateAndTime',
      'FindRecordings',
    ],
  )
  t.notMatch(messages.join(''), 'secret')
  t.notMatch(messages[0], 'Security', 'node-onvif is told no credentials')
})

t.test('ends with the reason of the signal, and still ends the search session', async (t) => {
  const controller = new AbortController()
  const { error, asked } = await list({
    query: { signal: controller.signal },
    answers: {
      GetEventSearchResults: () => {
        controller.abort(new Error('the endpoint has gone'))
      },
    },
  })
  t.match(error, { name: 'Error', message: 'the endpoint has gone' })
  t.match(asked.at(-1), /^EndSearch/)
  t.match((await list({ query: { signal: AbortSignal.abort(new Error('too late')) } })).error, { message: 'too late' })
})

t.test('describes a device that leaves things out', async (t) => {
  await using server = new SoapServer({
    ...RECORDER,
    GetDeviceInformation: envelope(
      '<d:GetDeviceInformationResponse><d:Manufacturer> 海康 </d:Manufacturer><d:Model/></d:GetDeviceInformationResponse>',
    ),
  })
  await server.start()
  await using device = new OnvifDevice({ url: `${server.url}?channel=2` })
  t.same(await device.describe(), {
    identity: { manufacturer: '海康', model: '', firmware: '', serialNumber: '' },
    capabilities: { listRecordings: true, services: ['search'] },
    clockOffsetMs: undefined,
  })
  t.ok(
    server.asked.every((line) => line.endsWith('/onvif/device_service?channel=2')),
    'the query string of the address is kept, also by node-onvif',
  )
})
