import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { SimulatedRecorder } from '../../../devices/simulated/index.js'
import { call, envelope, faultCodes, post, text, texts } from './soap-client.js'

const MALFORMED = 'env:Sender ter:WellFormed'
const CLOCK = '<tds:GetSystemDateAndTime/>'

async function started(t: Test) {
  const recorder = new SimulatedRecorder({ recordings: 10 })
  await recorder.start()
  t.teardown(() => recorder.close())
  return recorder
}

/** A bare connection, for what no HTTP client would send. */
async function connected(t: Test, url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => {})
  t.teardown(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}

/** Everything that comes back until the recorder closes the connection. */
async function readToEnd(socket: Socket): Promise<string> {
  let received = ''
  socket.on('data', (chunk: Buffer) => (received += chunk.toString()))
  await once(socket, 'close')
  return received
}

t.test('answers what is no SOAP with a fault and HTTP 400', async (t) => {
  const { url } = await started(t)
  const whole = envelope(CLOCK)
  for (const [name, message] of [
    ['nothing', ''],
    ['a word', 'hello'],
    ['HTML', '<!doctype html><html></html>'],
    ['half a message', whole.slice(0, whole.length / 2)],
    ['a message and more', `${whole}<more/>`],
    ['a DTD', whole.replace('?>', '?><!DOCTYPE x SYSTEM "file:///etc/passwd">')],
    ['an entity bomb', whole.replace('?>', '?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>')],
    ['a deep nest', envelope(`${'<a>'.repeat(100)}${'</a>'.repeat(100)}`)],
  ] as const) {
    const reply = await post(url, 'device', message)
    t.equal(reply.status, 400, name)
    t.equal(faultCodes(reply), MALFORMED)
    t.match(reply.contentType, 'application/soap+xml')
  }
  const latin = Buffer.from(envelope('<tds:GetSystemDateAndTime>é</tds:GetSystemDateAndTime>'), 'latin1')
  t.equal(faultCodes(await post(url, 'device', latin)), MALFORMED, 'not UTF-8')
  t.equal(
    faultCodes(await post(url, 'device', envelope('<tds:GetSystemDateAndTime>\0</tds:GetSystemDateAndTime>'))),
    MALFORMED,
    'NUL',
  )
  t.equal((await call(url, 'device', CLOCK)).status, 200, 'and goes on')
})

t.test('answers SOAP 1.1 and header blocks that it cannot honour with their own faults [SOAP 1.2, 5.4]', async (t) => {
  const { url } = await started(t)
  const old = envelope(CLOCK).replace(
    'http://www.w3.org/2003/05/soap-envelope',
    'http://schemas.xmlsoap.org/soap/envelope/',
  )
  const version = await post(url, 'device', old)
  t.equal(version.status, 500)
  t.equal(faultCodes(version), 'env:VersionMismatch')
  const demanding = envelope(CLOCK).replace('<s:Body>', '<s:Header><x s:mustUnderstand="1"/></s:Header><s:Body>')
  const header = await post(url, 'device', demanding)
  t.equal(header.status, 500)
  t.equal(faultCodes(header), 'env:MustUnderstand')
})

t.test('escapes whatever it quotes', async (t) => {
  const { url } = await started(t)
  const reply = await call(
    url,
    'search',
    '<tse:EndSearch><tse:SearchToken>&lt;/env:Text&gt;&amp;"\'</tse:SearchToken></tse:EndSearch>',
  )
  t.match(text(reply.text, 'Text'), '&lt;/env:Text&gt;&amp;&quot;&apos;')
})

t.test('answers only POST, only at its services', async (t) => {
  const recorder = await started(t)
  const { url } = recorder
  t.equal(
    (await fetch(url.replace('device_service', 'media_service'), { method: 'POST', body: envelope(CLOCK) })).status,
    404,
  )
  t.equal((await fetch(new URL('/', url))).status, 404)
  const got = await fetch(url)
  t.equal(got.status, 405)
  t.equal(got.headers.get('allow'), 'POST')
  t.equal(
    (await fetch(`${url}?from=behind-a-gateway`, { method: 'POST', body: envelope(CLOCK) })).status,
    200,
    'a query string is ignored',
  )
  t.equal(recorder.stats().rejected, 3)
})

t.test('refuses a request that is too large, announced or not', async (t) => {
  const { url } = await started(t)
  const socket = await connected(t, url)
  socket.write('POST /onvif/device_service HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n')
  t.match(await readToEnd(socket), /^HTTP\/1\.1 413 /)

  const unannounced = await connected(t, url)
  unannounced.write('POST /onvif/device_service HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n')
  for (let sent = 0; sent < 40; sent++) unannounced.write(`2000\r\n${' '.repeat(0x2000)}\r\n`)
  t.match(await readToEnd(unannounced), /^HTTP\/1\.1 413 /)
  t.equal((await call(url, 'device', CLOCK)).status, 200)
})

t.test('survives requests that break off, and noise', async (t) => {
  const { url } = await started(t)
  const half = await connected(t, url)
  half.write('POST /onvif/device_service HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n<half')
  half.destroy()
  const noise = await connected(t, url)
  noise.write('\x16\x03\x01\x02\x00\x01 this is no HTTP \r\n\r\n')
  t.match(await readToEnd(noise), /^HTTP\/1\.1 400 /)
  t.equal((await call(url, 'device', CLOCK)).status, 200)
})

t.test('holds only so many connections', async (t) => {
  const { url } = await started(t)
  const sockets: Socket[] = []
  for (let number = 0; number < 64; number++) sockets.push(await connected(t, url))
  // A reply proves that the recorder has taken the last of them.
  sockets.at(-1)!.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(sockets.at(-1)!, 'data')
  await once(sockets.at(-1)!, 'close')
  await connected(t, url)
  const surplus = await connected(t, url)
  t.equal(await readToEnd(surplus), '', 'one too many is closed without a word')
})

t.test('names itself as the client reached it, unless the client makes that up', async (t) => {
  const { url } = await started(t)
  const ask = async (host: string) => {
    const message = envelope('<tds:GetServices><tds:IncludeCapability>false</tds:IncludeCapability></tds:GetServices>')
    const socket = await connected(t, url)
    const lines = [
      'POST /onvif/device_service HTTP/1.1',
      `Host: ${host}`,
      'Connection: close',
      `Content-Length: ${message.length}`,
    ]
    socket.write(`${lines.join('\r\n')}\r\n\r\n${message}`)
    return texts(await readToEnd(socket), 'XAddr')[0]
  }
  t.equal(await ask('recorder.example:8899'), 'http://recorder.example:8899/onvif/device_service')
  t.equal(await ask('[::1]:8899'), 'http://[::1]:8899/onvif/device_service')
  t.equal(await ask('evil"><x>'), url)
  t.equal(await ask('host:99999'), url)
})
