import t from 'tap'
import { DeviceErrorCode, type Recording } from 'viewnet/device'
import { OnvifDevice, type OnvifDeviceOptions } from 'viewnet/devices/onvif'
import { QUIRKS, SimulatedRecorder, type SimulatedRecorderOptions } from 'viewnet/devices/simulated'

type QuirkName = keyof typeof QUIRKS

const CREDENTIALS = { user: 'admin', password: 'correct horse <&> 电池' }

/** What a quirk needs beside itself to show. */
interface Case {
  readonly recorder?: SimulatedRecorderOptions
  readonly device?: Partial<OnvifDeviceOptions>
  /** How a naive driver goes wrong. */
  readonly trap: string
}

const SHORT = { attemptTimeoutMs: 1500, callTimeoutMs: 3000 }
const PROTECTED: Case['recorder'] = CREDENTIALS

const CASES: Readonly<Record<QuirkName, Case>> = {
  'same-results-again': { trap: 'counts every result as often as it is told', device: { pageSize: 20 } },
  'max-results-ignored': {
    trap: 'takes a page with more than was asked for as broken, or cuts it',
    device: { pageSize: 5 },
  },
  'state-last': { trap: 'reads the state before the results and finds none' },
  'state-queued': { trap: 'takes a state that is not Searching for the end' },
  'state-unknown': { trap: 'takes a state that is not Searching for the end' },
  'completed-early': { trap: 'stops at the first Completed' },
  'results-shuffled': { trap: 'joins starts and ends in the order in which they come' },
  'end-search-refused': { trap: 'fails because it could not tidy up' },
  'token-expires': { trap: 'trusts the KeepAliveTime that it asked for' },
  'one-big-reply': { trap: 'has a cap of a megabyte, or a stack as deep as the list is long' },
  'one-search-session': { trap: 'searches for events before it has ended the search for recordings' },
  'one-recording': { trap: 'counts recordings, or takes all tracks of one for one' },
  'recording-per-clip': { trap: 'asks for each recording by itself' },
  'starts-1970': { trap: 'takes 0 for no time at all' },
  'empty-recordings': { trap: 'counts recordings that hold nothing' },
  'zero-recordings-with-data': { trap: 'believes NumberRecordings' },
  'overlapping-spans': { trap: 'joins what overlaps' },
  'identical-spans': { trap: 'tells resources apart by their times' },
  'still-recording': { trap: 'gives an interval without an end one' },
  'events-outside-window': { trap: 'counts what was overwritten' },
  'unrelated-topics': { trap: 'takes every event for one of a state' },
  'start-after-end': { trap: 'searches from the newest to the oldest and gets everything backwards' },
  'empty-track-token': { trap: 'takes the track from the result, where it is empty' },
  'extra-tracks': { trap: 'counts sound and metadata' },
  'no-events': { trap: 'lists nothing without events' },
  'local-time': { trap: 'takes the UtcTime of the message for the time' },
  'microsecond-times': { trap: 'rounds, or reads only three digits' },
  'times-without-zone': { trap: 'reads them in the time zone of this machine' },
  'times-with-offset': { trap: 'reads them without their offset' },
  'filters-ignored': { trap: 'takes all that comes for what was asked for' },
  'filters-refused': { trap: 'fails when its filter is refused' },
  'source-filter-misused': { trap: 'asks for some sources and gets others' },
  'http-digest-only': { trap: 'knows WS-Security alone', recorder: PROTECTED },
  'http-digest-and-wss': { trap: 'proves itself twice', recorder: PROTECTED },
  'clock-minutes-off': { trap: 'dates its tokens by its own clock', recorder: PROTECTED },
  'clock-hours-off': { trap: 'dates its tokens by its own clock', recorder: PROTECTED },
  'clock-drifts': { trap: 'reads the clock once', recorder: PROTECTED, device: { pageSize: 7 } },
  'no-authentication': { trap: 'cannot do without being asked who it is', recorder: PROTECTED },
  https: { trap: 'trusts everybody, or nobody' },
  'xaddr-other-host': { trap: 'asks where the device says' },
  'xaddr-other-port': { trap: 'asks where the device says' },
  'xaddr-other-path': { trap: 'asks where other devices are asked' },
  'xaddr-query': { trap: 'loses the query string' },
  'closes-on-401': { trap: 'answers a challenge on a connection that is gone', recorder: PROTECTED },
  chunked: { trap: 'takes a chunk for a message, or a half character for a wrong one' },
  'unterminated-reply': { trap: 'waits for a length' },
  'stops-half-way': { trap: 'hangs, or takes the half for the whole', device: SHORT },
  drips: { trap: 'waits as long as something comes', device: SHORT },
  'never-starts': { trap: 'hangs', device: SHORT },
  'fault-500': { trap: 'reads an empty list' },
  'fault-200': { trap: 'reads an empty list' },
  'empty-body': { trap: 'reads an empty list' },
  html: { trap: 'reads an empty list' },
  'nul-octets': { trap: 'ends the text at the NUL' },
  'truncated-xml': { trap: 'takes the half for the whole' },
  dtd: { trap: 'takes it' },
  'entity-bomb': { trap: 'expands it' },
  'huge-reply': { trap: 'keeps it' },
  ipv6: { trap: 'loses the brackets' },
  'keep-alive-closed': { trap: 'fails when a kept connection is gone', device: { pageSize: 5 } },
  'no-search': { trap: 'lists nothing' },
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

t.test('every quirk has a case', (t) => {
  t.same(Object.keys(CASES).sort(), Object.keys(QUIRKS).sort())
  t.end()
})

for (const [name, { recorder: settings, device: options, trap }] of Object.entries(CASES) as [QuirkName, Case][]) {
  t.test(`${name}: ${QUIRKS[name]} (a naive driver ${trap})`, async (t) => {
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
