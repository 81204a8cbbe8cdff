import t from 'tap'
import { OnvifDevice, type ReplayDescription } from 'viewnet/devices/onvif'
import { SimulatedRecorder } from 'viewnet/devices/simulated'

const CREDENTIALS = { user: 'admin', password: 'correct horse' }

async function replays(device: OnvifDevice, most?: number): Promise<readonly ReplayDescription[]> {
  const all: ReplayDescription[] = []
  for await (const replay of device.describeReplays(most === undefined ? {} : { most })) all.push(replay)
  return all
}

t.test('recordings of a simulated recorder are described, also after its power was away', async (t) => {
  await using recorder = new SimulatedRecorder({ recordings: 40, seed: 7, ...CREDENTIALS })
  await recorder.start()
  await using device = new OnvifDevice({ url: recorder.url, ...CREDENTIALS })
  const described = await replays(device)
  t.equal(described.length, 4)
  t.equal(new Set(described.map(({ recordingToken }) => recordingToken)).size, 4)
  t.match(described[0]?.media, [{ kind: 'video', encoding: 'H264/90000' }, { kind: 'audio' }, { kind: 'application' }])
  await recorder.powerOff()
  await t.rejects(replays(device), { code: 'ERR_VIEWNET_DEVICE_UNREACHABLE' })
  await recorder.powerOn()
  t.equal((await replays(device, 1)).length, 1)
})

t.test('what keeps a recording from being played is told', async (t) => {
  const table = [
    ['replay-port-closed', 'ERR_VIEWNET_DEVICE_FAULT'],
    ['replay-without-media', 'ERR_VIEWNET_DEVICE_FAULT'],
    ['replay-silent', 'ERR_VIEWNET_DEVICE_FAULT'],
    ['no-search', 'ERR_VIEWNET_DEVICE_UNSUPPORTED'],
  ] as const
  for (const [quirk, code] of table) {
    await using recorder = new SimulatedRecorder({ recordings: 10, ...CREDENTIALS, quirks: [quirk] })
    await recorder.start()
    await using device = new OnvifDevice({ url: recorder.url, ...CREDENTIALS, callTimeoutMs: 500 })
    await t.rejects(replays(device), { code }, quirk)
  }
})
