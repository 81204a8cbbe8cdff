import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { UsageError } from 'viewnet/device'
import { inCheckout } from '../../checkout.js'
import { ReplayedDevice, SimulatedRecorder } from '../../../devices/simulated/index.js'
import { parseHead } from '../../../devices/simulated/replay/saved-response.js'
import {
  call,
  endSearch,
  envelope,
  eventResults,
  faultCodes,
  findEvents,
  findRecordings,
  post,
  recordingResults,
  searchAllEvents,
  text,
  texts,
} from './soap-client.js'

const captures = inCheckout('../shared/onvif/captures')
const SERVICES = '<tds:GetServices><tds:IncludeCapability>false</tds:IncludeCapability></tds:GetServices>'
const SUMMARY = '<tse:GetRecordingSummary/>'

/** A message whose body holds one element of the search service. */
const answer = (content: string): string =>
  `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:s="http://www.onvif.org/ver10/search/wsdl" xmlns:d="http://www.onvif.org/ver10/device/wsdl" xmlns:r="http://www.onvif.org/ver10/replay/wsdl"><e:Body>${content}</e:Body></e:Envelope>`
const fault = (code: string, subcode: string): string =>
  answer(
    `<e:Fault><e:Code><e:Value>e:${code}</e:Value><e:Subcode><e:Value>ter:${subcode}</e:Value></e:Subcode></e:Code><e:Reason><e:Text xml:lang="en">no</e:Text></e:Reason></e:Fault>`,
  )
const found = (operation: string, token: string) =>
  answer(`<s:${operation}Response><s:SearchToken> ${token}\n</s:SearchToken></s:${operation}Response>`)
const page = (content: string) =>
  answer(`<s:GetEventSearchResultsResponse>${content}</s:GetEventSearchResultsResponse>`)

async function replayed(t: Test, files: Readonly<Record<string, string>>): Promise<ReplayedDevice> {
  const device = new ReplayedDevice({ folder: t.testdir({ ...files }) })
  await device.start()
  t.teardown(() => device.close())
  return device
}

async function refusal(folder: string): Promise<string> {
  await using device = new ReplayedDevice({ folder })
  return device.start().then(
    () => 'accepted',
    (error: unknown) =>
      error instanceof UsageError && error.code === 'ERR_VIEWNET_OPTION'
        ? error.message
        : `wrong error ${String(error)}`,
  )
}

t.test('serves a recorder again as it was saved: octets, order, searches [replay]', async (t) => {
  await using recorder = new SimulatedRecorder({ recordings: 30, channels: 3 })
  await recorder.start()
  const folder = t.testdir()
  let count = 0
  const save = async (service: string, body: string): Promise<string> => {
    const reply = await call(recorder.url, service, body)
    const operation = /<\w+:(\w+)/.exec(body)![1]!
    writeFileSync(join(folder, `${String(++count).padStart(3, '0')}-${operation}.xml`), reply.text)
    return reply.text
  }
  const services = await save('device', SERVICES)
  const recordingsToken = text(await save('search', findRecordings()), 'SearchToken')
  const recordings = await save('search', recordingResults(recordingsToken))
  const eventsToken = text(await save('search', findEvents()), 'SearchToken')
  for (let index = 0; index < 12; index++) {
    await save('search', eventResults(eventsToken, '<tse:MaxResults>30</tse:MaxResults>'))
  }
  const events = await searchAllEvents(recorder.url)

  await using device = new ReplayedDevice({ folder })
  await device.start()
  t.equal(new URL(device.url).pathname, '/onvif/device_service')
  t.equal(device.responseCount, count)
  t.equal((await call(device.url, 'device', SERVICES)).text, services)
  for (const round of [1, 2, 3]) {
    const token = text((await call(device.url, 'search', findRecordings())).text, 'SearchToken')
    t.equal((await call(device.url, 'search', recordingResults(token))).text, recordings)
    t.same(await searchAllEvents(device.url, {}, 30), events, `listing ${round} is the same`)
  }
  t.match(faultCodes(await call(device.url, 'search', SUMMARY)), 'ter:ActionNotSupported')
})

t.test(
  'answers an operation in its order, then with the last again; by service, not by name alone [replay]',
  async (t) => {
    const { url } = await replayed(t, {
      '009-GetRecordingSummary.xml': answer('<s:GetRecordingSummaryResponse>second</s:GetRecordingSummaryResponse>'),
      '1000-GetRecordingSummary.xml': answer('<s:GetRecordingSummaryResponse>third</s:GetRecordingSummaryResponse>'),
      '001-GetRecordingSummary.xml': answer('<s:GetRecordingSummaryResponse>first</s:GetRecordingSummaryResponse>'),
      'get_replay_service_capabilities.xml': answer(
        '<r:GetServiceCapabilitiesResponse>replay</r:GetServiceCapabilitiesResponse>',
      ),
      '002-GetServiceCapabilities.xml': answer(
        '<s:GetServiceCapabilitiesResponse>search</s:GetServiceCapabilitiesResponse>',
      ),
      'notes.txt': 'not a response',
    })
    const summaries: string[] = []
    for (let index = 0; index < 5; index++) {
      summaries.push(texts((await call(url, 'search', SUMMARY)).text, 'GetRecordingSummaryResponse')[0]!)
    }
    t.same(summaries, ['first', 'second', 'third', 'third', 'third'])
    for (const [prefix, told] of [
      ['tse', 'search'],
      ['trp', 'replay'],
    ]) {
      t.match((await call(url, 'any', `<${prefix}:GetServiceCapabilities/>`)).text, `>${told}<`)
    }
    t.match(faultCodes(await call(url, 'device', '<tds:GetServiceCapabilities/>')), 'ter:ActionNotSupported')
  },
)

t.test('serves searches as they ran, each from its first page, and from the first again [replay]', async (t) => {
  const { url } = await replayed(t, {
    '001-FindEvents.xml': fault('Sender', 'InvalidArgVal'),
    '002-FindEvents.xml': found('FindEvents', 'A[1]'),
    '003-GetEventSearchResults.xml': page('a1'),
    '004-GetEventSearchResults.xml': page('a2'),
    '005-FindEvents.xml': found('FindEvents', 'B'),
    '006-GetEventSearchResults.xml': page('b1'),
    '007-FindRecordings.xml': found('FindRecordings', 'B'),
  })
  const find = async () => (await call(url, 'search', findEvents())).text
  const next = async (token: string) =>
    texts((await call(url, 'search', eventResults(token))).text, 'GetEventSearchResultsResponse')[0]
  t.match(await find(), 'InvalidArgVal')
  t.match(await find(), 'A[1]')
  t.equal(await next('A[1]'), 'a1')
  t.match(await find(), '> B')
  t.same([await next('B'), await next('A[1]'), await next('A[1]'), await next('B')], ['b1', 'a2', 'a2', 'b1'])
  t.match(await find(), 'InvalidArgVal')
  t.match(await find(), 'A[1]')
  t.equal(await next('A[1]'), 'a1', 'a search that began again begins with its first page')
  t.equal(faultCodes(await call(url, 'search', eventResults('C'))), 'env:Sender ter:InvalidArgVal ter:InvalidToken')
  await call(url, 'search', findRecordings())
  t.match(faultCodes(await call(url, 'search', recordingResults('B'))), 'ter:ActionNotSupported')
  t.match((await call(url, 'search', endSearch('B'))).text, '<tse:Endpoint>')
})

t.test('serves what is no XML with the status and type that were saved, and faults with theirs [replay]', async (t) => {
  const { url } = await replayed(t, {
    '001-GetScopes.xml': '<html>login</html>',
    '002-GetDeviceInformation.xml': '',
    '003-GetRecordingSummary.xml': fault('Receiver', 'Action'),
    'device.json': JSON.stringify({
      format: 'viewnet-saved-device/1',
      path: '/cgi/onvif?x=1',
      madeBy: 'somebody',
      exchanges: { '001-GetScopes.xml': { status: 203, contentType: 'text/html', durationMs: 3 } },
    }),
  })
  t.equal(new URL(url).pathname + new URL(url).search, '/cgi/onvif?x=1')
  const page = await post(url, '', envelope('<tds:GetScopes/>'))
  t.same([page.status, page.contentType, page.text], [203, 'text/html', '<html>login</html>'])
  const nothing = await post(url, '', envelope('<tds:GetDeviceInformation/>'))
  t.same([nothing.status, nothing.text], [200, ''])
  t.equal((await post(url, '', envelope(SUMMARY))).status, 500)
})

t.test('refuses nobody where an answer was saved as well [replay]', async (t) => {
  const { url } = await replayed(t, {
    '001-GetRecordingSummary.xml': fault('Sender', 'NotAuthorized'),
    '002-GetRecordingSummary.xml': answer('<s:GetRecordingSummaryResponse/>'),
    '003-GetScopes.xml': fault('Sender', 'NotAuthorized'),
    '004-GetDeviceInformation.xml': 'unauthorized',
    '005-GetDeviceInformation.xml': answer('<d:GetDeviceInformationResponse/>'),
    'device.json': JSON.stringify({ exchanges: { '004-GetDeviceInformation.xml': { status: 401 } } }),
  })
  t.equal((await call(url, 'search', SUMMARY)).status, 200)
  t.equal((await call(url, 'device', '<tds:GetDeviceInformation/>')).status, 200)
  t.equal((await call(url, 'device', '<tds:GetScopes/>')).status, 400)
})

t.test('refuses what is no saved device, saying why [replay]', async (t) => {
  t.match(await refusal(join(t.testdir(), 'absent')), /expected a folder that can be read/)
  t.match(await refusal(t.testdir({ 'a.txt': '' })), /expected saved responses/)
  for (const [facts, said] of [
    ['{', /device\.json: expected JSON/],
    ['{"format":"other/1"}', /device\.json: format/],
    ['{"path":"onvif"}', /device\.json: path/],
    ['{"exchanges":{"a.xml":{"status":9}}}', /device\.json: exchanges\.a\.xml\.status/],
  ] as const) {
    t.match(await refusal(t.testdir({ 'a.xml': '', 'device.json': facts })), said)
  }
  t.throws(() => new ReplayedDevice({ folder: 'x', directory: 'y' } as never), { code: 'ERR_VIEWNET_OPTION' })
  const device = await replayed(t, { 'a.xml': '' })
  await t.rejects(device.start(), { code: 'ERR_VIEWNET_STATE' })
  await device.close()
  t.throws(() => device.url, { code: 'ERR_VIEWNET_STATE' })
  await device.close()
})

t.test('sees in the beginning of a message whatever can be seen, and never fails', async (t) => {
  const nothing = { operation: undefined, namespace: undefined, faultCodes: [], searchToken: undefined }
  for (const text of ['', 'hello', '<', '<a></b>', '\0', '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>']) {
    t.same(parseHead(text), nothing)
  }
  t.match(parseHead(found('FindEvents', 'T').slice(0, -60)), { operation: 'FindEvents', searchToken: 'T' })
  t.same(parseHead(fault('Sender', 'NotAuthorized')).faultCodes, ['Sender', 'NotAuthorized'])
})

t.test(
  'serves the captures of real cameras, with the list of services that they lack',
  { skip: !existsSync(captures) && 'the folder ../shared/onvif/captures is absent' },
  async (t) => {
    await using device = new ReplayedDevice({ folder: captures })
    await device.start()
    const { url } = device
    const services = (await call(url, 'device', SERVICES)).text
    t.same(
      texts(services, 'Namespace').map((namespace) => namespace.split('/').at(-2)),
      ['device', 'search', 'recording', 'replay', 'events'],
    )
    const token = text((await call(url, 'search', findRecordings())).text, 'SearchToken').trim()
    const results = (await call(url, 'search', recordingResults(token))).text
    t.equal(text(results, 'RecordingToken'), 'OnvifRecordingToken_1')
    const events = text((await call(url, 'search', findEvents())).text, 'SearchToken').trim()
    t.match(faultCodes(await call(url, 'search', eventResults(events))), 'ter:ActionNotSupported')
    t.match((await call(url, 'device', '<tds:GetDeviceInformation/>')).text, 'MS-C8165-PE')
    t.match(faultCodes(await call(url, 'device', '<tds:GetUsers/>')), 'ter:ActionNotSupported')
  },
)
