import t from 'tap'
import { OnvifDevice } from '../../../devices/onvif/index.js'
import { heldOctets } from '../../held-octets.js'
import { envelope, services, SoapServer, type Answer } from './soap-server.js'

const FEW = 5_000
const MANY = 60_000
const CLIPS = 20_000
const RESULTS_IN_PAGE = 1000
const START_MS = Date.UTC(2026, 0, 1)

/** Answers page by page, each made when it is asked for. */
function pages(count: number, resultOf: (index: number) => string, operation: string): Answer {
  let next = 0
  return () => {
    const first = next
    next = Math.min(count, first + RESULTS_IN_PAGE)
    let results = ''
    for (let index = first; index < next; index++) results += resultOf(index)
    const state = next === count ? 'Completed' : 'Searching'
    if (next === count && first === count) next = 0
    return envelope(
      `<q:${operation}Response><q:ResultList><o:SearchState>${state}</o:SearchState>${results}</q:ResultList></q:${operation}Response>`,
    )
  }
}

function timeOf(index: number): string {
  return new Date(START_MS + index * 30_000).toISOString()
}

function recording(token: string, until: number): string {
  return (
    `<o:RecordingInformation><o:RecordingToken>${token}</o:RecordingToken><o:Source><o:SourceId>Camera</o:SourceId></o:Source>` +
    `<o:EarliestRecording>${timeOf(0)}</o:EarliestRecording><o:LatestRecording>${timeOf(until)}</o:LatestRecording>` +
    `<o:Track><o:TrackToken>VIDEO001</o:TrackToken><o:TrackType>Video</o:TrackType></o:Track>` +
    `<o:RecordingStatus>Stopped</o:RecordingStatus></o:RecordingInformation>`
  )
}

function event(token: string, index: number): string {
  return (
    `<o:Result><o:RecordingToken>${token}</o:RecordingToken><o:TrackToken>VIDEO001</o:TrackToken><o:Time>${timeOf(index)}</o:Time>` +
    `<o:Event><n:Topic>t:RecordingHistory/Track/State</n:Topic><n:Message><o:Message UtcTime="${timeOf(index)}">` +
    `<o:Data><o:SimpleItem Name="IsDataPresent" Value="${index % 2 === 0}"/></o:Data></o:Message></n:Message></o:Event>` +
    `<o:StartStateEvent>false</o:StartStateEvent></o:Result>`
  )
}

interface Use {
  readonly count: number
  /** The most that was held at once, beyond what was held before. */
  readonly heldOctets: number
}

/** List a recorder; what it holds is measured at every fifth page that comes in, and when the first goes out. */
async function list(recordings: number, eventsOfEach: number): Promise<Use> {
  const tokenOf = (index: number): string => `recording-${String(index).padStart(8, '0')}`
  const events = recordings * eventsOfEach
  let held = 0
  let answers = 0
  const before = heldOctets()
  const measure = (): void => {
    held = Math.max(held, heldOctets() - before)
  }
  const measured = (answer: Answer): Answer => {
    return (response, message) => {
      if (++answers % 5 === 0) measure()
      return typeof answer === 'string' ? answer : answer(response, message)
    }
  }
  await using server = new SoapServer({
    GetServices: services('http://127.0.0.1/search'),
    FindRecordings: found('FindRecordings'),
    GetRecordingSearchResults: measured(
      pages(recordings, (index) => recording(tokenOf(index), events), 'GetRecordingSearchResults'),
    ),
    FindEvents: found('FindEvents'),
    GetEventSearchResults: measured(
      pages(events, (index) => event(tokenOf(Math.floor(index / eventsOfEach)), index), 'GetEventSearchResults'),
    ),
  })
  await server.start()
  await using device = new OnvifDevice({ url: server.url })
  let count = 0
  for await (const page of device.listRecordings({})) {
    if (count === 0) measure()
    count += page.length
  }
  return { count, heldOctets: held }
}

function found(operation: string): string {
  return envelope(`<q:${operation}Response><q:SearchToken>one</q:SearchToken></q:${operation}Response>`)
}

t.test('holds a few octets of each resource, however many there are', async (t) => {
  // Compiled code and the shapes of objects are of no list.
  await list(1, 2 * FEW)
  const few = await list(1, 2 * FEW)
  const many = await list(1, 2 * MANY)
  t.equal(few.count, FEW)
  t.equal(many.count, MANY)
  const ofEach = (many.heldOctets - few.heldOctets) / (MANY - FEW)
  t.comment(
    `held ${few.heldOctets} octets of ${FEW} resources, ${many.heldOctets} of ${MANY}: ${ofEach.toFixed(1)} of each more`,
  )
  // Two events, packed; the rest is the collector's own. A text kept of each would be more.
  t.ok(ofEach < 40, 'fewer octets than one text takes')
})

t.test('holds no text of any recording, where each clip is one', async (t) => {
  await list(CLIPS / 10, 2)
  const few = await list(CLIPS / 10, 2)
  const many = await list(CLIPS, 2)
  t.equal(many.count, CLIPS)
  const ofEach = (many.heldOctets - few.heldOctets) / (CLIPS - CLIPS / 10)
  t.comment(
    `held ${few.heldOctets} octets of ${CLIPS / 10} clips, ${many.heldOctets} of ${CLIPS}: ${ofEach.toFixed(1)} of each more`,
  )
  // A token, a track and their events: some 100, give or take 60 by when garbage goes; objects and texts in maps were 346.
  t.ok(ofEach < 220, 'fewer octets than objects and texts take')
})
