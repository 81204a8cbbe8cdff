import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request as requestTls } from 'node:https'
import { connect, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { TLSSocket } from 'node:tls'
import t, { type Test } from 'tap'
import type { QuirkName, SimulatedRecorder } from '../../../../devices/simulated/index.js'
import { call, envelope, eventResults, post, texts } from '../soap-client.js'
import { begin, started } from './wire.js'

const options = { recordings: 60, seed: 5 } as const
const SERVICES = '<tds:GetServices><tds:IncludeCapability>false</tds:IncludeCapability></tds:GetServices>'
const CAPABILITIES = '<tds:GetCapabilities/>'
const SUMMARY = '<tse:GetRecordingSummary/>'

interface Received {
  readonly head: string
  readonly body: Buffer
  readonly isClosed: boolean
}

/** Send one request over a bare connection and take what comes until `enough` says so or the recorder closes. */
async function exchange(
  t: Test,
  recorder: SimulatedRecorder,
  body: string,
  enough: (received: Buffer) => boolean,
): Promise<Received> {
  const { hostname, port, host } = new URL(recorder.url)
  const socket: Socket = connect(Number(port), hostname.replace(/[[\]]/g, ''))
  socket.on('error', () => {})
  t.teardown(() => socket.destroy())
  const message = envelope(body)
  socket.write(
    `POST /onvif/search_service HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${Buffer.byteLength(message)}\r\n\r\n${message}`,
  )
  let received = Buffer.alloc(0)
  const isClosed = await new Promise<boolean>((resolve) => {
    socket.once('close', () => resolve(true))
    socket.on('data', (octets: Buffer) => {
      received = Buffer.concat([received, octets])
      if (enough(received)) resolve(false)
    })
  })
  const end = received.indexOf('\r\n\r\n')
  return { head: received.toString('latin1', 0, end), body: received.subarray(end + 4), isClosed }
}

const never = () => false

/** What a poll for events asks. */
async function eventPoll(recorder: SimulatedRecorder): Promise<string> {
  return eventResults(await begin(recorder.url, {}))
}

t.test('https: the certificate is its own, new with every start, and has the fingerprint that it tells', async (t) => {
  const recorder = await started(t, { ...options, https: true })
  const other = await started(t, { ...options, quirks: ['https'] })
  t.match(recorder.url, /^https:\/\/127\.0\.0\.1:/)
  t.match(recorder.certificateFingerprint, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/)
  t.not(recorder.certificateFingerprint, other.certificateFingerprint)
  const outgoing = requestTls(recorder.url, { method: 'POST', rejectUnauthorized: false, agent: false })
  outgoing.end(envelope(SERVICES))
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  t.equal(response.statusCode, 200)
  const certificate = (response.socket as TLSSocket).getPeerX509Certificate()!
  t.equal(certificate.fingerprint256, recorder.certificateFingerprint)
  t.equal(certificate.checkIP('127.0.0.1'), '127.0.0.1')
  let reply = ''
  for await (const octets of response) reply += octets
  t.ok(texts(reply, 'XAddr').every((address) => address.startsWith('https://127.0.0.1:')))
  t.equal((await started(t, options)).certificateFingerprint, undefined)
})

for (const [quirk, pattern] of [
  ['xaddr-other-host', /^http:\/\/192\.0\.2\.64:\d+\/onvif\/search_service$/],
  ['xaddr-other-port', /^http:\/\/127\.0\.0\.1:9\/onvif\/search_service$/],
  ['xaddr-other-path', /^http:\/\/127\.0\.0\.1:\d+\/cgi-bin\/onvif2\/search_service$/],
  ['xaddr-query', /^http:\/\/127\.0\.0\.1:\d+\/onvif\/search_service\?channel=1&amp;profile=search$/],
] as const satisfies readonly (readonly [QuirkName, RegExp])[]) {
  t.test(`${quirk}: in GetServices and GetCapabilities, and the service answers where it should`, async (t) => {
    const recorder = await started(t, { ...options, quirks: [quirk] })
    for (const request of [SERVICES, CAPABILITIES]) {
      const addresses = texts((await call(recorder.url, 'device', request)).text, 'XAddr')
      t.match(
        addresses.find((address) => address.includes('search')),
        pattern,
      )
    }
    const address = texts((await call(recorder.url, 'device', SERVICES)).text, 'XAddr').find((each) =>
      each.includes('search_'),
    )!
    const told = new URL(address.replaceAll('&amp;', '&'))
    const reached = new URL(told.pathname + told.search, recorder.url)
    t.equal((await post(reached.href, '', envelope(SUMMARY))).status, 200)
    const isElsewhere = quirk === 'xaddr-other-path' || quirk === 'xaddr-query'
    t.equal((await call(recorder.url, 'search', SUMMARY)).status, isElsewhere ? 404 : 200)
  })
}

t.test('chunked: chunks of 1, 2, 3, 5, 8 … octets that make the reply', async (t) => {
  const recorder = await started(t, { ...options, quirks: ['chunked'] })
  const { head, body } = await exchange(t, recorder, SUMMARY, (received) => received.includes('\r\n0\r\n\r\n'))
  t.match(head, /Transfer-Encoding: chunked/i)
  const sizes: number[] = []
  for (let at = 0; ;) {
    const end = body.indexOf('\r\n', at)
    const size = Number.parseInt(body.toString('latin1', at, end), 16)
    if (size === 0) break
    sizes.push(size)
    at = end + 2 + size + 2
  }
  t.same(sizes.slice(0, 6), [1, 2, 3, 5, 8, 13])
  t.match((await call(recorder.url, 'search', SUMMARY)).text, /<\/env:Envelope>$/)
})

t.test('unterminated-reply: no length, no chunks, and the connection ends it', async (t) => {
  const recorder = await started(t, { ...options, quirks: ['unterminated-reply'] })
  const { head, body, isClosed } = await exchange(t, recorder, SUMMARY, never)
  t.notMatch(head, /Content-Length|Transfer-Encoding/i)
  t.match(body.toString(), /<\/env:Envelope>$/)
  t.ok(isClosed)
})

t.test('keep-alive-closed and closes-on-401: the connection ends although it was to be kept', async (t) => {
  const kept = await started(t, { ...options, quirks: ['keep-alive-closed'] })
  const reply = await exchange(t, kept, SUMMARY, never)
  t.match(reply.head, /Connection: keep-alive/i)
  t.ok(reply.isClosed)
  t.match(reply.body.toString(), /<\/env:Envelope>$/)

  const guarded = await started(t, { ...options, user: 'u', password: 'p', quirks: ['closes-on-401'] })
  const refusal = await exchange(t, guarded, SUMMARY, never)
  t.match(refusal.head, /^HTTP\/1\.1 401 [^]*Connection: keep-alive/i)
  t.ok(refusal.isClosed)
  const open = await exchange(t, guarded, '<tse:GetServiceCapabilities/>', (received) =>
    received.includes('</env:Envelope>'),
  )
  t.notOk(open.isClosed, 'other answers leave it open')
})

t.test('stops-half-way: half of what was announced, and the connection stays', async (t) => {
  const recorder = await started(t, { ...options, quirks: ['stops-half-way'] })
  let announced = 0
  const { isClosed } = await exchange(t, recorder, await eventPoll(recorder), (received) => {
    const head = received.toString('latin1')
    announced = Number(/Content-Length: (\d+)/i.exec(head)?.[1] ?? Infinity)
    return received.length >= head.indexOf('\r\n\r\n') + 4 + Math.floor(announced / 2)
  })
  t.notOk(isClosed)
  t.ok(announced > 10_000)
})

t.test('drips: one octet, and not another soon', async (t) => {
  const recorder = await started(t, { ...options, quirks: ['drips'] })
  const { body } = await exchange(t, recorder, await eventPoll(recorder), (received) => received.includes('\r\n\r\n<'))
  t.equal(body.toString(), '<')
})

t.test('never-starts: no answer to the poll, though to everything else', async (t) => {
  const recorder = await started(t, { ...options, quirks: ['never-starts'] })
  const poll = exchange(t, recorder, await eventPoll(recorder), () => true)
  t.equal((await call(recorder.url, 'search', SUMMARY)).status, 200)
  await recorder.close()
  const { body, isClosed } = await poll
  t.ok(isClosed)
  t.equal(body.length, 0)
})

for (const [quirk, status, pattern] of [
  ['fault-500', 500, /<env:Fault>.*ter:Action.*disk error/],
  ['fault-200', 200, /<env:Fault>.*ter:Action.*disk error/],
  ['empty-body', 200, /^$/],
  ['html', 200, /^<!DOCTYPE html>/],
  ['nul-octets', 200, /[^\0]\0{16}[^\0]/],
  ['truncated-xml', 200, /<\/tt:Result>$/],
  ['dtd', 200, /^<\?xml[^>]*\?><!DOCTYPE env:Envelope \[.*<\/env:Envelope>$/s],
  ['entity-bomb', 200, /<!ENTITY b9 "(&b8;){10}">.*&b9;<\/tse:ResultList>/s],
] as const satisfies readonly (readonly [QuirkName, number, RegExp])[]) {
  t.test(`${quirk}: instead of event results, and of nothing else`, async (t) => {
    const recorder = await started(t, { ...options, quirks: [quirk] })
    const reply = await call(recorder.url, 'search', await eventPoll(recorder))
    t.equal(reply.status, status)
    t.match(reply.text, pattern)
    t.match((await call(recorder.url, 'search', SUMMARY)).text, /<\/env:Envelope>$/)
  })
}

t.test('huge-reply: 100 MB of valid XML that are never in memory at once', async (t) => {
  const recorder = await started(t, { ...options, quirks: ['huge-reply'] })
  const response = await fetch(recorder.url.replace('device_service', 'search_service'), {
    method: 'POST',
    body: envelope(await eventPoll(recorder)),
  })
  let length = 0
  let end = ''
  for await (const octets of response.body!) {
    length += octets.length
    end = (end + Buffer.from(octets).toString('latin1')).slice(-120)
  }
  t.ok(length > 100_000_000 && length < 101_000_000, `${length} octets`)
  t.match(end, /<\/tt:Result><\/tse:ResultList>.*<\/env:Envelope>$/)
})

const hasIPv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
)
t.test(
  'ipv6: an address in brackets, also in every XAddr',
  { skip: !hasIPv6 && 'this machine has no ::1' },
  async (t) => {
    const recorder = await started(t, { ...options, quirks: ['ipv6'] })
    t.match(recorder.url, /^http:\/\/\[::1\]:\d+\/onvif\/device_service$/)
    const addresses = texts((await call(recorder.url, 'device', SERVICES)).text, 'XAddr')
    t.ok(addresses.every((address) => address.startsWith(new URL(recorder.url).origin)))
  },
)

t.test('no-search: Media and PTZ in both lists of services, and no search at its usual place', async (t) => {
  const recorder = await started(t, { ...options, quirks: ['no-search'] })
  const services = (await call(recorder.url, 'device', SERVICES)).text
  t.same(
    texts(services, 'Namespace').map((namespace) => namespace.split('/').at(-2)),
    ['device', 'media', 'ptz'],
  )
  const capabilities = (await call(recorder.url, 'device', CAPABILITIES)).text
  t.match(capabilities, /<tt:Media>.*<tt:PTZ>/)
  t.notMatch(capabilities, 'Extension')
  t.equal((await call(recorder.url, 'search', SUMMARY)).status, 404)
  t.equal(
    (await call(recorder.url, 'media', '<GetServiceCapabilities xmlns="http://www.onvif.org/ver10/media/wsdl"/>'))
      .status,
    200,
  )
})
