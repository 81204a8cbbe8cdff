import t from 'tap'
import { SearchSessions } from '../../../../devices/simulated/search-sessions.js'
import { withLimitQuirks } from '../../../../devices/simulated/quirks/paging-quirks.js'
import {
  call,
  endSearch,
  eventResults,
  faultCodes,
  findEvents,
  findRecordings,
  text,
  TRACK_STATE,
} from '../soap-client.js'
import {
  allEvents,
  allRecordings,
  begin,
  poll,
  readWireEvents,
  started,
  trueIntervals,
  videoIntervals,
} from './wire.js'

const HOUR_MS = 3_600_000
const options = { recordings: 60, seed: 5 } as const

t.test('same-results-again: every poll tells everything found so far, whatever was asked for', async (t) => {
  const { url } = await started(t, { ...options, quirks: ['same-results-again'] })
  const token = await begin(url, { filter: TRACK_STATE })
  const polls = await poll(url, token, 'events', { polls: 8, maxResults: 100 })
  const counts = polls.map(({ count }) => count)
  const total = counts.at(-1)!
  t.same(counts.slice(0, 3), [100, 200, 300])
  t.same(
    polls.map(({ state }) => state),
    counts.map((count, index) => (index > 0 && counts[index - 1] === count ? 'Completed' : 'Searching')),
  )
  t.same(polls.at(-1)!.reply.text, polls.at(-2)!.reply.text, 'and the same once more after Completed')
  t.equal((await allEvents(url, { filter: TRACK_STATE })).length >= total, true)
})

t.test('max-results-ignored: one answer has more than was asked for', async (t) => {
  const { url } = await started(t, { ...options, quirks: ['max-results-ignored'] })
  const [first] = await poll(url, await begin(url, {}), 'events', { maxResults: 5 })
  t.ok(first!.count > 120)
  t.equal(first!.state, 'Completed')
})

t.test('state-last: SearchState stands behind the last result', async (t) => {
  const { url } = await started(t, { ...options, quirks: ['state-last'] })
  const [first] = await poll(url, await begin(url, 'recordings'), 'recordings')
  t.match(first!.reply.text, /<\/tt:RecordingInformation><tt:SearchState>Completed<\/tt:SearchState><\/tse:ResultList>/)
})

for (const [quirk, state] of [
  ['state-queued', 'Queued'],
  ['state-unknown', 'Unknown'],
] as const) {
  t.test(`${quirk}: ${state} twice without results, then with 50 at most, and Completed once`, async (t) => {
    const recorder = await started(t, { ...options, quirks: [quirk] })
    const polls = await poll(recorder.url, await begin(recorder.url, { filter: TRACK_STATE }), 'events')
    t.same(
      polls.slice(0, 3).map((each) => [each.state, each.count]),
      [
        [state, 0],
        [state, 0],
        [state, 50],
      ],
    )
    t.same(polls.map((each) => each.state).lastIndexOf(state), polls.length - 2)
    t.equal(polls.at(-1)!.state, 'Completed')
    const recordings = await poll(recorder.url, await begin(recorder.url, 'recordings'), 'recordings')
    t.same(
      recordings.map(({ count }) => count),
      [0, 0, 4],
    )
  })
}

t.test('completed-early: every answer says Completed and the next brings more', async (t) => {
  const recorder = await started(t, { ...options, quirks: ['completed-early'] })
  const polls = await poll(recorder.url, await begin(recorder.url, { filter: TRACK_STATE }), 'events')
  t.same(
    polls.slice(0, 5).map(({ count }) => count),
    [1, 2, 4, 8, 16],
  )
  t.ok(polls.every(({ state }) => state === 'Completed'))
  const told = polls.flatMap(({ reply }) => readWireEvents(reply)).filter(({ track }) => track === 'VIDEO001')
  t.equal(told.length, 120, 'both ends of all 60 intervals came in the end')
})

t.test(
  'results-shuffled: neither the recordings nor the moments come in order, but the answers of a track do',
  async (t) => {
    const recorder = await started(t, { ...options, quirks: ['results-shuffled'] })
    const token = await begin(recorder.url, { filter: TRACK_STATE })
    const pages = (await poll(recorder.url, token, 'events', { maxResults: 40 })).map(({ reply }) =>
      readWireEvents(reply),
    )
    const times = pages.flat().map(({ time }) => time)
    t.ok(
      pages.every(
        (page) => page.length < 3 || page.some(({ time }, index) => index > 0 && page[index - 1]!.time > time),
      ),
    )
    const sorted = pages.flatMap((page) => page.toSorted((a, b) => (a.time < b.time ? -1 : 1)))
    const lastOf = new Map<string, string>()
    for (const { recording, track, time } of sorted) {
      if ((lastOf.get(`${recording}/${track}`) ?? '') >= time) t.fail(`${track} of ${recording} goes back to ${time}`)
      lastOf.set(`${recording}/${track}`, time)
    }
    t.notSame(
      sorted.map(({ time }) => time),
      times.toSorted(),
      'whole recordings come one after the other',
    )
  },
)

t.test('end-search-refused: ActionNotSupported, and the session lives on', async (t) => {
  const { url } = await started(t, { ...options, quirks: ['end-search-refused'] })
  const token = await begin(url, {})
  t.equal(faultCodes(await call(url, 'search', endSearch(token))), 'env:Receiver ter:ActionNotSupported')
  t.equal((await poll(url, token, 'events', { polls: 1 })).length, 1)
})

t.test('token-expires: gone 10 s after the last answer, though a minute was asked for', async (t) => {
  const limits = { maxSessions: 8, maxPageResults: 10, maxKeepAliveMs: 600_000, maxWaitMs: 60_000, searchMs: 0 }
  const sessions = new SearchSessions(withLimitQuirks(limits, new Set(['token-expires'])))
  const search = { kind: 'events', count: 50, results: [].values(), startMs: 0, reachedMs: () => 0 } as const
  const token = sessions.open(search, 60_000, 0)!
  const nothing = { minResults: 0, maxResults: 0, waitMs: 0 }
  t.equal(sessions.take('events', token, { ...nothing, askedAtMs: 9_999 }, 9_999).type, 'results')
  t.equal(sessions.take('events', token, { ...nothing, askedAtMs: 19_998 }, 19_998).type, 'results')
  t.equal(sessions.take('events', token, { ...nothing, askedAtMs: 29_998 }, 29_998).type, 'unknown')
})

t.test('one-search-session: a second search is refused until the first is over', async (t) => {
  const { url } = await started(t, { ...options, quirks: ['one-search-session'] })
  const token = await begin(url, {})
  t.equal(faultCodes(await call(url, 'search', findRecordings())), 'env:Receiver ter:Action ter:ResourceProblem')
  await call(url, 'search', endSearch(token))
  t.equal((await call(url, 'search', findRecordings())).status, 200)
})

t.test('events-outside-window: an hour of overwritten data before and after what was asked for', async (t) => {
  const { url } = await started(t, { ...options, quirks: ['events-outside-window'] })
  const [start, end] = ['2025-12-31T10:00:00.000Z', '2025-12-31T12:00:00.000Z']
  const events = await allEvents(url, { start, end, filter: TRACK_STATE })
  const outside = events.filter(({ time }) => time < start || time > end)
  t.same(
    [...new Set(outside.map(({ time, value }) => `${time} ${value}`))],
    [
      '2025-12-31T08:00:00.000Z true',
      '2025-12-31T09:00:00.000Z false',
      '2025-12-31T13:00:00.000Z true',
      '2025-12-31T14:00:00.000Z false',
    ],
  )
  const backward = await allEvents(url, { start: end, end: start, filter: TRACK_STATE })
  t.same(
    backward.map(({ time }) => time),
    events.map(({ time }) => time).toReversed(),
  )
})

t.test('unrelated-topics: every second event is about something else', async (t) => {
  const recorder = await started(t, { ...options, quirks: ['unrelated-topics'] })
  const topics = (await allEvents(recorder.url, { filter: TRACK_STATE })).map(({ topic }) => topic)
  const others = topics.filter((topic) => topic !== 'tns1:RecordingHistory/Track/State')
  t.equal(others.length, topics.length / 2)
  t.equal(new Set(others).size, 3)
  t.same(await videoIntervals(recorder.url), trueIntervals(recorder))
})

t.test('start-after-end: bounds are told the wrong way round', async (t) => {
  const { url } = await started(t, { ...options, quirks: ['start-after-end'] })
  for (const recording of await allRecordings(url)) {
    t.ok(text(recording, 'EarliestRecording') > text(recording, 'LatestRecording'))
    t.match(recording, /<tt:DataFrom>2025-12-31.*?<\/tt:DataFrom><tt:DataTo>2025-1/)
  }
})

t.test('empty-track-token: the message alone names the track', async (t) => {
  const { url } = await started(t, { ...options, quirks: ['empty-track-token'] })
  const events = await allEvents(url, { filter: TRACK_STATE })
  t.ok(events.every(({ resultTrack, track }) => resultTrack === '' && track !== ''))
})

t.test('local-time: UtcTime is eight hours ahead of Time, and so is the clock on the wall', async (t) => {
  const { url } = await started(t, { ...options, quirks: ['local-time'] })
  const events = await allEvents(url)
  t.ok(events.every(({ time, utcTime }) => Date.parse(utcTime) - Date.parse(time) === 8 * HOUR_MS))
  t.match((await call(url, 'device', '<tds:GetSystemDateAndTime/>')).text, '<tt:TZ>UTC-8</tt:TZ>')
})

for (const [quirk, form, meaning] of [
  ['microsecond-times', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}789Z$/, (time: string) => time.replace('789Z', 'Z')],
  ['times-without-zone', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/, (time: string) => `${time}Z`],
  [
    'times-with-offset',
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00$/,
    (time: string) => new Date(time).toISOString(),
  ],
] as const) {
  t.test(`${quirk}: in every time that a search tells`, async (t) => {
    const recorder = await started(t, { ...options, quirks: [quirk] })
    const { url } = recorder
    const texts = [
      ...(await allRecordings(url)),
      (await call(url, 'search', '<tse:GetRecordingSummary/>')).text,
      (await call(url, 'search', endSearch(await begin(url, {})))).text,
    ]
    const times = texts.flatMap((each) => each.match(/(?<=>)\d{4}-\d\d-\d\dT[^<]*/g) ?? [])
    t.ok(times.length > 20 && times.every((time) => form.test(time)))
    t.ok((await allEvents(url)).every(({ time, utcTime }) => time === utcTime && form.test(time)))
    const told = (await videoIntervals(url)).map((interval) => {
      const [track, start, end] = interval.split(' ')
      return `${track} ${meaning(start!)} ${meaning(end!)}`
    })
    t.same(told.toSorted(), trueIntervals(recorder))
  })
}

t.test('filters-ignored: everything comes, whatever was asked for', async (t) => {
  const { url } = await started(t, { ...options, quirks: ['filters-ignored'] })
  const everything = await allEvents(url)
  const recording = everything[0]!.recording
  const filtered = await allEvents(url, {
    start: '2026-01-01T00:00:00Z',
    end: '2025-12-31T23:00:00Z',
    filter: TRACK_STATE,
    scope: `<tt:IncludedRecordings>${recording}</tt:IncludedRecordings>`,
  })
  t.ok(everything.length > 240)
  t.same(filtered, everything)
})

t.test('filters-refused: InvalidFilterFault to a topic, an end and a scope', async (t) => {
  const { url } = await started(t, { ...options, quirks: ['filters-refused'] })
  for (const request of [
    findEvents({ filter: TRACK_STATE }),
    findEvents({ end: '2026-01-01T00:00:00Z' }),
    findEvents({ scope: '<tt:RecordingInformationFilter>boolean(//Track)</tt:RecordingInformationFilter>' }),
    findRecordings('<tt:IncludedSources><tt:Token>VideoSource_1</tt:Token></tt:IncludedSources>'),
  ]) {
    t.equal(faultCodes(await call(url, 'search', request)), 'env:Sender ter:InvalidArgVal ter:InvalidFilterFault')
  }
  t.ok((await allEvents(url)).length > 240)
})

t.test('source-filter-misused: a source finds nothing, a recording everything', async (t) => {
  const { url } = await started(t, { ...options, quirks: ['source-filter-misused'] })
  const everything = await allEvents(url)
  const source = '<tt:IncludedSources><tt:Token>VideoSource_1</tt:Token></tt:IncludedSources>'
  t.same(await allEvents(url, { scope: source }), [])
  const recording = `<tt:IncludedRecordings>${everything[0]!.recording}</tt:IncludedRecordings>`
  t.same(await allEvents(url, { scope: recording }), everything)
})

t.test('no event of a search is forgotten when its answers are', async (t) => {
  const { url } = await started(t, {
    ...options,
    quirks: ['same-results-again', 'results-shuffled', 'unrelated-topics'],
  })
  const token = await begin(url, {})
  const [first, second] = await poll(url, token, 'events', { polls: 2 })
  t.ok(first!.count > 240)
  t.equal(second!.count, first!.count)
  const other = await call(url, 'search', eventResults('SearchToken_99'))
  t.equal(faultCodes(other), 'env:Sender ter:InvalidArgVal ter:InvalidToken')
})
