import t from 'tap'
import { OnvifDevice, type OnvifDeviceOptions } from 'viewnet/devices/onvif'

const url = 'http://192.0.2.7/onvif/device_service'

/** What a caller in JavaScript can write. */
function refusal(options: unknown): { code?: string; message: string } {
  try {
    void new OnvifDevice(options as OnvifDeviceOptions).close()
  } catch (error) {
    return error as { code?: string; message: string }
  }
  return { message: 'accepted' }
}

const REFUSALS: readonly { readonly options: unknown; readonly says: RegExp }[] = [
  { options: { url, pasword: 'hunter2' }, says: /OnvifDevice: pasword: unknown option; did you mean 'password'\?/ },
  { options: { url, timeoutMs: 5 }, says: /timeoutMs: unknown option; known: .*callTimeoutMs/ },
  { options: {}, says: /url: expected string, received undefined/ },
  { options: undefined, says: /OnvifDevice: expected object, received undefined/ },
  {
    options: { url: 'ftp://192.0.2.7/' },
    says: /url: expected an http: or https: URL, got 'ftp:\/\/192.0.2.7\/'/,
  },
  { options: { url: '192.0.2.7' }, says: /expected an http: or https: URL, got '192.0.2.7'/ },
  {
    options: { url: 'http://admin:hunter2@192.0.2.7/' },
    says: /url: expected a URL without credentials in it/,
  },
  {
    options: { url: 'https://admin:hunter2@192.0.2.7/', tls: { insecure: true } },
    says: /url: expected a URL without credentials in it: they are options of their own$/,
  },
  {
    options: { url: 'https://192.0.2.7/', tls: { fingerprintSha256: 'ab' } },
    says: /tls\.fingerprintSha256: expected a SHA-256 fingerprint: 64 hexadecimal digits/,
  },
  { options: { url, password: 'hunter2' }, says: /user: expected one beside 'password', got none/ },
  { options: { url, user: 'admin', password: 17 }, says: /password: expected string, received number/ },
  { options: { url, user: '' }, says: /user: expected at least one character/ },
  { options: { url, callTimeoutMs: 0 }, says: /callTimeoutMs: expected at least 1 ms, got 0/ },
  {
    options: { url, callTimeoutMs: 1.5 },
    says: /callTimeoutMs: expected a whole number of milliseconds, got 1.5/,
  },
  {
    options: { url, overallTimeoutMs: '1s' },
    says: /overallTimeoutMs: expected a whole number of milliseconds/,
  },
  { options: { url, maxReplyBytes: 1 }, says: /maxReplyBytes: expected at least 1024, got 1/ },
  { options: { url, tls: { insecure: true } }, says: /url: expected https: beside 'tls', got http:/ },
  {
    options: { url: 'admin:hunter2@192.0.2.7' },
    says: /url: expected an http: or https: URL, got something with credentials/,
  },
  { options: { url, pageSize: 5000 }, says: /pageSize: expected at most 1000, got 5000/ },
]

for (const { options, says } of REFUSALS) {
  t.test(`refuses ${JSON.stringify(options)} by name`, (t) => {
    const { code, message } = refusal(options)
    t.equal(code, 'ERR_VIEWNET_OPTION')
    t.match(message, says)
    t.notMatch(message, /hunter2|17/)
    t.end()
  })
}

t.test('takes every option that it documents, and those given as undefined', (t) => {
  const all = { url, user: 'a', password: '', callTimeoutMs: 1, overallTimeoutMs: 1, maxReplyBytes: 1024, pageSize: 1 }
  t.equal(refusal(all).message, 'accepted')
  t.equal(
    refusal({ url: 'https://[2001:db8::7]/x?y', user: undefined, password: undefined, pageSize: undefined }).message,
    'accepted',
  )
  t.end()
})

t.test('refuses to be asked after it was closed, and closes twice', async (t) => {
  const device = new OnvifDevice({ url })
  await device.close()
  await device.close()
  await t.rejects(device.describe(), { code: 'ERR_VIEWNET_CLOSED' })
  await t.rejects(device.listRecordings({}).next(), { code: 'ERR_VIEWNET_CLOSED' })
})
