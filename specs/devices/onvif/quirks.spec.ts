import t from 'tap'
import { DeviceErrorCode, type Recording } from 'viewnet/device'
import { OnvifDevice, type OnvifDeviceOptions } from 'viewnet/devices/onvif'
import {
  NAIVE_DRIVER,
  QUIRKS,
  SimulatedRecorder,
  type QuirkName,
  type SimulatedRecorderOptions,
} from 'viewnet/devices/simulated'

const CREDENTIALS = { user: 'admin', password: 'correct horse <&> 电池' }

/** What a quirk needs beside itself to show. */
interface Case {
  readonly recorder?: SimulatedRecorderOptions
  readonly device?: Partial<OnvifDeviceOptions>
}

const SHORT = { attemptTimeoutMs: 1500, callTimeoutMs: 3000 }
const PROTECTED: Case['recorder'] = CREDENTIALS

/** Those that need nothing are left out. */
const CASES: Readonly<Partial<Record<QuirkName, Case>>> = {
  'same-results-again': { device: { pageSize: 20 } },
  'max-results-ignored': { device: { pageSize: 5 } },
  'http-digest-only': { recorder: PROTECTED },
  'http-digest-and-wss': { recorder: PROTECTED },
  'clock-minutes-off': { recorder: PROTECTED },
  'clock-hours-off': { recorder: PROTECTED },
  'clock-drifts': { recorder: PROTECTED, device: { pageSize: 7 } },
  'no-authentication': { recorder: PROTECTED },
  'closes-on-401': { recorder: PROTECTED },
  'replay-basic-only': { recorder: PROTECTED },
  'stops-half-way': { device: SHORT },
  drips: { device: SHORT },
  // A hundred megabytes are as far beyond one as beyond the default.
  'huge-reply': { device: { maxReplyBytes: 2 ** 20 } },
  'never-starts': { device: SHORT },
  'keep-alive-closed': { device: { pageSize: 5 } },
}

const byIdentity = (a: { readonly identity: string }, b: { readonly identity: string }): number =>
  a.identity < b.identity ? -1 : 1

async function list(device: OnvifDevice): Promise<readonly Recording[] | Error> {
  const recordings: Recording[] = []
  try {
    for await (const page of device.listRecordings({})) recordings.push(...page)
  } catch (error) {
    return error as Error
  }
  return recordings.sort(byIdentity)
}

function truthOf(recorder: SimulatedRecorder): readonly Recording[] {
  return [...recorder.truth()]
    .map(({ start, end, channel, identity, coarse }) => ({
      startMs: Date.parse(start),
      endMs: end === null ? undefined : Date.parse(end),
      channel,
      kinds: 0,
      identity,
      ...(coarse ? { coarse } : {}),
    }))
    .sort(byIdentity)
}

async function open(quirks: readonly QuirkName[], settings: SimulatedRecorderOptions = {}, options = {}) {
  const recorder = new SimulatedRecorder({ recordings: 60, channels: 3, seed: 7, ...settings, quirks })
  await recorder.start()
  const { certificateFingerprint } = recorder
  const device = new OnvifDevice({
    url: recorder.url,
    user: settings.user,
    password: settings.password,
    ...(certificateFingerprint === undefined ? {} : { tls: { fingerprintSha256: certificateFingerprint } }),
    ...options,
  })
  return {
    recorder,
    device,
    async [Symbol.asyncDispose]() {
      await recorder.close()
      await device.close()
    },
  }
}

for (const name of Object.keys(QUIRKS) as QuirkName[]) {
  const { recorder: settings, device: options } = CASES[name] ?? {}
  t.test(`${name}: ${QUIRKS[name]} (a naive driver ${NAIVE_DRIVER[name].join('; or ')})`, async (t) => {
    const { recorder, device, ...scope } = await open([name], settings, options)
    t.teardown(() => scope[Symbol.asyncDispose]())
    const outcome = await list(device)
    if (recorder.expectedFailure !== undefined) {
      t.match(outcome, { code: recorder.expectedFailure })
      t.comment(outcome instanceof Error ? outcome.message : `${outcome.length} recordings`)
      return
    }
    t.notOk(outcome instanceof Error, outcome instanceof Error ? outcome.message : 'lists')
    t.same(outcome, truthOf(recorder))
    t.same(await list(device), outcome, 'the same again')
  })
}

/** Quirks that real devices have together. */
const TOGETHER: readonly { readonly quirks: readonly QuirkName[]; readonly settings?: SimulatedRecorderOptions }[] = [
  { quirks: ['results-shuffled', 'completed-early', 'times-with-offset', 'extra-tracks', 'filters-refused'] },
  { quirks: ['recording-per-clip', 'one-search-session', 'max-results-ignored', 'state-last', 'still-recording'] },
  { quirks: ['https', 'http-digest-only', 'clock-drifts', 'xaddr-other-host', 'chunked'], settings: PROTECTED },
  { quirks: ['http-digest-and-wss', 'closes-on-401', 'keep-alive-closed', 'start-after-end'], settings: PROTECTED },
  { quirks: ['no-events', 'starts-1970', 'empty-recordings', 'state-queued', 'zero-recordings-with-data'] },
]

t.test('reads as long a reply as the option allows, and no longer: of seven megabytes, one', async (t) => {
  // By default all of it is read, as the quirk's own test shows.
  const { device, ...scope } = await open(['one-big-reply'], {}, { maxReplyBytes: 2 ** 20 })
  t.teardown(() => scope[Symbol.asyncDispose]())
  t.match(await list(device), { code: DeviceErrorCode.fault, message: /at most 1048576 octets, got more/ })
})

t.test('lists again and again from a recorder with two searches at a time that are never ended', async (t) => {
  const { recorder, device, ...scope } = await open(['end-search-refused'], { maxSearches: 2 })
  t.teardown(() => scope[Symbol.asyncDispose]())
  for (let listing = 0; listing < 3; listing++) t.same(await list(device), truthOf(recorder))
})

for (const { quirks, settings } of TOGETHER) {
  t.test(`survives ${quirks.join(', ')} together`, async (t) => {
    const { recorder, device, ...scope } = await open(quirks, settings)
    t.teardown(() => scope[Symbol.asyncDispose]())
    t.same(await list(device), truthOf(recorder))
  })
}

for (const quirk of ['http-digest-only', 'http-digest-and-wss', 'clock-hours-off', 'closes-on-401'] as const) {
  t.test(
    `says that the password is wrong, and what it was is in no message: ${quirk} [protocol 2, status 4]`,
    async (t) => {
      const { device, ...scope } = await open([quirk], CREDENTIALS, { password: 'hunter2' })
      t.teardown(() => scope[Symbol.asyncDispose]())
      const outcome = await list(device)
      t.match(outcome, { code: DeviceErrorCode.refused })
      t.notMatch((outcome as Error).message, /hunter2/)
      t.comment((outcome as Error).message)
    },
  )
}

t.test('tells the fingerprint of a certificate that it does not trust, and both ways out', async (t) => {
  const { recorder, device, ...scope } = await open(['https'], {}, { tls: undefined })
  t.teardown(() => scope[Symbol.asyncDispose]())
  const outcome = await list(device)
  t.match(outcome, { code: DeviceErrorCode.unreachable })
  const { message } = outcome as Error
  t.ok(message.includes(recorder.certificateFingerprint!), message)
  t.match(message, /fingerprintSha256.*insecure: true/)
  t.comment(message)

  await using other = new OnvifDevice({ url: recorder.url, tls: { fingerprintSha256: '00'.repeat(32) } })
  t.match(await list(other), {
    code: DeviceErrorCode.unreachable,
    message: /00:00:.*, got one with SHA-256 fingerprint/,
  })
  await using trusting = new OnvifDevice({ url: recorder.url, tls: { insecure: true } })
  t.same(await list(trusting), truthOf(recorder))
})
