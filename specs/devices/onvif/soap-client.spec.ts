import t from 'tap'
import { DeviceErrorCode } from 'viewnet/device'
import { SoapClient } from '../../../devices/onvif/soap-client.js'
import { DeviceRequest } from '../../../devices/onvif/soap-request.js'
import { textOf, type XmlElement } from '../../../devices/onvif/xml-reader.js'
import { envelope, fault, SoapServer, type Answer } from './soap-server.js'

const { unreachable, refused, fault: unusable, unsupported } = DeviceErrorCode
const MAX_REPLY_BYTES = 64 * 1024
const information = envelope(
  '<d:GetDeviceInformationResponse><d:Model>型号 7</d:Model></d:GetDeviceInformationResponse>',
)

/** Answer with that status and content. */
function http(status: number, content: string | Uint8Array = '', type = 'application/soap+xml'): Answer {
  return (response) => void response.writeHead(status, { 'content-type': type }).end(content)
}

async function ask(answer: Answer, limits: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<XmlElement> {
  await using server = new SoapServer({ '*': answer })
  await server.start()
  const client = new SoapClient({ maxReplyBytes: MAX_REPLY_BYTES })
  try {
    const address = new URL(server.url)
    return await client.call({ address, request: DeviceRequest.getDeviceInformation, timeoutMs: 5000, ...limits })
  } finally {
    await client.close()
  }
}

const FAILURES: readonly {
  readonly name: string
  readonly reply: Answer
  readonly code: string
  readonly says: RegExp
  readonly timeoutMs?: number
}[] = [
  {
    name: 'XML that ends too early',
    reply: http(200, information.slice(0, -30)),
    code: unusable,
    says: /expected the end of <\w+>, got the end of the reply/,
  },
  { name: 'XML that ends within a tag', reply: http(200, information.slice(0, -5)), code: unusable, says: /expected/ },
  { name: 'a NUL octet', reply: http(200, information.replace('7', '\0')), code: unusable, says: /got a NUL octet/ },
  { name: 'NUL octets after the end', reply: http(200, `${information}\0\0`), code: unusable, says: /got a NUL octet/ },
  { name: 'something after the end', reply: http(200, `${information}<more/>`), code: unusable, says: /well-formed/ },
  {
    name: 'octets that are not UTF-8',
    reply: http(200, Buffer.from(information.replace('型号', '\xff'), 'latin1')),
    code: unusable,
    says: /expected UTF-8/,
  },
  {
    name: 'a document type',
    reply: http(200, information.replace('<e:', '<!DOCTYPE x [<!ENTITY a "b">]><e:')),
    code: unusable,
    says: /document type declaration/,
  },
  {
    name: 'elements without end inside one another',
    reply: http(200, '<a>'.repeat(1000)),
    code: unusable,
    says: /at most 64 deep/,
  },
  {
    name: 'an entity that is not XML’s own',
    reply: http(200, information.replace('7', '&nbsp;')),
    code: unusable,
    says: /well-formed/,
  },
  {
    name: 'a web page',
    reply: http(200, '<html><body>Login</body></html>', 'text/html'),
    code: unusable,
    says: /expected a SOAP envelope, got <html>/,
  },
  {
    name: 'a web page that is no XML',
    reply: http(200, '<p>Login<br>', 'text/html'),
    code: unusable,
    says: /type 'text\/html'/,
  },
  { name: 'nothing', reply: http(200), code: unusable, says: /expected XML, got nothing/ },
  { name: 'an empty SOAP body', reply: http(200, envelope('')), code: unusable, says: /got an empty SOAP body/ },
  {
    name: 'the answer to another question',
    reply: http(200, envelope('<d:GetScopesResponse/>')),
    code: unusable,
    says: /expected <GetDeviceInformationResponse> of .*, got <GetScopesResponse>/,
  },
  {
    name: 'the answer of another service',
    reply: http(200, envelope('<q:GetDeviceInformationResponse/>')),
    code: unusable,
    says: /search\/wsdl/,
  },
  {
    name: 'a reply beyond the cap',
    reply: http(200, information.replace('7', '7'.repeat(MAX_REPLY_BYTES))),
    code: unusable,
    says: /at most 65536 octets, got more/,
  },
  {
    name: 'status 500 with a fault',
    reply: http(500, fault('InvalidArgVal', 'NoSuchThing')),
    code: unusable,
    says: /fault Sender\/InvalidArgVal\/NoSuchThing \(said the device\)/,
  },
  {
    name: 'status 400 with NotAuthorized',
    reply: http(400, fault('NotAuthorized')),
    code: refused,
    says: /fault Sender\/NotAuthorized/,
  },
  {
    name: 'status 200 with NotAuthorized',
    reply: http(200, fault('NotAuthorized')),
    code: refused,
    says: /fault Sender\/NotAuthorized/,
  },
  {
    name: 'status 500 with ActionNotSupported',
    reply: http(500, fault('ActionNotSupported', 'NoSuchService')),
    code: unsupported,
    says: /ActionNotSupported/,
  },
  { name: 'status 401', reply: http(401, 'go away', 'text/plain'), code: refused, says: /HTTP status 401/ },
  { name: 'status 403 without content', reply: http(403), code: refused, says: /HTTP status 403/ },
  {
    name: 'status 404',
    reply: http(404, '<html>', 'text/html'),
    code: unusable,
    says: /HTTP status 404 and content of type 'text\/html'/,
  },
  { name: 'a redirection', reply: http(302), code: unusable, says: /HTTP status 302/ },
  { name: 'a good answer with a bad status', reply: http(503, information), code: unusable, says: /HTTP status 503/ },
  {
    name: 'no answer at all',
    reply: (response) => void response,
    timeoutMs: 150,
    code: unreachable,
    says: /expected an answer within 150 ms, got none/,
  },
  {
    name: 'half an answer and then silence',
    reply: (response) => void response.writeHead(200).write(information.slice(0, 200)),
    timeoutMs: 150,
    code: unreachable,
    says: /within 150 ms/,
  },
  {
    name: 'half an answer and a broken connection',
    reply: (response) => void response.writeHead(200).write(information.slice(0, 200), () => response.destroy()),
    code: unreachable,
    says: /expected a whole answer, got no usable connection/,
  },
  {
    name: 'a closed connection',
    reply: (response) => void response.destroy(),
    code: unreachable,
    says: /no usable connection/,
  },
  {
    name: 'no HTTP',
    reply: (response) => void response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n\r\n'),
    code: unusable,
    says: /GetDeviceInformation at http/,
  },
]

for (const { name, reply, code, says, timeoutMs } of FAILURES) {
  t.test(`blames rightly for ${name}: ${code}`, async (t) => {
    const error = await ask(reply, timeoutMs === undefined ? {} : { timeoutMs }).then(
      () => ({ message: 'answered' }),
      (reason: unknown) => reason as Error,
    )
    t.match(error, { name: 'DeviceError', code, operation: 'GetDeviceInformation', address: /^http:\/\/127/ })
    t.match(error.message, says)
    t.comment(error.message)
  })
}

t.test('blames nobody listening as unreachable', async (t) => {
  const server = new SoapServer({})
  await server.start()
  const address = new URL(server.url)
  await server[Symbol.asyncDispose]()
  const client = new SoapClient({ maxReplyBytes: MAX_REPLY_BYTES })
  t.teardown(() => client.close())
  await t.rejects(client.call({ address, request: DeviceRequest.getDeviceInformation, timeoutMs: 5000 }), {
    code: unreachable,
    message: /ECONNREFUSED/,
  })
})

t.test('reads an answer that comes octet by octet', async (t) => {
  const octets = Buffer.from(information)
  const answer = await ask((response) => {
    let index = 0
    const next = (): void => {
      if (index === octets.length) response.end()
      else response.write(octets.subarray(index, ++index), next)
    }
    next()
  })
  t.equal(textOf(answer, DeviceRequest.getDeviceInformation.namespace, 'Model'), '型号 7')
})

t.test('rejects with the reason of a signal, before and during a call', async (t) => {
  await t.rejects(ask(information, { signal: AbortSignal.abort(new Error('no more')) }), { message: 'no more' })
  const controller = new AbortController()
  const hang: Answer = () => controller.abort(new Error('enough'))
  await t.rejects(ask(hang, { signal: controller.signal }), { name: 'Error', message: 'enough' })
})
