import t, { type Test } from 'tap'
import { SimulatedRecorder } from '../../../devices/simulated/index.js'
import {
  call,
  endSearch,
  eventResults,
  faultCodes,
  findEvents,
  findRecordings,
  inside,
  readEvents,
  recordingResults,
  searchAllEvents,
  text,
  texts,
  topicFilter,
  TRACK_STATE,
  type FoundEvent,
} from './soap-client.js'

const INVALID_TOKEN = 'env:Sender ter:InvalidArgVal ter:InvalidToken'
const INVALID_FILTER = 'env:Sender ter:InvalidArgVal ter:InvalidFilterFault'

/** A started recorder that the test closes. */
async function started(t: Test, options: ConstructorParameters<typeof SimulatedRecorder>[0] = {}) {
  const recorder = new SimulatedRecorder(options)
  await recorder.start()
  t.teardown(() => recorder.close())
  return recorder
}

/** Every RecordingInformation, by paging. */
async function listRecordings(url: string, scope = '', pageSize = 3): Promise<string[]> {
  const token = text((await call(url, 'search', findRecordings(scope))).text, 'SearchToken')
  const all: string[] = []
  for (;;) {
    const reply = await call(url, 'search', recordingResults(token, `<tse:MaxResults>${pageSize}</tse:MaxResults>`))
    const page = inside(reply.text, 'RecordingInformation')
    if (page.length > pageSize) throw new Error(`asked for ${pageSize}, got ${page.length}`)
    all.push(...page)
    if (text(reply.text, 'SearchState') === 'Completed') return all
  }
}

/** What a correct client makes of video events: `recording/track/start` and when each ends. */
function videoIntervals(events: readonly FoundEvent[]): Map<string, number | undefined> {
  const open = new Map<string, string>()
  const intervals = new Map<string, number | undefined>()
  for (const event of events) {
    if (event.track !== 'VIDEO001') continue
    const track = `${event.recording}/${event.track}`
    const identity = open.get(track)
    if (event.value) {
      const begun = `${track}/${new Date(event.atMs).toISOString()}`
      open.set(track, begun)
      intervals.set(begun, undefined)
    } else if (identity !== undefined) {
      intervals.set(identity, event.atMs)
    }
  }
  return intervals
}

t.test('lists over HTTP exactly what the truth says', async (t) => {
  for (const options of [
    { recordings: 500, channels: 4, seed: 11 },
    { recordings: 30, channels: 12, seed: 2, stillRecording: true },
    { recordings: 3, channels: 8, seed: 3 },
    { recordings: 0, channels: 2 },
  ]) {
    const recorder = await started(t, options)
    const found = videoIntervals(await searchAllEvents(recorder.url, { startState: true }, 97))
    const truth = [...recorder.truth()]
    t.equal(truth.length, options.recordings)
    t.equal(recorder.recordingCount, options.recordings)
    t.same(
      [...found].map(([identity, endMs]) => `${identity} ${endMs}`).toSorted(),
      truth.map(({ identity, end }) => `${identity} ${end === null ? undefined : Date.parse(end)}`).toSorted(),
    )
  }
})

t.test('describes every recording truly, listed in pages [Recording Search, RecordingInformation]', async (t) => {
  const recorder = await started(t, { recordings: 40, channels: 11, seed: 4 })
  const information = await listRecordings(recorder.url)
  t.equal(information.length, 11)
  const sources = information.map((each) => text(each, 'VideoSourceToken'))
  const ranks = new Map(sources.toSorted(naturally).map((source, index) => [source, index + 1]))
  const truth = [...recorder.truth()]
  for (const each of information) {
    const channel = ranks.get(text(each, 'VideoSourceToken'))
    const own = truth.filter((record) => record.recording === text(each, 'RecordingToken'))
    t.ok(own.length > 0 && own.every((record) => record.channel === channel), `channel ${channel}: rank of its source`)
    const video = inside(each, 'Track').find((track) => text(track, 'TrackType') === 'Video') ?? ''
    t.equal(text(video, 'DataFrom'), own[0]!.start)
    t.equal(text(video, 'DataTo'), own.at(-1)!.end)
    const from = texts(each, 'DataFrom').toSorted()
    const to = texts(each, 'DataTo').toSorted()
    t.equal(text(each, 'EarliestRecording'), from[0])
    t.equal(text(each, 'LatestRecording'), to.at(-1))
    t.equal(text(each, 'RecordingStatus'), 'Stopped')
    const single = await call(
      recorder.url,
      'search',
      `<tse:GetRecordingInformation><tse:RecordingToken>${own[0]!.recording}</tse:RecordingToken></tse:GetRecordingInformation>`,
    )
    t.equal(inside(single.text, 'RecordingInformation')[0], each)
  }
  const summary = await call(recorder.url, 'search', '<tse:GetRecordingSummary/>')
  t.equal(text(summary.text, 'NumberRecordings'), '11')
  t.equal(text(summary.text, 'DataFrom'), information.map((each) => text(each, 'EarliestRecording')).toSorted()[0])
  t.equal(
    text(summary.text, 'DataUntil'),
    information
      .map((each) => text(each, 'LatestRecording'))
      .toSorted()
      .at(-1),
  )
})

t.test('shows an empty recording without tracks, and one that records up to now', async (t) => {
  const recorder = await started(t, { recordings: 1, channels: 2, stillRecording: true })
  const information = await listRecordings(recorder.url)
  const empty = information.find((each) => text(each, 'RecordingStatus') === 'Initiated') ?? ''
  const running = information.find((each) => text(each, 'RecordingStatus') === 'Recording') ?? ''
  t.same(inside(empty, 'Track'), [])
  t.same(texts(empty, 'EarliestRecording'), [])
  t.equal(inside(running, 'Track').length, 3)
  const latestMs = Date.parse(text(running, 'LatestRecording'))
  t.ok(Math.abs(latestMs - Math.max(Date.now(), Date.UTC(2026, 0))) < 60_000)
})

t.test('searches part of the time, either way, with the state at the ends', async (t) => {
  const recorder = await started(t, { recordings: 60, channels: 2, seed: 6 })
  const all = await searchAllEvents(recorder.url)
  const [start, end] = [all[100]!.atMs, all[200]!.atMs].map((atMs) => new Date(atMs).toISOString()) as [string, string]
  const within = all.filter((event) => event.atMs >= Date.parse(start) && event.atMs <= Date.parse(end))
  t.same(await searchAllEvents(recorder.url, { start, end }), within)
  t.same(await searchAllEvents(recorder.url, { start: end, end: start }), within.toReversed())

  const stated = await searchAllEvents(recorder.url, { start, end, startState: true })
  const states = stated.slice(0, 8)
  t.ok(states.every((event) => event.isStartState && event.atMs === Date.parse(start)))
  t.same(stated.slice(8), within)
  for (const state of states) {
    const before = all.findLast(
      (event) =>
        event.atMs < Date.parse(start) &&
        event.recording === state.recording &&
        event.track === state.track &&
        event.topic === state.topic,
    )
    t.equal(state.value, before?.value ?? false, `${state.topic} ${state.track}`)
  }
  t.same((await searchAllEvents(recorder.url, { start, end, maxMatches: 5 })).length, 5)
})

t.test('searches only in the scope it is given [Recording Search, "Search Scope"]', async (t) => {
  const recorder = await started(t, { recordings: 3, channels: 5, seed: 8 })
  const { url } = recorder
  const all = await listRecordings(url)
  const tokens = (information: readonly string[]) => information.map((each) => text(each, 'RecordingToken')).toSorted()
  const first = text(all[0]!, 'RecordingToken')
  const secondSource = text(all[1]!, 'VideoSourceToken')
  const included = `<tt:IncludedRecordings>${first}</tt:IncludedRecordings>`
  const source = `<tt:IncludedSources><tt:Token>${secondSource}</tt:Token></tt:IncludedSources>`
  t.same(tokens(await listRecordings(url, included)), [first])
  t.same(tokens(await listRecordings(url, source + included)), tokens(all.slice(0, 2)), 'the union of both')

  const filter = (expression: string) => `<tt:RecordingInformationFilter>${expression}</tt:RecordingInformationFilter>`
  t.equal((await listRecordings(url, filter('boolean(//Track[TrackType = "Video"])'))).length, 3)
  t.equal((await listRecordings(url, filter('boolean(//Track[TrackType = “Audio”])'))).length, 3)
  const events = await searchAllEvents(url, { scope: included, startState: true })
  t.same([...new Set(events.map((event) => event.recording))], [first])

  const fault = async (scope: string) => faultCodes(await call(url, 'search', findRecordings(scope)))
  t.equal(await fault('<tt:IncludedRecordings>nobody</tt:IncludedRecordings>'), INVALID_TOKEN)
  t.equal(
    await fault('<tt:IncludedSources><tt:Token>nobody</tt:Token></tt:IncludedSources>'),
    'env:Sender ter:InvalidArgVal ter:InvalidSource',
  )
  t.equal(await fault(filter('boolean(//Source[Location = "Basement"])')), INVALID_FILTER)
})

t.test('gives only the topics asked for', async (t) => {
  const recorder = await started(t, { recordings: 20, channels: 1 })
  const topics = async (expression: string) => {
    const events = await searchAllEvents(recorder.url, { filter: topicFilter(expression) })
    return [...new Set(events.map((event) => event.topic))].toSorted()
  }
  const both = ['tns1:RecordingHistory/Recording/State', 'tns1:RecordingHistory/Track/State']
  t.same(await topics('tns1:RecordingHistory//.'), both)
  t.same(await topics(both.join('|')), both)
  t.same(await topics(both[1]!), [both[1]])
  t.same(await topics('tns1:VideoSource//.'), [])
  const refused = await call(recorder.url, 'search', findEvents({ filter: topicFilter('tns1:A', 'urn:other') }))
  t.equal(refused.status, 400)
  t.equal(faultCodes(refused), INVALID_FILTER)
})

t.test('ends sessions as the specification says [Recording Search, EndSearch]', async (t) => {
  const recorder = await started(t, { recordings: 20 })
  const { url } = recorder
  const find = async (search = {}) => text((await call(url, 'search', findEvents(search))).text, 'SearchToken')
  const endpoint = async (token: string) => text((await call(url, 'search', endSearch(token))).text, 'Endpoint')

  t.equal(await endpoint(await find({ start: '2020-02-02T02:02:02Z' })), '2020-02-02T02:02:02.000Z', 'not begun')
  const begun = await find()
  const page = await call(url, 'search', eventResults(begun, '<tse:MaxResults>3</tse:MaxResults>'))
  t.equal(text(page.text, 'SearchState'), 'Searching')
  t.equal(await endpoint(begun), new Date(readEvents(page.text)[2]!.atMs).toISOString(), 'where the last result was')

  const completed = await find()
  t.equal(text((await call(url, 'search', eventResults(completed))).text, 'SearchState'), 'Completed')
  for (const request of [endSearch(completed), eventResults(completed), recordingResults(completed), endSearch('?')]) {
    const reply = await call(url, 'search', request)
    t.equal(reply.status, 400)
    t.equal(faultCodes(reply), INVALID_TOKEN)
  }
  const events = await find()
  t.equal(faultCodes(await call(url, 'search', recordingResults(events))), INVALID_TOKEN, 'a session of the other kind')
})

t.test('refuses a search too many [Recording Search, FindEvents]', async (t) => {
  const { url } = await started(t, { maxSearches: 2 })
  const first = text((await call(url, 'search', findRecordings())).text, 'SearchToken')
  await call(url, 'search', findEvents())
  const refusal = await call(url, 'search', findEvents())
  t.equal(refusal.status, 500)
  t.equal(faultCodes(refusal), 'env:Receiver ter:Action ter:ResourceProblem')
  await call(url, 'search', endSearch(first))
  t.equal((await call(url, 'search', findEvents())).status, 200)
})

t.test('lets a request wait for results, and frees it when the search is ended', async (t) => {
  const { url } = await started(t, { recordings: 50, searchDelayMs: 60_000 })
  const token = text((await call(url, 'search', findEvents())).text, 'SearchToken')
  const early = await call(
    url,
    'search',
    eventResults(token, '<tse:MinResults>200</tse:MinResults><tse:WaitTime>PT0S</tse:WaitTime>'),
  )
  t.equal(text(early.text, 'SearchState'), 'Searching')

  const waiting = call(url, 'search', eventResults(token))
  // The recorder answers in the order in which it reads, so once this is answered the one above waits.
  await call(url, 'device', '<tds:GetSystemDateAndTime/>')
  t.equal((await call(url, 'search', endSearch(token))).status, 200)
  const freed = await waiting
  t.equal(freed.status, 200)
  t.same(readEvents(freed.text), [])
})

t.test('delivers a slow search whole to a client that waits', async (t) => {
  const recorder = await started(t, { recordings: 50, searchDelayMs: 60 })
  t.equal(videoIntervals(await searchAllEvents(recorder.url, { filter: TRACK_STATE })).size, 50)
})

t.test('tells who and where it is [ONVIF Core, GetServices, GetCapabilities]', async (t) => {
  const { url } = await started(t, { clockOffsetMs: -86_400_000 * 400 })
  const { origin } = new URL(url)
  const services = await call(
    url,
    'device',
    '<tds:GetServices><tds:IncludeCapability>true</tds:IncludeCapability></tds:GetServices>',
  )
  t.same(texts(services.text, 'Namespace'), [
    'http://www.onvif.org/ver10/device/wsdl',
    'http://www.onvif.org/ver10/search/wsdl',
    'http://www.onvif.org/ver10/replay/wsdl',
  ])
  t.same(
    texts(services.text, 'XAddr'),
    ['device', 'search', 'replay'].map((name) => `${origin}/onvif/${name}_service`),
  )
  const capabilities = await call(
    url,
    'device',
    '<tds:GetCapabilities><tds:Category>All</tds:Category></tds:GetCapabilities>',
  )
  t.equal(text(inside(capabilities.text, 'Search')[0]!, 'XAddr'), `${origin}/onvif/search_service`)
  const device = await call(
    url,
    'device',
    '<tds:GetCapabilities><tds:Category>Device</tds:Category></tds:GetCapabilities>',
  )
  t.same(texts(device.text, 'XAddr'), [url])
  const media = await call(
    url,
    'device',
    '<tds:GetCapabilities><tds:Category>Media</tds:Category></tds:GetCapabilities>',
  )
  t.equal(faultCodes(media), 'env:Receiver ter:ActionNotSupported ter:NoSuchService')

  const clock = await call(url, 'device', '<tds:GetSystemDateAndTime/>')
  const utc = inside(clock.text, 'UTCDateTime')[0]!
  const [hour, minute, second, year, month, day] = ['Hour', 'Minute', 'Second', 'Year', 'Month', 'Day'].map((name) =>
    Number(text(utc, name)),
  ) as [number, number, number, number, number, number]
  const offsetMs = Date.UTC(year, month - 1, day, hour, minute, second) - Date.now()
  t.ok(Math.abs(offsetMs + 86_400_000 * 400) < 60_000, `the clock is off by ${offsetMs} ms`)

  const uri = (token: string, stream = 'RTP-Unicast') =>
    call(
      url,
      'replay',
      `<trp:GetReplayUri><trp:StreamSetup><tt:Stream>${stream}</tt:Stream><tt:Transport><tt:Protocol>RTSP</tt:Protocol></tt:Transport></trp:StreamSetup><trp:RecordingToken>${token}</trp:RecordingToken></trp:GetReplayUri>`,
    )
  const token = text((await listRecordings(url))[0]!, 'RecordingToken')
  const replay = new RegExp(`^rtsp://127\\.0\\.0\\.1:\\d+/onvif/replay\\?recording=${token}$`)
  t.match(text((await uri(token)).text, 'Uri'), replay)
  t.equal(faultCodes(await uri('nobody')), 'env:Sender ter:InvalidArgVal ter:NoRecording')
  t.equal(faultCodes(await uri(token, 'RTP-Multicast')), 'env:Sender ter:InvalidArgVal ter:InvalidStreamSetup')
})

t.test('refuses what it does not have, and what is no argument', async (t) => {
  const { url } = await started(t)
  const unsupported = await call(
    url,
    'search',
    '<tse:GetMediaAttributes><tse:Time>2026-01-01T00:00:00Z</tse:Time></tse:GetMediaAttributes>',
  )
  t.equal(unsupported.status, 500)
  t.equal(faultCodes(unsupported), 'env:Receiver ter:ActionNotSupported')
  t.equal(
    faultCodes(await call(url, 'device', findRecordings())),
    'env:Receiver ter:ActionNotSupported',
    'wrong service',
  )
  t.equal(faultCodes(await call(url, 'search', '<tse:constructor/>')), 'env:Receiver ter:ActionNotSupported')
  t.equal(faultCodes(await call(url, 'search', '<tse:EndSearch/>')), 'env:Sender ter:InvalidArgs')
  t.equal(faultCodes(await call(url, 'search', findEvents({ start: 'soon' }))), 'env:Sender ter:InvalidArgVal')
  t.equal(faultCodes(await call(url, 'search', findEvents({ keepAlive: '60' }))), 'env:Sender ter:InvalidArgVal')
  t.equal(faultCodes(await call(url, 'search', findEvents({ maxMatches: 0 }))), 'env:Sender ter:InvalidArgVal')
})

t.test('counts what it is asked', async (t) => {
  const recorder = await started(t, { recordings: 10 })
  t.same(recorder.stats(), { requests: {}, faults: 0, refused: 0, rejected: 0 })
  await searchAllEvents(recorder.url, {}, 1000)
  await call(recorder.url, 'search', endSearch('?'))
  await call(recorder.url, 'search', '<tse:Nothing/>')
  await fetch(recorder.url)
  t.same(recorder.stats(), {
    requests: { FindEvents: 1, GetEventSearchResults: 1, EndSearch: 1 },
    faults: 2,
    refused: 0,
    rejected: 1,
  })
})

t.test('pages through the newest of 100,000 resources, 10,000 results at a time', async (t) => {
  const { url } = await started(t, { recordings: 100_000, channels: 8, seed: 9 })
  const search = { start: '2026-01-01T00:00:00Z', end: '2001-01-01T00:00:00Z', maxMatches: 45_000 }
  const token = text((await call(url, 'search', findEvents(search))).text, 'SearchToken')
  const pages: number[] = []
  for (let state = 'Searching'; state !== 'Completed';) {
    const reply = (await call(url, 'search', eventResults(token))).text
    pages.push(reply.split('</tt:Result>').length - 1)
    state = text(reply.slice(0, 2000), 'SearchState')
  }
  t.same(pages, [10_000, 10_000, 10_000, 10_000, 5000])
})

t.test('starts once and closes any number of times', async (t) => {
  const recorder = new SimulatedRecorder({ channels: 6, recordings: 7 })
  t.equal(recorder.channels, 6)
  t.throws(() => recorder.url, { name: 'UsageError', code: 'ERR_VIEWNET_STATE' })
  await recorder.start()
  t.match(recorder.url, /^http:\/\/127\.0\.0\.1:\d+\/onvif\/device_service$/)
  await t.rejects(recorder.start(), { code: 'ERR_VIEWNET_STATE' })

  const port = Number(new URL(recorder.url).port)
  const second = new SimulatedRecorder({ port })
  await t.rejects(second.start(), { name: 'SimulatorError', code: 'ERR_VIEWNET_SIMULATOR_START' })
  await second.close()
  await recorder.close()
  await recorder.close()
  await using third = new SimulatedRecorder({ port })
  await third.start()
  t.equal(new URL(third.url).port, String(port), 'the port is free again')
})

t.test('closes while a client waits for results', async (t) => {
  const recorder = await started(t, { searchDelayMs: 60_000 })
  const token = text((await call(recorder.url, 'search', findEvents())).text, 'SearchToken')
  const waiting = call(recorder.url, 'search', eventResults(token)).then(
    (reply) => text(reply.text, 'SearchState'),
    () => 'cut',
  )
  await call(recorder.url, 'device', '<tds:GetSystemDateAndTime/>')
  await recorder.close()
  t.match(await waiting, /^(Completed|cut)$/)
})

function naturally(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}
