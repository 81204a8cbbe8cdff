import t from 'tap'
import { UsernameTokenAuthentication } from '../../../devices/simulated/authentication.js'
import { readEnvelope } from '../../../devices/simulated/soap/envelope.js'
import { SimulatedRecorder } from '../../../devices/simulated/index.js'
import { call, envelope, faultCodes, findRecordings, type Credentials } from './soap-client.js'

const NOW_MS = Date.UTC(2026, 5, 1)
const admin = { user: 'admin', password: 'correct horse' }
const at = (offsetMs: number): string => new Date(NOW_MS + offsetMs).toISOString()
const headerOf = (message: string) => readEnvelope(Buffer.from(message)).header
const header = (credentials: Credentials) => headerOf(envelope('<x/>', credentials))

t.test('accepts the example of the standard [UsernameToken Profile 1.0, 3.1]', async (t) => {
  // Widely published example values (ONVIF Application Programmer's Guide, "WS-UsernameToken"): expected bytes not made by our own code.
  const authentication = new UsernameTokenAuthentication({ user: 'user', password: 'userpassword' })
  const wss = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss'
  const message = (digest: string) => `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header>
    <Security xmlns="${wss}-wssecurity-secext-1.0.xsd"><UsernameToken><Username>user</Username>
    <Password Type="${wss}-username-token-profile-1.0#PasswordDigest">${digest}</Password>
    <Nonce EncodingType="${wss}-soap-message-security-1.0#Base64Binary">LKqI6G/AikKCQrN0zqZFlg==</Nonce>
    <Created xmlns="${wss}-wssecurity-utility-1.0.xsd">2010-09-16T07:50:45Z</Created>
    </UsernameToken></Security></s:Header><s:Body><x/></s:Body></s:Envelope>`
  const nowMs = Date.UTC(2010, 8, 16, 7, 50, 45)
  t.equal(authentication.accepts(headerOf(message('tuOSpGlFlIXsozq4HFNeeGeFLDI=')), nowMs), false)
  t.equal(authentication.accepts(headerOf(message('tuOSpGlFlIXsozq4HFNeeGeFLEI=')), nowMs), true)
})

t.test('refuses a wrong user, a wrong password, none and no token', async (t) => {
  const authentication = new UsernameTokenAuthentication(admin)
  const refuses = (credentials: Credentials) => !authentication.accepts(header(credentials), NOW_MS)
  t.ok(refuses({ ...admin, password: 'correct horsf', created: at(0) }))
  t.ok(refuses({ ...admin, password: '', created: at(0) }))
  t.ok(refuses({ ...admin, user: 'Admin', created: at(0) }))
  t.ok(refuses({ ...admin, created: 'yesterday' }))
  t.ok(refuses({ ...admin, created: at(0), nonce: new Uint8Array(0) }))
  t.ok(refuses({ ...admin, created: at(0), nonce: new Uint8Array(1000) }))
  t.equal(authentication.accepts(undefined, NOW_MS), false)
  t.equal(authentication.nonceCount, 0, 'strangers leave nothing in the memory')
  t.equal(authentication.accepts(header({ ...admin, created: at(0) }), NOW_MS), true)
})

t.test('refuses a password in clear text, even the right one', async (t) => {
  const clear = envelope('<x/>', { ...admin, created: at(0) })
    .replace('#PasswordDigest', '#PasswordText')
    .replace(/(<wsse:Password[^>]*>)[^<]*/, `$1${admin.password}`)
  t.equal(new UsernameTokenAuthentication(admin).accepts(headerOf(clear), NOW_MS), false)
})

t.test('takes a token within five minutes of the device clock, to either side', async (t) => {
  const authentication = new UsernameTokenAuthentication(admin)
  const accepts = (offsetMs: number) => authentication.accepts(header({ ...admin, created: at(offsetMs) }), NOW_MS)
  t.same([-300_000, 0, 300_000].map(accepts), [true, true, true])
  t.same([-300_001, 300_001, -86_400_000].map(accepts), [false, false, false])
})

t.test('takes a token once', async (t) => {
  const authentication = new UsernameTokenAuthentication(admin)
  const once = header({ ...admin, created: at(0) })
  t.equal(authentication.accepts(once, NOW_MS), true)
  t.equal(authentication.accepts(once, NOW_MS), false)
  t.equal(authentication.accepts(once, NOW_MS + 299_000), false)
  for (let later = 1; later < 10; later++)
    authentication.accepts(header({ ...admin, created: at(later * 200_000) }), NOW_MS + later * 200_000)
  t.ok(authentication.nonceCount < 5, 'old nonces are forgotten')
  t.equal(authentication.accepts(once, NOW_MS), false, 'also when the clock is set back to a time when it was fresh')
})

t.test('bounds its memory of nonces, and takes none of the forgotten again', async (t) => {
  const authentication = new UsernameTokenAuthentication(admin, 10)
  const headers = Array.from({ length: 15 }, (_, number) => header({ ...admin, created: at(number) }))
  const accepts = (each: (typeof headers)[number]) => authentication.accepts(each, NOW_MS)
  t.ok(headers.every(accepts))
  t.equal(authentication.nonceCount, 10)
  t.notOk(headers.some(accepts))
})

t.test(
  'answers PRE_AUTH operations to anybody, and all others only to the user [ONVIF Core, Access classes]',
  async (t) => {
    await using recorder = new SimulatedRecorder({ ...admin, recordings: 5 })
    await recorder.start()
    const { url } = recorder
    for (const [service, operation] of [
      ['device', '<tds:GetSystemDateAndTime/>'],
      ['device', '<tds:GetServices><tds:IncludeCapability>false</tds:IncludeCapability></tds:GetServices>'],
      ['device', '<tds:GetCapabilities/>'],
      ['device', '<tds:GetServiceCapabilities/>'],
      ['search', '<tse:GetServiceCapabilities/>'],
      ['replay', '<trp:GetServiceCapabilities/>'],
    ] as const) {
      t.equal((await call(url, service, operation)).status, 200, operation)
    }
    for (const [service, operation] of [
      ['device', '<tds:GetDeviceInformation/>'],
      ['device', '<tds:GetScopes/>'],
      ['search', '<tse:GetRecordingSummary/>'],
      ['search', findRecordings()],
    ] as const) {
      const refusal = await call(url, service, operation)
      t.equal(refusal.status, 400, operation)
      t.equal(faultCodes(refusal), 'env:Sender ter:NotAuthorized')
      t.notMatch(refusal.text, /correct horse/)
      t.equal((await call(url, service, operation, admin)).status, 200)
    }
    const wrong = await call(url, 'search', findRecordings(), { ...admin, password: 'wrong' })
    t.equal(faultCodes(wrong), 'env:Sender ter:NotAuthorized')
    t.equal(recorder.stats().refused, 5)
    t.equal(recorder.stats().requests['FindRecordings'], 3)
  },
)

t.test('measures freshness by its own clock, not by ours', async (t) => {
  const clockOffsetMs = 3 * 3600_000
  await using recorder = new SimulatedRecorder({ ...admin, clockOffsetMs })
  await recorder.start()
  const ask = (created: string) => call(recorder.url, 'search', '<tse:GetRecordingSummary/>', { ...admin, created })
  t.equal((await ask(new Date().toISOString())).status, 400)
  t.equal((await ask(new Date(Date.now() + clockOffsetMs).toISOString())).status, 200)
})
