import t from 'tap'
import { inspectDevice } from '../../../../devices/onvif/inspection/index.js'
import { QUIRKS, SimulatedRecorder, type QuirkName } from '../../../../devices/simulated/index.js'
import { envelope, fault, services, SoapServer } from '../soap-server.js'

const CREDENTIALS = { user: 'admin', password: 'right-one' }

t.test('tells what a recorder is, has and can do', async (t) => {
  await using recorder = new SimulatedRecorder({ ...CREDENTIALS, recordings: 40, channels: 3 })
  await recorder.start()
  const truth = [...recorder.truth()]
  const steps: string[] = []
  const inspection = await inspectDevice(
    { url: recorder.url, ...CREDENTIALS },
    { onStep: (about) => steps.push(about) },
  )
  t.match(inspection, {
    url: recorder.url,
    identity: { manufacturer: 'Viewnet', model: 'Simulated Recorder', firmware: '1.0', serialNumber: 'SIM-00000001' },
    authentication: { offered: ['ws-security'], accepted: 'ws-security' },
    searchCapabilities: { metadataSearch: false },
    summary: { numberRecordings: '3', dataFrom: /Z$/ },
    resources: { count: 40, channels: 3, coarse: 0, stillRecording: 0, recordings: 3 },
    quirks: [],
    errors: [],
  })
  t.strictSame(
    inspection.services?.map(({ name }) => name),
    ['device', 'search', 'replay'],
  )
  t.match(inspection.services?.[0]?.version, /^\d+\.\d+$/)
  t.equal(inspection.resources?.first?.identity, truth[0]?.identity)
  t.equal(inspection.resources?.last?.identity, truth.at(-1)?.identity)
  t.strictSame(steps, ['clock', 'services', 'identity', 'search capabilities', 'summary', 'resources'])
  t.ok(Math.abs(inspection.clockOffsetMs ?? Infinity) < 5000)
  t.notOk(JSON.stringify(inspection).includes(CREDENTIALS.password))
})

/** Quirks that can be seen from outside, under the name that the simulated recorder knows them by. */
const VISIBLE: readonly QuirkName[] = [
  'same-results-again',
  'state-last',
  'state-queued',
  'state-unknown',
  'completed-early',
  'results-shuffled',
  'end-search-refused',
  'starts-1970',
  'empty-recordings',
  'zero-recordings-with-data',
  'overlapping-spans',
  'identical-spans',
  'events-outside-window',
  'unrelated-topics',
  'start-after-end',
  'empty-track-token',
  'no-events',
  'local-time',
  'microsecond-times',
  'times-without-zone',
  'times-with-offset',
  'filters-refused',
  'clock-minutes-off',
  'clock-hours-off',
  'xaddr-other-host',
  'xaddr-other-port',
  'xaddr-query',
  'unterminated-reply',
  'fault-200',
  'html',
]

for (const quirk of VISIBLE) {
  t.test(`sees of a recorder: ${QUIRKS[quirk]}`, async (t) => {
    await using recorder = new SimulatedRecorder({ recordings: 60, quirks: [quirk] })
    await recorder.start()
    const { quirks } = await inspectDevice({ url: recorder.url })
    const seen = quirks.find(({ name }) => name === quirk)
    t.ok(seen, `among ${quirks.map(({ name }) => name).join(', ')}`)
    t.match(seen, { fact: /\w/, count: Number })
    t.comment(seen?.fact)
  })
}

t.test('sees that MaxResults is ignored [Recording Search, GetRecordingSearchResults]', async (t) => {
  await using recorder = new SimulatedRecorder({ recordings: 60, quirks: ['max-results-ignored'] })
  await recorder.start()
  const { quirks } = await inspectDevice({ url: recorder.url, pageSize: 10 })
  t.match(
    quirks.find(({ name }) => name === 'max-results-ignored'),
    { fact: /GetEventSearchResults brought \d+ results where MaxResults was 10/ },
  )
})

t.test('tells how a device authenticates', async (t) => {
  const rows: readonly (readonly [readonly QuirkName[], readonly string[], string])[] = [
    [['http-digest-only'], ['http-digest (MD5 by default)', 'http-digest (SHA-256)'], 'http-digest'],
    [[], ['ws-security'], 'ws-security'],
    [['no-authentication'], ['none'], 'none'],
  ]
  for (const [quirks, offered, accepted] of rows) {
    await using recorder = new SimulatedRecorder({ ...CREDENTIALS, recordings: 4, quirks })
    await recorder.start()
    const { authentication } = await inspectDevice({ url: recorder.url, ...CREDENTIALS })
    t.strictSame(authentication, { offered, accepted }, quirks.join(' '))
  }
})

t.test('tries wrong credentials once, and asks nothing more with them', async (t) => {
  await using recorder = new SimulatedRecorder({ ...CREDENTIALS, recordings: 4 })
  await recorder.start()
  const proofs: string[] = []
  const {
    errors,
    authentication,
    services: told,
  } = await inspectDevice({
    url: recorder.url,
    user: 'admin',
    password: 'wrong-one',
    observe: ({ operation, requestXml, authorization }) => {
      if (requestXml.includes('UsernameToken>') || authorization !== undefined) proofs.push(operation)
    },
  })
  t.strictSame(proofs, ['GetDeviceInformation'])
  t.match(errors, [{ about: 'identity', code: 'ERR_VIEWNET_DEVICE_REFUSED' }])
  t.strictSame(authentication, { offered: ['ws-security'], accepted: null })
  t.ok(told !== null, 'and tells what anybody may know')
})

t.test('makes every failure a finding, and goes on as far as there is sense in it', async (t) => {
  await using absent = new SoapServer({})
  await absent.start()
  const { url } = absent
  await absent[Symbol.asyncDispose]()
  t.match(await inspectDevice({ url }), {
    identity: null,
    clockOffsetMs: null,
    services: null,
    resources: null,
    errors: [{ about: 'clock', code: 'ERR_VIEWNET_DEVICE_UNREACHABLE' }],
  })

  await using broken = new SoapServer({
    GetServices: services('http://127.0.0.1/search'),
    GetDeviceInformation: envelope(
      '<d:GetDeviceInformationResponse><d:Model>M1</d:Model></d:GetDeviceInformationResponse>',
    ),
    '*': fault('ActionNotSupported'),
    FindRecordings: '<html>busy</html>',
  })
  await broken.start()
  const inspection = await inspectDevice({ url: broken.url })
  t.match(inspection, { identity: { model: 'M1', serialNumber: '' }, summary: null, resources: null })
  t.strictSame(
    inspection.errors.map(({ about, code }) => `${about} ${code}`),
    [
      'search capabilities ERR_VIEWNET_DEVICE_UNSUPPORTED',
      'summary ERR_VIEWNET_DEVICE_UNSUPPORTED',
      'resources ERR_VIEWNET_DEVICE_FAULT',
    ],
  )
})

t.test('says of a device without a search service what it offers', async (t) => {
  await using recorder = new SimulatedRecorder({ quirks: ['no-search'] })
  await recorder.start()
  const { services: told, errors } = await inspectDevice({ url: recorder.url })
  t.strictSame(told?.map(({ name }) => name).includes('media'), true)
  t.match(errors, [{ about: 'resources', code: 'ERR_VIEWNET_DEVICE_UNSUPPORTED', message: /media/ }])
})

t.test('ends with the reason of its signal, and refuses wrong options', async (t) => {
  await using recorder = new SimulatedRecorder({ recordings: 4 })
  await recorder.start()
  const reason = new Error('enough')
  await t.rejects(inspectDevice({ url: recorder.url }, { signal: AbortSignal.abort(reason) }), reason)
  const controller = new AbortController()
  const inspection = inspectDevice(
    { url: recorder.url },
    { signal: controller.signal, onStep: (about) => about === 'resources' && controller.abort(reason) },
  )
  await t.rejects(inspection, reason)
  await t.rejects(inspectDevice({ url: 'nowhere' }), { code: 'ERR_VIEWNET_OPTION' })
})
