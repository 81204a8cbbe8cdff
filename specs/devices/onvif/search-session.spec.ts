import t from 'tap'
import { DeviceErrorCode } from 'viewnet/device'
import { toDeviceError } from '../../../devices/onvif/blame.js'
import { search, type Search } from '../../../devices/onvif/search-session.js'
import { readReply } from '../../../devices/onvif/soap-reply.js'
import { findRecordings, type SoapRequest } from '../../../devices/onvif/soap-request.js'
import { XmlReader } from '../../../devices/onvif/xml-reader.js'
import { envelope, fault } from './soap-server.js'

const PAGE_SIZE = 3
const wanted: Search<string> = {
  start: findRecordings(),
  resultsOperation: 'GetRecordingSearchResults',
  resultName: 'RecordingInformation',
  read: ({ text }) => (text.startsWith('other') ? undefined : text),
  keyOf: (token) => token,
}

/** An answer to a poll: `Searching a b` is that state with those two results. */
function page(words: string, prefix = 'o'): string {
  const [state, ...tokens] = words.split(' ')
  const results = tokens
    .map((token) => `<${prefix}:RecordingInformation>${token}</${prefix}:RecordingInformation>`)
    .join('')
  const stateElement = state === '-' ? '' : `<o:SearchState>${state}</o:SearchState>`
  return envelope(
    `<q:GetRecordingSearchResultsResponse><q:ResultList>${results}${stateElement}</q:ResultList></q:GetRecordingSearchResultsResponse>`,
  )
}

/** Run a search against a device that answers polls so, without a network and without waiting. */
async function run(polls: readonly string[], leaveAfter = Infinity) {
  const asked: string[] = []
  const pausesMs: number[] = []
  const replies = polls.values()
  const ask = async (request: SoapRequest, take?: ConstructorParameters<typeof XmlReader>[0]['take']) => {
    asked.push(request.operation)
    const found = envelope('<q:FindRecordingsResponse><q:SearchToken>t1</q:SearchToken></q:FindRecordingsResponse>')
    const reply =
      request.operation === 'FindRecordings' ? found : (replies.next().value ?? fault('InvalidArgVal', 'InvalidToken'))
    try {
      const reader = new XmlReader({ maxBytes: 100_000, take })
      reader.write(Buffer.from(reply))
      return readReply(reader.end(), request)
    } catch (cause) {
      throw toDeviceError(cause, { operation: request.operation, address: 'http://192.0.2.7/' })
    }
  }
  const found: string[][] = []
  let error: unknown
  try {
    const pages = search(wanted, {
      ask,
      leave: async ({ operation }) => void asked.push(operation),
      pageSize: PAGE_SIZE,
      waitTimeMs: 5000,
      pause: async (spanMs) => void pausesMs.push(spanMs),
    })
    for await (const results of pages) {
      found.push([...results])
      if (found.length === leaveAfter) break
    }
  } catch (reason) {
    error = reason
  }
  t.equal(asked[0], 'FindRecordings')
  t.equal(asked.at(-1), 'EndSearch', 'the session is always left')
  return { found, error, pollCount: asked.length - 2, pausesMs }
}

const GOOD: readonly {
  readonly name: string
  readonly polls: readonly string[]
  readonly found: readonly string[][]
  readonly pollCount: number
}[] = [
  { name: 'everything at once', polls: ['Completed a b'], found: [['a', 'b']], pollCount: 1 },
  { name: 'nothing', polls: ['Completed'], found: [], pollCount: 1 },
  {
    name: 'page after page',
    polls: ['Searching a b c', 'Searching d', 'Completed e'],
    found: [['a', 'b', 'c'], ['d'], ['e']],
    pollCount: 3,
  },
  {
    name: 'nothing for a while',
    polls: ['Queued', 'Searching', 'Unknown', 'Completed a'],
    found: [['a']],
    pollCount: 4,
  },
  { name: 'Completed with a full page, and truly', polls: ['Completed a b c'], found: [['a', 'b', 'c']], pollCount: 2 },
  {
    name: 'Completed with the first of two pages',
    polls: ['Completed a b c', 'Completed d'],
    found: [['a', 'b', 'c'], ['d']],
    pollCount: 2,
  },
  {
    name: 'Completed with the same page for ever',
    polls: ['Completed a b c', 'Completed a b c'],
    found: [['a', 'b', 'c']],
    pollCount: 2,
  },
  {
    name: 'more results than were asked for',
    polls: ['Completed a b c d e'],
    found: [['a', 'b', 'c', 'd', 'e']],
    pollCount: 2,
  },
  {
    name: 'the same results on every poll',
    polls: ['Searching a', 'Searching a', 'Completed a b'],
    found: [['a'], ['b']],
    pollCount: 3,
  },
  {
    name: 'results that are none of ours',
    polls: ['Searching other other other', 'Completed other a'],
    found: [['a']],
    pollCount: 2,
  },
]

for (const { name, polls, found, pollCount } of GOOD) {
  t.test(`finds ${name} [search Search Session]`, async (t) => {
    const outcome = await run(polls.map((words) => page(words)))
    t.equal(outcome.error, undefined)
    t.same(outcome.found, found)
    t.equal(outcome.pollCount, pollCount)
  })
}

t.test('waits longer and longer, up to a second, between polls that bring nothing', async (t) => {
  const { pausesMs } = await run([
    ...Array.from({ length: 7 }, () => page('Searching')),
    page('Searching a'),
    page('Searching'),
    page('Completed'),
  ])
  t.same(pausesMs, [50, 100, 200, 400, 800, 1000, 1000, 50])
})

const BAD: readonly { readonly name: string; readonly polls: readonly string[]; readonly says: RegExp }[] = [
  {
    name: 'never comes to an end',
    polls: Array.from({ length: 200 }, () => page('Searching a')),
    says: /expected GetRecordingSearchResults to come to Completed, got 120 answers/,
  },
  { name: 'loses the session half-way', polls: [page('Searching a b c')], says: /InvalidToken/ },
  { name: 'says no state', polls: [page('- a')], says: /expected a ResultList with a SearchState, got none/ },
  {
    name: 'breaks off a reply',
    polls: [page('Searching a'), page('Completed b').slice(0, -40)],
    says: /got the end of the reply/,
  },
  {
    name: 'breaks off a reply after it said Completed with a full page',
    polls: [page('Completed a b c'), page('Completed d').slice(0, -40)],
    says: /got the end of the reply/,
  },
  {
    name: 'writes its results in a foreign namespace',
    polls: [page('Completed a', 'q')],
    says: /expected <RecordingInformation> of '.*schema', got it of '.*search\/wsdl'/,
  },
]

for (const { name, polls, says } of BAD) {
  t.test(`fails, and does not end in silence, when the device ${name} [device listRecordings]`, async (t) => {
    const { error } = await run(polls)
    const device = toDeviceError(error, { operation: 'ListRecordings', address: 'http://192.0.2.7/' })
    t.equal(device.code, DeviceErrorCode.fault)
    t.match(device.message, says)
  })
}

t.test('ends the session when its reader leaves', async (t) => {
  const { found, pollCount } = await run([page('Searching a'), page('Searching b')], 1)
  t.same(found, [['a']])
  t.equal(pollCount, 1)
})
