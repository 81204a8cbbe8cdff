import fc from 'fast-check'
import t from 'tap'
import { readRtspResponse, RtspSyntaxError, writeRtspRequest } from '../../../../devices/onvif/replay/rtsp-response.js'

/** RFC 2326, section 10.2, its answer, with a body of 2 octets. */
const ANSWER = Buffer.from(
  'RTSP/1.0 200 OK\r\nCSeq: 312\r\nDate: 23 Jan 1997 15:35:06 GMT\r\nContent-Type: application/sdp\r\nContent-Length: 2\r\n\r\nv=',
)

t.test('an answer is read whole, and what follows it is left [RFC 2326, 7]', (t) => {
  const read = readRtspResponse(Buffer.concat([ANSWER, Buffer.from('RTSP')]))
  t.match(read, { octets: ANSWER.length, response: { status: 200, reason: 'OK', body: 'v=' } })
  t.same(read?.response.headers.get('content-type'), ['application/sdp'])
  for (let octets = 0; octets < ANSWER.length; octets++)
    t.equal(readRtspResponse(ANSWER.subarray(0, octets)), undefined, `after ${octets} octets`)
  t.end()
})

t.test('a request is written as RFC 2326 has it', (t) => {
  const octets = writeRtspRequest('DESCRIBE', 'rtsp://server.example.com/fizzle/foo', { CSeq: '312' })
  t.equal(Buffer.from(octets).toString(), 'DESCRIBE rtsp://server.example.com/fizzle/foo RTSP/1.0\r\nCSeq: 312\r\n\r\n')
  t.end()
})

t.test('what is no answer, or too long, is refused as soon as that is known', (t) => {
  const wrong = [
    'HTTP/1.1 200 OK\r\n\r\n',
    '<html>',
    'RTSP/1.0 abc\r\n\r\n',
    `RTSP/1.0 200 OK\r\nX: ${'a'.repeat(20_000)}`,
    'RTSP/1.0 200 OK\r\nContent-Length: 999999\r\n\r\n',
    'RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n',
  ]
  for (const text of wrong) t.throws(() => readRtspResponse(Buffer.from(text)), RtspSyntaxError, text.slice(0, 40))
  t.end()
})

t.test('whatever comes, nothing but a syntax error escapes', (t) => {
  const piece = fc.oneof(fc.uint8Array({ maxLength: 64 }), fc.constantFrom(ANSWER, Buffer.from('RTSP/1.0 ')))
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 4 }), (pieces) => {
      try {
        readRtspResponse(Buffer.concat(pieces))
      } catch (error) {
        if (!(error instanceof RtspSyntaxError)) throw error
      }
    }),
    { numRuns: 500 },
  )
  t.end()
})
