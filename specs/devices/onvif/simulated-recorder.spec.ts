import t from 'tap'
import type { Recording } from 'viewnet/device'
import { OnvifDevice } from 'viewnet/devices/onvif'
import { SimulatedRecorder } from 'viewnet/devices/simulated'

const PASSWORD = 'correct horse <&> 电池'

async function listAll(device: OnvifDevice, query = {}): Promise<Recording[]> {
  const recordings: Recording[] = []
  for await (const page of device.listRecordings(query)) recordings.push(...page)
  return recordings.sort((a, b) => a.startMs - b.startMs || a.channel - b.channel || (a.identity < b.identity ? -1 : 1))
}

/** What the simulated recorder, written by another hand from the same specification, says it holds. */
function truthOf(recorder: SimulatedRecorder) {
  return [...recorder.truth()]
    .map(({ start, end, channel, identity }) => ({
      startMs: Date.parse(start),
      endMs: end === null ? undefined : Date.parse(end),
      channel,
      kinds: 0,
      identity,
    }))
    .sort((a, b) => a.startMs - b.startMs || a.channel - b.channel || (a.identity < b.identity ? -1 : 1))
}

for (const settings of [
  { recordings: 0 },
  { recordings: 1, channels: 4, seed: 2 },
  { recordings: 500, channels: 12, seed: 3 },
  { recordings: 40, channels: 3, seed: 4, stillRecording: true },
  { recordings: 2500, channels: 2, seed: 5, user: 'admin', password: PASSWORD, clockOffsetMs: -7_200_000 },
]) {
  const { password: _, ...told } = { password: '', ...settings }
  t.test(`lists exactly what the recorder holds: ${JSON.stringify(told)} [search FindEvents]`, async (t) => {
    await using recorder = new SimulatedRecorder(settings)
    await recorder.start()
    await using device = new OnvifDevice({
      url: recorder.url,
      user: 'user' in settings ? settings.user : undefined,
      password: 'password' in settings ? settings.password : undefined,
    })
    t.same(await listAll(device), truthOf(recorder))
  })
}

t.test('lists the same with a page of 7 as with a page of 1000', async (t) => {
  await using recorder = new SimulatedRecorder({ recordings: 120, seed: 6 })
  await recorder.start()
  await using device = new OnvifDevice({ url: recorder.url, pageSize: 7 })
  const sizes = new Set<number>()
  for await (const page of device.listRecordings({})) sizes.add(page.length)
  t.ok([...sizes].every((size) => size <= 7))
  t.same(await listAll(device), truthOf(recorder))
})

t.test('filters by time and channel, and keeps every interval whole', async (t) => {
  await using recorder = new SimulatedRecorder({ recordings: 60, seed: 7 })
  await recorder.start()
  await using device = new OnvifDevice({ url: recorder.url })
  const truth = truthOf(recorder)
  const { startMs, endMs } = truth[30]!
  const fromMs = Math.floor((startMs + endMs!) / 2)
  const toMs = fromMs + 3_600_000
  const wanted = truth.filter((recording) => recording.startMs < toMs && recording.endMs! > fromMs)
  t.same(await listAll(device, { fromMs, toMs }), wanted)
  t.same(
    await listAll(device, { channel: 2 }),
    truth.filter(({ channel }) => channel === 2),
  )
})

t.test('describes the recorder', async (t) => {
  await using recorder = new SimulatedRecorder({ user: 'admin', password: PASSWORD, clockOffsetMs: 3_600_000 })
  await recorder.start()
  await using device = new OnvifDevice({ url: recorder.url, user: 'admin', password: PASSWORD })
  const { identity, capabilities, clockOffsetMs } = await device.describe()
  t.not(identity.manufacturer, '')
  t.not(identity.serialNumber, '')
  t.equal(capabilities.listRecordings, true)
  t.ok(capabilities.services.includes('search') && capabilities.services.includes('device'))
  t.ok(Math.abs(clockOffsetMs! - 3_600_000) < 5000, `clock offset ${clockOffsetMs} ms`)
})

t.test('says once that the password is wrong, and never says the password [protocol 2, status 4]', async (t) => {
  await using recorder = new SimulatedRecorder({ user: 'admin', password: PASSWORD })
  await recorder.start()
  await using device = new OnvifDevice({ url: recorder.url, user: 'admin', password: 'wrong-password' })
  const error = await listAll(device).then(
    () => undefined,
    (reason: unknown) => reason as Error,
  )
  t.match(error, { code: 'ERR_VIEWNET_DEVICE_REFUSED', operation: 'FindRecordings' })
  t.notMatch(error?.message, /wrong-password/)
  t.equal(recorder.stats().refused, 1, 'one attempt, so that no account is locked')
})
