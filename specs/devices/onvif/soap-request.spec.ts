import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { askThroughNodeOnvif } from '../../../devices/onvif/node-onvif-call.js'
import {
  DeviceRequest,
  endSearch,
  escapeXml,
  findEvents,
  findRecordings,
  getRecordingInformation,
  getReplayUri,
  getSearchResults,
  writeEnvelope,
} from '../../../devices/onvif/soap-request.js'
import { usernameToken } from '../../../devices/onvif/username-token.js'
import { readXml } from '../../../devices/onvif/xml-reader.js'
import { validate, validationSkip } from './shared.js'

const range = { fromMs: 0, toMs: Date.UTC(2026, 0) }
const page = { token: 'SearchToken[1] <&>"\'', maxResults: 1000, waitTimeMs: 2500 }
const requests = {
  ...DeviceRequest,
  findRecordings: findRecordings(),
  getRecordingInformation: getRecordingInformation('Recording[1] <&>"\''),
  findEvents: findEvents({ ...range, filterTopics: true }),
  findEventsUnfiltered: findEvents({ ...range, filterTopics: false }),
  findEventsWithoutEnd: findEvents({ ...range, toMs: undefined, filterTopics: true }),
  getRecordingSearchResults: getSearchResults('GetRecordingSearchResults', page),
  getEventSearchResults: getSearchResults('GetEventSearchResults', page),
  endSearch: endSearch(page.token),
  getReplayUri: getReplayUri('Recording[1] <&>"\''),
}

t.test('every message that we send is valid by the ONVIF schemas', { skip: validationSkip() }, (t) => {
  const token = usernameToken({ user: 'admin <&> 电池', password: 'secret' }, { createdAtMs: 0 })
  const messages = Object.entries(requests).flatMap(([name, request]) => [
    [name, writeEnvelope(request)],
    [`${name}-with-token`, writeEnvelope(request, token)],
  ])
  validate(Object.fromEntries(messages))
  t.comment(`${messages.length} messages are valid`)
  t.end()
})

t.test(
  'every message that node-onvif sends for us is valid by the ONVIF schemas',
  { skip: validationSkip() },
  async (t) => {
    const messages: Record<string, string> = {}
    const server = createServer((request, response) => {
      let message = ''
      request.setEncoding('utf8').on('data', (chunk: string) => (message += chunk))
      request.on('end', () => {
        messages[`message-${Object.keys(messages).length}`] = message
        response.end('no answer')
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => server.close())
    const address = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/onvif/device_service`)
    for (const operation of ['GetSystemDateAndTime', 'GetCapabilities', 'GetServices'] as const) {
      await t.rejects(askThroughNodeOnvif(operation, address, AbortSignal.timeout(5000)))
    }
    t.equal(Object.keys(messages).length, 3)
    validate(messages)
  },
)

t.test('writes any text so that a parser reads it back', (t) => {
  const text = `<a href="x">'&amp;' 电池 ]]></a>`
  t.equal(readXml(Buffer.from(`<r>${escapeXml(text)}</r>`), { maxBytes: 1000 }).text, text)
  t.equal(readXml(Buffer.from(`<r a="${escapeXml(text)}"/>`), { maxBytes: 1000 }).attributes['a'], text)
  t.end()
})

t.test('asks for the whole range, forward, with the state at its start [search FindEvents]', (t) => {
  const { body } = findEvents({ ...range, filterTopics: true })
  t.match(
    body,
    '<tse:StartPoint>1970-01-01T00:00:00.000Z</tse:StartPoint><tse:EndPoint>2026-01-01T00:00:00.000Z</tse:EndPoint>',
  )
  t.match(body, 'tns1:RecordingHistory/Track/State|tns1:RecordingHistory/Recording/State')
  t.match(body, '<tse:IncludeStartState>true</tse:IncludeStartState>')
  t.match(getSearchResults('GetEventSearchResults', page).body, '<tse:WaitTime>PT2.5S</tse:WaitTime>')
  t.end()
})
