import { assert, constantFrom, property, string, tuple, uint8Array } from 'fast-check'
import t from 'tap'
import { redactResponse } from '../../../../devices/onvif/inspection/redaction.js'
import type { OnvifExchange } from '../../../../devices/onvif/onvif-exchange.js'

const USER = 'jane.doe'
const PASSWORD = `P&ss "wörd"`
const NONCE = 'q0Rk1bKpYE2rk7jB+0uXgw=='
const DIGEST = 'tuOSpGlFlIXsozq4HFNeeGeFLEI='
const CREATED = '2026-01-02T03:04:05.678Z'

function exchange(response: string | Uint8Array): OnvifExchange {
  return {
    operation: 'GetServices',
    url: 'http://127.0.0.1/onvif/device_service',
    requestXml:
      `<wsse:UsernameToken><wsse:Username>${USER}</wsse:Username><wsse:Password Type="…#PasswordDigest">${DIGEST}</wsse:Password>` +
      `<wsse:Nonce EncodingType="…">${NONCE}</wsse:Nonce><wsu:Created>${CREATED}</wsu:Created></wsse:UsernameToken>`,
    authorization: `Digest username="${USER}", realm="r", nonce="abcdef0123", uri="/", response="6629fae49393a05397450978507c4ef1", cnonce="0a4f113b"`,
    status: 200,
    headers: {},
    responseOctets: typeof response === 'string' ? Buffer.from(response) : response,
    durationMs: 1,
    error: undefined,
  }
}

const redact = (response: string): string =>
  Buffer.from(redactResponse(exchange(response), { user: USER, password: PASSWORD })).toString()

t.test('takes out what a device echoes, in whatever form', async (t) => {
  const rows: Readonly<Record<string, readonly [string, string]>> = {
    'the user in a sentence': [`<t>no rights for ${USER}.</t>`, '<t>no rights for REMOVED.</t>'],
    'the password in text': ['<t>P&amp;ss "wörd"</t>', '<t>REMOVED</t>'],
    'the password in an attribute': ['<t a="1" p="P&amp;ss &quot;wörd&quot;"/>', '<t a="1" p="REMOVED"/>'],
    'by character references': ['<t>P&#38;ss &#34;wörd&#34;</t>', '<t>REMOVED</t>'],
    'the password in a URL': ['<u>http://x/?P%26ss%20%22w%C3%B6rd%22</u>', '<u>http://x/?REMOVED</u>'],
    'and in lower case': ['<u>http://x/?P%26ss%20%22w%c3%b6rd%22</u>', '<u>http://x/?REMOVED</u>'],
    'HTTP Basic': [`<t>${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}</t>`, '<t>REMOVED</t>'],
    'the digest': [`<t>${DIGEST}</t>`, '<t>REMOVED</t>'],
    'the nonce': [`<t>bad nonce ${NONCE}</t>`, '<t>bad nonce REMOVED</t>'],
    'the time of the token': [`<t>${CREATED} is too old</t>`, '<t>REMOVED is too old</t>'],
    'parts of the digest header': ['<t>6629fae49393a05397450978507c4ef1 0a4f113b</t>', '<t>REMOVED REMOVED</t>'],
    'a token of somebody else': [
      '<a:UsernameToken><a:Username>bob</a:Username><a:Password T="x">pw</a:Password><a:Nonce>n</a:Nonce><b:Created>c</b:Created></a:UsernameToken>',
      '<a:UsernameToken><a:Username>REMOVED</a:Username><a:Password T="x">REMOVED</a:Password><a:Nonce>REMOVED</a:Nonce><b:Created>REMOVED</b:Created></a:UsernameToken>',
    ],
    'a header in a page': ['Authorization: Basic Ym9iOnB3\r\nHost: x', 'Authorization: REMOVED\r\nHost: x'],
    'credentials in an address': ['<Uri>rtsp://bob:pw@192.0.2.7:554/1</Uri>', '<Uri>rtsp://192.0.2.7:554/1</Uri>'],
    'and behind its question mark': [
      '<Uri>rtsp://192.0.2.7/1?user=bob&amp;password=pw&amp;channel=1</Uri>',
      '<Uri>rtsp://192.0.2.7/1?user=REMOVED&amp;password=REMOVED&amp;channel=1</Uri>',
    ],
  }
  for (const [name, [response, expected]] of Object.entries(rows)) t.equal(redact(response), expected, name)
})

t.test('leaves every other octet as it came, what is no text included', async (t) => {
  const broken = Buffer.concat([Buffer.from(`<a>${USER}`), Buffer.from([0xff, 0xfe, 0x00, 0xc3]), Buffer.from('</a')])
  const expected = Buffer.concat([Buffer.from('<a>REMOVED'), Buffer.from([0xff, 0xfe, 0x00, 0xc3]), Buffer.from('</a')])
  t.same(Buffer.from(redactResponse(exchange(broken), { user: USER, password: PASSWORD })), expected)
  t.equal(Buffer.from(redactResponse(exchange(''), undefined)).toString(), '')
})

t.test('takes the password out of UTF-16 too', async (t) => {
  const wide = Buffer.from(`<t>${PASSWORD} of ${USER}</t>`, 'utf16le')
  for (const response of [wide, Buffer.from(wide).swap16()]) {
    const redacted = Buffer.from(redactResponse(exchange(response), { user: USER, password: PASSWORD }))
    t.notOk(redacted.includes(Buffer.from('wörd', 'utf16le')))
    t.notOk(redacted.includes(Buffer.from('wörd', 'utf16le').swap16()))
  }
})

t.test('spoils no reply whose own words are the user or password', async (t) => {
  const response =
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><tds:Namespace>http://www.onvif.org/ver10/search/wsdl</tds:Namespace><n>1</n><n>12</n></s:Envelope>'
  const redactFor = (user: string, password: string): string =>
    Buffer.from(redactResponse({ ...exchange(response), requestXml: '' }, { user, password })).toString()
  t.equal(redactFor('onvif', 'search'), response)
  t.equal(redactFor('Envelope', 'tds'), response)
  t.equal(redactFor('u', '1'), response.replace('<n>1<', '<n>REMOVED<'), 'a short one counts as a whole word alone')
})

t.test('leaves no secret of any kind in any reply that echoes it', async (t) => {
  // Not < and >: between them stands markup, and no device writes a password unescaped there.
  const secret = string({
    minLength: 4,
    maxLength: 20,
    unit: constantFrom(...Array.from('abXYZ019&"\'%+ /\\ü€😀$^().*')),
  })
  assert(
    property(tuple(secret, secret, uint8Array({ maxLength: 20 })), ([user, password, noise]) => {
      const echo = Buffer.concat([noise, Buffer.from(`<t>${password}</t> ${user}:${password}`), noise])
      const redacted = Buffer.from(
        redactResponse({ ...exchange(echo), requestXml: '', authorization: undefined }, { user, password }),
      )
      return !redacted.includes(Buffer.from(password))
    }),
    { numRuns: 300 },
  )
  t.pass('fast-check prints its seed when it fails')
})
