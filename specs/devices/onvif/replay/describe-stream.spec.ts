import { createServer, type AddressInfo, type Socket } from 'node:net'
import { inspect } from 'node:util'
import t, { type Test } from 'tap'
import { describeStream } from '../../../../devices/onvif/replay/describe-stream.js'

const SDP = 'v=0\r\ns=x\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\nm=audio 0 RTP/AVP 0\r\n'
const OK = `RTSP/1.0 200 OK\r\nContent-Type: application/sdp\r\nContent-Length: ${SDP.length}\r\n\r\n${SDP}`
const challenge = (text: string): string => `RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: ${text}\r\n\r\n`
const CREDENTIALS = { user: 'admin', password: 'sesame' }

/** A server that is told each request; @returns its URI, with a password in the query as some devices have it */
async function serve(t: Test, answer: (socket: Socket, request: string, count: number) => void): Promise<URL> {
  let count = 0
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (octets) => answer(socket, octets.toString(), ++count))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return new URL(`rtsp://127.0.0.1:${(server.address() as AddressInfo).port}/replay?password=sesame`)
}

const ask = (uri: URL, credentials: typeof CREDENTIALS | undefined = CREDENTIALS, timeoutMs = 10_000) =>
  describeStream({ uri, credentials, timeoutMs })

t.test('media are told with their encoding [RFC 4566]', async (t) => {
  const uri = await serve(t, (socket) => socket.write(OK))
  t.strictSame(await ask(uri), [
    { kind: 'video', encoding: 'H264/90000' },
    { kind: 'audio', encoding: '' },
  ])
})

t.test('Digest is answered on the same connection, Basic where nothing else is offered', async (t) => {
  const sockets = new Set<Socket>()
  const digest = await serve(t, (socket, request) => {
    sockets.add(socket)
    socket.write(/Authorization: Digest .*uri="rtsp:/.test(request) ? OK : challenge('Digest realm="r", nonce="n"'))
  })
  t.equal((await ask(digest)).length, 2)
  t.equal(sockets.size, 1)
  const right = `Authorization: Basic ${Buffer.from('admin:sesame').toString('base64')}`
  const basic = await serve(t, (socket, request) =>
    socket.write(request.includes(right) ? OK : challenge('Basic realm="r"')),
  )
  t.equal((await ask(basic)).length, 2)
  const both = await serve(t, (socket, request) => {
    t.notMatch(request, 'Authorization: Basic', 'never where Digest is offered')
    socket.write(request.includes('Digest') ? OK : challenge('Basic realm="r", Digest realm="r", nonce="n"'))
  })
  t.equal((await ask(both)).length, 2)
})

t.test('a server that closes after its refusal is connected to again; a stale nonce is replaced once', async (t) => {
  const closing = await serve(t, (socket, request) =>
    request.includes('Authorization') ? socket.write(OK) : socket.end(challenge('Digest realm="r", nonce="n"')),
  )
  t.equal((await ask(closing)).length, 2)
  const stale = await serve(t, (socket, _, count) =>
    socket.write(count === 3 ? OK : challenge(`Digest realm="r", nonce="n${count}", stale=true`)),
  )
  t.equal((await ask(stale)).length, 2)
  let asked = 0
  const everStale = await serve(t, (socket) => {
    asked += 1
    socket.write(challenge(`Digest realm="r", nonce="n${asked}", stale=true`))
  })
  await t.rejects(ask(everStale), { code: 'ERR_VIEWNET_DEVICE_REFUSED' })
  t.equal(asked, 3, 'not for ever')
})

const FAULTS: readonly (readonly [string, (socket: Socket) => unknown, RegExp])[] = [
  ['is answered by a web server', (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'), /expected RTSP\/1\.0/],
  ['is not found', (socket) => socket.write('RTSP/1.0 404 Not Found\r\n\r\n'), /got 404 Not Found/],
  ['is cut off', (socket) => socket.end(OK.slice(0, -10)), /closed the connection/],
  ['has no media', (socket) => socket.write('RTSP/1.0 200 OK\r\nContent-Type: application/sdp\r\n\r\n'), /media line/],
  ['is of another type', (socket) => socket.write('RTSP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n'), /text\/html/],
  ['never comes', () => undefined, /expected an end within 300 ms, got none/],
  [
    'has headers without end',
    (socket) => socket.write(`RTSP/1.0 200 OK\r\nX: ${'a'.repeat(20_000)}`),
    /octets at most/,
  ],
]

for (const [name, answer, message] of FAULTS) {
  t.test(`a description that ${name} is a fault of the device, and no password is told`, async (t) => {
    const failed = await ask(
      await serve(t, (socket) => void answer(socket)),
      CREDENTIALS,
      name === 'never comes' ? 300 : 5000,
    ).catch((error: unknown) => error)
    t.match(failed, { code: 'ERR_VIEWNET_DEVICE_FAULT', message })
    t.notMatch(inspect(failed), 'sesame')
  })
}

t.test('wrong credentials, and none, are refused; each is tried once', async (t) => {
  let asked = 0
  const uri = await serve(t, (socket) => {
    asked += 1
    socket.write(challenge('Digest realm="r", nonce="n"'))
  })
  await t.rejects(ask(uri), { code: 'ERR_VIEWNET_DEVICE_REFUSED' })
  t.equal(asked, 2)
  await t.rejects(describeStream({ uri, credentials: undefined, timeoutMs: 2000 }), { message: /no credentials/ })
})

t.test('whoever stops waiting gets his own reason', async (t) => {
  const uri = await serve(t, () => undefined)
  const stop = new AbortController()
  const asked = describeStream({ uri, credentials: undefined, timeoutMs: 5000, signal: stop.signal })
  stop.abort(new Error('enough'))
  await t.rejects(asked, { message: 'enough' })
})
