import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import t from 'tap'
import { DeviceErrorCode, type Recording } from 'viewnet/device'
import { OnvifDevice, type OnvifDeviceOptions, type OnvifExchange } from 'viewnet/devices/onvif'
import { event, events, list as listOneTrack } from './one-track-recorder.js'
import { envelope, fault, services, SoapServer, type Answer } from './soap-server.js'

const completed = (operation: string, results: string): string =>
  envelope(
    `<q:${operation}Response><q:ResultList><o:SearchState>Completed</o:SearchState>${results}</q:ResultList></q:${operation}Response>`,
  )
const found = (operation: string): string =>
  envelope(`<q:${operation}Response><q:SearchToken>t</q:SearchToken></q:${operation}Response>`)

/** A device with one coarse recording. */
const RECORDER: Readonly<Record<string, string>> = {
  GetServices: services('http://192.168.1.5/onvif/search'),
  GetDeviceInformation: envelope('<d:GetDeviceInformationResponse/>'),
  FindRecordings: found('FindRecordings'),
  GetRecordingSearchResults: completed(
    'GetRecordingSearchResults',
    `<o:RecordingInformation><o:RecordingToken>R</o:RecordingToken><o:Track><o:TrackToken>V</o:TrackToken><o:TrackType>Video</o:TrackType>
    <o:DataFrom>2026-01-01T00:00:00Z</o:DataFrom><o:DataTo>2026-01-02T00:00:00Z</o:DataTo></o:Track></o:RecordingInformation>`,
  ),
  FindEvents: found('FindEvents'),
  GetEventSearchResults: completed('GetEventSearchResults', ''),
  EndSearch: fault('InvalidArgVal', 'InvalidToken'),
}
const IDENTITIES = ['R/V']

type Gate = (response: ServerResponse, operation: string) => boolean

interface Outcome {
  readonly identities: readonly string[]
  readonly error: { readonly code?: string; readonly message: string } | undefined
  /** Operations, in order. */
  readonly asked: readonly string[]
  /** Authorization headers, in order; without those that were not sent. */
  readonly authorizations: readonly string[]
  /** How many messages had a WS-Security token. */
  readonly tokenCount: number
}

/** List a device whose gate may take a request for itself: it then returns true. */
async function list(gate: Gate, options: Partial<OnvifDeviceOptions> = {}): Promise<Outcome> {
  const authorizations: string[] = []
  const answers = Object.fromEntries(
    Object.entries(RECORDER).map(([operation, reply]): [string, Answer] => [
      operation,
      (response) => {
        const { authorization } = response.req.headers
        if (authorization !== undefined) authorizations.push(authorization)
        return gate(response, operation) ? undefined : reply
      },
    ]),
  )
  await using server = new SoapServer(answers)
  await server.start()
  await using device = new OnvifDevice({ url: server.url, attemptTimeoutMs: 5000, ...options })
  const recordings: Recording[] = []
  let error: Outcome['error']
  try {
    for await (const page of device.listRecordings({})) recordings.push(...page)
  } catch (reason) {
    error = reason as Error
  }
  const asked = server.asked.map((line) => line.split(' ')[0]!)
  const tokenCount = server.messages.filter((message) => message.includes('UsernameToken')).length
  return { identities: recordings.map(({ identity }) => identity), error, asked, authorizations, tokenCount }
}

const countOf = (asked: readonly string[], operation: string): number =>
  asked.filter((each) => each === operation).length

/** Hangs up, without an octet, when a connection is used a second time. */
function hangUpOnReuse(): Gate {
  const used = new WeakSet<Socket>()
  return ({ socket }) => {
    if (!socket) return false
    if (used.has(socket)) socket.destroy()
    used.add(socket)
    return socket.destroyed
  }
}

t.test('lists a device that closes kept connections as they are used again', async (t) => {
  const { identities, error, asked } = await list(hangUpOnReuse())
  t.equal(error, undefined)
  t.same(identities, IDENTITIES)
  t.equal(countOf(asked, 'FindRecordings'), 2, 'a lost poll may have been answered: the search begins again')
})

t.test('asks twice what may be asked twice, and no more often', async (t) => {
  const { error, asked } = await list(
    (response, operation) => operation === 'FindRecordings' && !response.destroy().writable,
  )
  t.match(error, { code: DeviceErrorCode.unreachable, message: /FindRecordings .*no usable connection/ })
  t.equal(countOf(asked, 'FindRecordings'), 2)
})

t.test('never asks for the same page twice when its answer was lost, and begins again at most twice', async (t) => {
  const gate: Gate = (response, operation) => operation === 'GetEventSearchResults' && !response.destroy().writable
  const { error, asked, identities } = await list(gate)
  t.match(error, { code: DeviceErrorCode.unreachable })
  t.same(identities, [], 'a part of the list is never told')
  t.equal(countOf(asked, 'FindEvents'), 3)
  t.equal(countOf(asked, 'GetEventSearchResults'), 3)
})

t.test('begins a search again whose session has expired half-way', async (t) => {
  let faultsLeft = 1
  const gate: Gate = (response, operation) => {
    if (operation !== 'GetEventSearchResults' || faultsLeft-- <= 0) return false
    response.writeHead(400).end(fault('InvalidArgVal', 'InvalidToken'))
    return true
  }
  const { error, identities, asked } = await list(gate)
  t.equal(error, undefined)
  t.same(identities, IDENTITIES)
  t.equal(countOf(asked, 'FindEvents'), 2)
})

/** Answers everything but what anybody may ask with a challenge, unless `accepts` what was sent. */
function challenge(header: () => string | string[], accepts: (authorization: string) => boolean = () => false): Gate {
  return (response, operation) => {
    if (operation === 'GetServices' || accepts(response.req.headers.authorization ?? '')) return false
    response.writeHead(401, { 'www-authenticate': header() }).end('go away')
    return true
  }
}

const CREDENTIALS = { user: 'admin', password: 'hunter2' }
const CHALLENGES = [
  'Digest realm="r", nonce="a", qop="auth"',
  'Digest realm="r", nonce="b", algorithm=SHA-256, qop="auth"',
]

t.test('answers the strongest challenge, and sends no token to a device that wants none [RFC 7616 3.7]', async (t) => {
  const { identities, authorizations, tokenCount } = await list(
    challenge(
      () => CHALLENGES,
      (authorization) => authorization.includes('algorithm=SHA-256'),
    ),
    CREDENTIALS,
  )
  t.same(identities, IDENTITIES)
  t.equal(tokenCount, 0)
  t.same(
    authorizations.map((authorization) => /nc=(\w+)/.exec(authorization)?.[1]),
    authorizations.map((_, index) => (index + 1).toString(16).padStart(8, '0')),
    'one challenge is enough for a listing, and no counter comes twice',
  )
})

t.test('proves a wrong password once, so that no account is locked', async (t) => {
  const { error, authorizations, tokenCount } = await list(
    challenge(() => CHALLENGES),
    CREDENTIALS,
  )
  t.match(error, { code: DeviceErrorCode.refused })
  t.equal(authorizations.length + tokenCount, 1)
  t.notMatch(error?.message, 'hunter2')
})

/** A device that takes no token; it counts those that it got. */
async function refusing(): Promise<{ readonly server: SoapServer; readonly proofCount: () => number }> {
  let proofCount = 0
  const server = new SoapServer({
    GetServices: RECORDER['GetServices']!,
    '*': (response, message) => {
      if (message.includes('UsernameToken')) proofCount++
      response.writeHead(400)
      response.end(fault('NotAuthorized'))
    },
  })
  await server.start()
  return { server, proofCount: () => proofCount }
}

t.test('does not try a wrong password again for whoever asks next', async (t) => {
  const { server, proofCount } = await refusing()
  await using _ = server
  await using device = new OnvifDevice({ url: server.url, ...CREDENTIALS })
  await t.rejects(device.listRecordings({}).next(), { code: DeviceErrorCode.refused, message: /NotAuthorized/ })
  await t.rejects(device.listRecordings({}).next(), {
    code: DeviceErrorCode.refused,
    message: /NotAuthorized.*not asked again within 60 s/,
  })
  t.equal(proofCount(), 1)
})

t.test('proves a wrong password once for all who ask at the same time', async (t) => {
  const { server, proofCount } = await refusing()
  await using _ = server
  await using device = new OnvifDevice({ url: server.url, ...CREDENTIALS })
  const asked = Array.from({ length: 8 }, () => device.listRecordings({}).next())
  for (const each of asked) await t.rejects(each, { code: DeviceErrorCode.refused })
  t.equal(proofCount(), 1)
})

t.test('lets others prove themselves when whoever did it first has left, or was not answered', async (t) => {
  let hangs = true
  await using server = new SoapServer({
    ...RECORDER,
    FindRecordings: () => (hangs ? undefined : RECORDER['FindRecordings']),
  })
  await server.start()
  await using device = new OnvifDevice({ url: server.url, ...CREDENTIALS })
  const calledOff = new AbortController()
  const first = device.listRecordings({ signal: calledOff.signal }).next()
  const second = device.listRecordings({}).next()
  while (!server.asked.some((line) => line.startsWith('FindRecordings'))) await new Promise(setImmediate)
  hangs = false
  calledOff.abort(new Error('called off'))
  await t.rejects(first, { message: 'called off' })
  t.match((await second).value, [{ identity: 'R/V' }])
})

t.test('takes a newer nonce for each of those whose nonce aged while they were asked at the same time', async (t) => {
  let nonces = 0
  const gate = challenge(
    () => `Digest realm="r", nonce="n${++nonces}", qop="auth"`,
    // No word of stale ones.
    (authorization) => Number.parseInt(/nc=(\w+)/.exec(authorization)?.[1] ?? 'ff', 16) <= 6,
  )
  await using server = new SoapServer(
    Object.fromEntries(
      Object.entries(RECORDER).map(([operation, reply]): [string, Answer] => [
        operation,
        (response) => (gate(response, operation) ? undefined : reply),
      ]),
    ),
  )
  await server.start()
  await using device = new OnvifDevice({ url: server.url, ...CREDENTIALS })
  const pages = await Promise.all(Array.from({ length: 4 }, () => device.listRecordings({}).next()))
  t.strictSame(
    pages.map(({ value }) => (value as readonly Recording[]).map(({ identity }) => identity)),
    [IDENTITIES, IDENTITIES, IDENTITIES, IDENTITIES],
  )
})

t.test('is not kept asking by a device whose nonces are always stale', async (t) => {
  let count = 0
  const { error, authorizations } = await list(
    challenge(() => `Digest realm="r", nonce="${count++}", qop="auth", stale=true`),
    CREDENTIALS,
  )
  t.match(error, { code: DeviceErrorCode.refused })
  t.equal(authorizations.length, 4)
})

t.test('never sends the password itself, and says that nothing else is wanted', async (t) => {
  const { error, authorizations } = await list(
    challenge(() => 'Basic realm="camera"'),
    CREDENTIALS,
  )
  t.match(error, { code: DeviceErrorCode.refused, message: /HTTP asks for basic/ })
  t.same(authorizations, [])
})

t.test('gives up a text without end long before it fills the memory', async (t) => {
  const gate: Gate = (response, operation) => {
    if (operation !== 'GetEventSearchResults') return false
    response.writeHead(200)
    response.write(RECORDER['GetEventSearchResults']!.slice(0, -100))
    const more = (): void => void (response.writable && response.write('x'.repeat(50_000), () => setImmediate(more)))
    more()
    return true
  }
  const { error } = await list(gate, { maxReplyBytes: 2 ** 30 })
  t.match(error, { code: DeviceErrorCode.fault, message: /expected a tag within 262144 octets, got none/ })
})

t.test(
  'refuses a topic of a quarter of a million blanks at once, whose every split was tried for half a minute',
  async (t) => {
    const topic = `tns1:RecordingHistory/Track/State${' '.repeat(250_000)}&quot;`
    const { error } = await listOneTrack({
      answers: { GetEventSearchResults: events('Completed', event('01:00:00', true, { topic })) },
    })
    t.match(error, { code: DeviceErrorCode.fault, message: /expected a Topic in every event, got 'tns1:/ })
  },
)

t.test('gives up a reply that is nothing but elements nobody asked for', async (t) => {
  const gate: Gate = (response, operation) => {
    if (operation !== 'GetEventSearchResults') return false
    response.end(
      RECORDER['GetEventSearchResults']!.replace('<q:ResultList>', `<q:ResultList>${'<o:x/>'.repeat(30_000)}`),
    )
    return true
  }
  const { error } = await list(gate)
  t.match(error, { code: DeviceErrorCode.fault, message: /at most 20000 elements beside the results/ })
})

t.test('tells an observer every exchange, raw, also those that fail', async (t) => {
  const exchanges: OnvifExchange[] = []
  const gate: Gate = (response, operation) => operation === 'FindRecordings' && !response.destroy().writable
  await list(gate, { observe: (exchange) => exchanges.push(exchange) })
  t.match(exchanges, [
    { operation: 'GetServices', status: 200, error: undefined, url: /\/onvif\/device_service$/ },
    { operation: 'FindRecordings', status: undefined, error: { message: 'other side closed' } },
    { operation: 'FindRecordings', status: undefined },
  ])
  t.equal(Buffer.from(exchanges[0]!.responseOctets).toString(), RECORDER['GetServices'])
  t.match(exchanges[0]!.requestXml, /<tds:GetServices>/)
})
