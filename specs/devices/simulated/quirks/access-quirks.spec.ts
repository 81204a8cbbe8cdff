import t from 'tap'
import type { QuirkName, SimulatedRecorder } from '../../../../devices/simulated/index.js'
import { DeviceClock } from '../../../../devices/simulated/device-clock.js'
import { authorization, readChallenge } from '../digest-client.js'
import { call, envelope, text, type Credentials } from '../soap-client.js'
import { started } from './wire.js'

const admin = { user: 'admin', password: 'secret' }
const SUMMARY = '<tse:GetRecordingSummary/>'
const MINUTE_MS = 60_000

async function summary(recorder: SimulatedRecorder, credentials?: Credentials): Promise<number> {
  return (await call(recorder.url, 'search', SUMMARY, credentials)).status
}

async function postSummary(recorder: SimulatedRecorder, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(recorder.url.replace('device_service', 'search_service'), {
    method: 'POST',
    headers: { 'Content-Type': 'application/soap+xml', ...headers },
    body: envelope(SUMMARY),
  })
}

/** Ask until it is answered, as a client of HTTP Digest does; how often it had to ask, and how often a nonce was stale. */
async function askWithDigest(recorder: SimulatedRecorder, times: number, which: 0 | 1) {
  let [asked, stale] = [0, 0]
  let challenge: ReturnType<typeof readChallenge> | undefined
  let count = 0
  for (let answered = 0; answered < times; asked++) {
    count += 1
    const answer = { ...admin, method: 'POST', uri: '/onvif/search_service', count, cnonce: `c${asked}` }
    const response = await postSummary(recorder, challenge && { Authorization: authorization(challenge, answer) })
    await response.text()
    if (response.status === 200) answered += 1
    else {
      // Headers of one name are joined by a comma; both challenges begin with the scheme.
      challenge = readChallenge(response.headers.get('www-authenticate')!.split(/, (?=Digest )/)[which]!)
      if (challenge.stale === 'true') stale += 1
      count = 0
    }
    if (asked > 4 * times) throw new Error('never answered')
  }
  return { asked, stale }
}

t.test('http-digest-only: a token does not help, a digest does, and its nonce is soon stale [RFC 7616]', async (t) => {
  const recorder = await started(t, { ...admin, quirks: ['http-digest-only'] })
  const response = await postSummary(recorder)
  t.equal(response.status, 401)
  t.match(await response.text(), /ter:NotAuthorized/)
  const challenges = response.headers.get('www-authenticate')!.split(/, (?=Digest )/)
  t.equal(challenges.length, 2)
  t.notMatch(challenges[0], 'algorithm')
  t.match(challenges[1], 'algorithm=SHA-256')
  t.equal(await summary(recorder, admin), 401)
  for (const which of [0, 1] as const) {
    t.same(await askWithDigest(recorder, 9, which), { asked: 12, stale: 2 }, 'a new nonce after every four requests')
  }
  const capabilities = (await call(recorder.url, 'device', '<tds:GetServiceCapabilities/>')).text
  t.match(capabilities, 'UsernameToken="false" HttpDigest="true"')
})

t.test('http-digest-and-wss: either will do, and a wrong token is refused as one', async (t) => {
  const recorder = await started(t, { ...admin, quirks: ['http-digest-and-wss'] })
  t.equal(await summary(recorder, admin), 200)
  t.equal((await askWithDigest(recorder, 2, 1)).asked, 3)
  t.equal(await summary(recorder, { ...admin, password: 'wrong' }), 400)
  t.equal(await summary(recorder), 401)
})

t.test('no-authentication: nobody is asked, and wrong credentials do not matter', async (t) => {
  const recorder = await started(t, { ...admin, quirks: ['no-authentication'] })
  t.equal(await summary(recorder), 200)
  t.equal(await summary(recorder, { user: 'x', password: 'y' }), 200)
})

async function offsetOf(recorder: SimulatedRecorder): Promise<number> {
  const { text: reply } = await call(recorder.url, 'device', '<tds:GetSystemDateAndTime/>')
  const utc = /<tt:UTCDateTime>(.*)<\/tt:UTCDateTime>/.exec(reply)![1]!
  const [year, month, day, hour, minute, second] = ['Year', 'Month', 'Day', 'Hour', 'Minute', 'Second'].map((name) =>
    Number(text(utc, name)),
  )
  return Date.UTC(year!, month! - 1, day, hour, minute, second) - Date.now()
}

for (const [quirk, offsetMs] of [
  ['clock-minutes-off', 7 * MINUTE_MS + 13_000],
  ['clock-hours-off', -540 * MINUTE_MS],
] as const satisfies readonly (readonly [QuirkName, number])[]) {
  t.test(`${quirk}: tokens have to be dated by its clock`, async (t) => {
    const recorder = await started(t, { ...admin, quirks: [quirk] })
    t.ok(Math.abs((await offsetOf(recorder)) - offsetMs) < 10_000)
    t.equal(await summary(recorder, admin), 400)
    t.equal(await summary(recorder, { ...admin, created: new Date(Date.now() + offsetMs).toISOString() }), 200)
  })
}

t.test('clock-drifts: what was right is refused after six requests, until the clock is read again', async (t) => {
  const recorder = await started(t, { ...admin, quirks: ['clock-drifts'] })
  const ask = async (offsetMs: number) =>
    summary(recorder, { ...admin, created: new Date(Date.now() + offsetMs).toISOString() })
  let offsetMs = 0
  const statuses: number[] = []
  for (let index = 0; index < 16; index++) {
    const status = await ask(offsetMs)
    statuses.push(status)
    if (status !== 200) offsetMs = await offsetOf(recorder)
  }
  t.same(statuses, [200, 200, 200, 200, 200, 200, 400, 200, 200, 200, 200, 200, 200, 400, 200, 200])
  const clock = new DeviceClock({ offsetMs: 5, jumps: { everyRequests: 2, byMs: 1000 } }, () => 100)
  const seen = Array.from({ length: 5 }, () => {
    clock.countAccepted()
    return clock.nowMs()
  })
  t.same(seen, [105, 1105, 1105, 2105, 2105])
})
