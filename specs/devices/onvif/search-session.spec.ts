import t from 'tap'
import { DeviceErrorCode } from 'viewnet/device'
import { HttpError, NoReplyError, toDeviceError } from '../../../devices/onvif/blame.js'
import { search } from '../../../devices/onvif/search-session.js'
import { readReply } from '../../../devices/onvif/soap-reply.js'
import { findRecordings, type SoapRequest } from '../../../devices/onvif/soap-request.js'
import { XmlReader, type XmlReaderOptions } from '../../../devices/onvif/xml-reader.js'
import { envelope, fault } from './soap-server.js'

const PAGE_SIZE = 3
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
async function run(polls: readonly (string | Error)[], findFaults = 0) {
  const asked: string[] = []
  const pausesMs: number[] = []
  const replies = polls.values()
  const found: string[] = []
  let fingerprint = 0
  let faultsLeft = findFaults
  const ask = async (request: SoapRequest, handlerOf?: XmlReaderOptions['handlerOf']) => {
    asked.push(request.operation)
    let reply: string | Error = envelope(
      '<q:FindRecordingsResponse><q:SearchToken>t1</q:SearchToken></q:FindRecordingsResponse>',
    )
    if (request.operation !== 'FindRecordings') reply = replies.next().value ?? fault('InvalidArgVal', 'InvalidToken')
    else if (faultsLeft-- > 0) reply = fault('Action', 'ResourceProblem')
    try {
      if (reply instanceof Error) throw reply
      const reader = new XmlReader({ maxBytes: 100_000, handlerOf })
      reader.write(Buffer.from(reply))
      return readReply(reader.end(), request)
    } catch (cause) {
      throw toDeviceError(cause, { operation: request.operation, address: 'http://192.0.2.7/' })
    }
  }
  let error: unknown
  try {
    await search(
      {
        start: findRecordings(),
        resultsOperation: 'GetRecordingSearchResults',
        resultName: 'RecordingInformation',
        reader: {
          open: () => undefined,
          close: (_, text) => {
            found.push(text)
            fingerprint += text.charCodeAt(0)
          },
          takeFingerprint: () => {
            const taken = fingerprint
            fingerprint = 0
            return taken
          },
        },
      },
      {
        ask,
        leave: async ({ operation }) => void asked.push(operation),
        pageSize: PAGE_SIZE,
        waitTimeMs: 5000,
        pause: async (spanMs) => void pausesMs.push(spanMs),
      },
    )
  } catch (reason) {
    error = reason
  }
  t.equal(asked[0], 'FindRecordings')
  const pollCount = asked.filter((operation) => operation.startsWith('Get')).length
  if (pollCount > 0) t.equal(asked.at(-1), 'EndSearch', 'the session is always left')
  return { told: found.join(''), asked, error, pollCount, pausesMs }
}

const noReply = new NoReplyError(Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }))

const GOOD: readonly {
  readonly name: string
  readonly polls: readonly (string | Error)[]
  /** Every result that was read, repeated ones too: whoever reads them knows them by their tokens. */
  readonly told: string
  readonly pollCount: number
}[] = [
  { name: 'everything at once, and is told no more', polls: ['Completed a b'], told: 'ab', pollCount: 2 },
  { name: 'everything at once, and nothing again', polls: ['Completed a b', 'Completed'], told: 'ab', pollCount: 2 },
  { name: 'nothing', polls: ['Completed'], told: '', pollCount: 2 },
  {
    name: 'nothing at first, although Completed',
    polls: ['Completed', 'Completed a', 'Completed'],
    told: 'a',
    pollCount: 3,
  },
  {
    name: 'page after page',
    polls: ['Searching a b c', 'Searching d', 'Completed e'],
    told: 'abcde',
    pollCount: 4,
  },
  { name: 'nothing for a while', polls: ['Queued', 'Searching', 'Unknown', 'Completed a'], told: 'a', pollCount: 5 },
  {
    name: 'Completed on every page',
    polls: ['Completed a', 'Completed b', 'Completed c d e', 'Completed f'],
    told: 'abcdef',
    pollCount: 5,
  },
  {
    name: 'Completed with the same page for ever',
    polls: ['Completed a b c', 'Completed b a c'],
    told: 'abcbac',
    pollCount: 2,
  },
  { name: 'more results than were asked for', polls: ['Completed a b c d e'], told: 'abcde', pollCount: 2 },
  {
    name: 'all results again on every poll',
    polls: ['Searching a', 'Searching a b', 'Completed a b c'],
    told: 'aababc',
    pollCount: 4,
  },
  {
    name: 'the same results on every poll, and never an end',
    polls: Array.from({ length: 20 }, () => 'Searching a b'),
    told: 'ab'.repeat(11),
    pollCount: 11,
  },
  {
    name: 'more than were asked for on every poll, and never an end',
    polls: Array.from({ length: 20 }, () => 'Searching a b c d'),
    told: 'abcd'.repeat(11),
    pollCount: 11,
  },
  {
    name: 'all results and then only the state Unknown',
    polls: ['Unknown a', ...Array.from({ length: 20 }, () => 'Unknown')],
    told: 'a',
    pollCount: 11,
  },
  { name: 'a device that hangs up when it is asked on', polls: ['Completed a b', noReply], told: 'ab', pollCount: 2 },
  {
    name: 'a device that answers an HTTP error when it is asked on',
    polls: ['Completed a b c', new HttpError(404, 'nothing')],
    told: 'abc',
    pollCount: 2,
  },
]

for (const { name, polls, told, pollCount } of GOOD) {
  t.test(`finds ${name} [search Search Session]`, async (t) => {
    const outcome = await run(polls.map((poll) => (typeof poll === 'string' ? page(poll) : poll)))
    t.equal(outcome.error, undefined)
    t.equal(outcome.told, told)
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

t.test('waits for a device that has no session to spare, but not for ever [search FindRecordings]', async (t) => {
  const { told, asked, pausesMs, error } = await run([page('Completed a')], 3)
  t.equal(error, undefined)
  t.equal(told, 'a')
  t.same(asked.slice(0, 5), [...Array.from({ length: 4 }, () => 'FindRecordings'), 'GetRecordingSearchResults'])
  t.same(pausesMs, [50, 100, 200])

  const busy = await run([], 1000)
  t.match(busy.error, { code: DeviceErrorCode.fault, message: /ResourceProblem/ })
  t.equal(busy.asked.length, 31)
  t.ok(busy.pausesMs.every((spanMs) => spanMs <= 5000))
})

const BAD: readonly {
  readonly name: string
  readonly polls: readonly (string | Error)[]
  readonly says: RegExp
  readonly code?: DeviceErrorCode
}[] = [
  {
    name: 'never finds anything, and never comes to an end',
    polls: Array.from({ length: 200 }, () => page('Searching')),
    says: /expected GetRecordingSearchResults to come to Completed, got 120 answers/,
  },
  {
    name: 'never says more than that the state is Unknown',
    polls: Array.from({ length: 200 }, () => page('Unknown')),
    says: /expected GetRecordingSearchResults to come to Completed, got 120 answers/,
  },
  {
    name: 'tells the first page for ever',
    polls: Array.from({ length: 20 }, () => page('Searching a b c')),
    says: /the same 3 results again and again/,
  },
  { name: 'loses the session half-way', polls: [page('Searching a b c')], says: /InvalidToken/ },
  { name: 'says no state', polls: [page('- a')], says: /expected a ResultList with a SearchState, got none/ },
  {
    name: 'breaks off a reply',
    polls: [page('Searching a'), page('Completed b').slice(0, -40)],
    says: /got the end of the reply/,
  },
  {
    name: 'breaks off a reply after it said Completed',
    polls: [page('Completed a'), page('Completed d').slice(0, -40)],
    says: /got the end of the reply/,
  },
  {
    name: 'hangs up after it said Completed with a full page',
    polls: [page('Completed a b c'), noReply],
    says: /no usable connection/,
    code: DeviceErrorCode.unreachable,
  },
  {
    name: 'refuses after it said Completed',
    polls: [page('Completed a'), fault('NotAuthorized')],
    says: /NotAuthorized/,
    code: DeviceErrorCode.refused,
  },
  {
    name: 'writes its results in a foreign namespace',
    polls: [page('Completed a', 'q')],
    says: /expected <RecordingInformation> of '.*schema', got it of '.*search\/wsdl'/,
  },
]

for (const { name, polls, says, code = DeviceErrorCode.fault } of BAD) {
  t.test(`fails, and does not end in silence, when the device ${name} [device listRecordings]`, async (t) => {
    const { error } = await run(polls)
    const device = toDeviceError(error, { operation: 'ListRecordings', address: 'http://192.0.2.7/' })
    t.equal(device.code, code)
    t.match(device.message, says)
  })
}
