import t from 'tap'
import { OnvifDevice } from 'viewnet/devices/onvif'
import { simulatedOutlet, SimulatedRecorder } from 'viewnet/devices/simulated'

async function count(url: string): Promise<number> {
  const device = new OnvifDevice({ url })
  try {
    let listed = 0
    for await (const page of device.listRecordings({})) listed += page.length
    return listed
  } finally {
    await device.close()
  }
}

t.test('a recorder without power refuses; with power it boots and lists the same at the same address', async (t) => {
  await using recorder = new SimulatedRecorder({ recordings: 30 })
  await recorder.start()
  const { url } = recorder
  t.equal(await count(url), 30)
  await recorder.powerOff()
  await recorder.powerOff()
  await t.rejects(count(url), { code: 'ERR_VIEWNET_DEVICE_UNREACHABLE' })
  const booted = recorder.powerOn({ bootMs: 1500 })
  await t.rejects(count(url), { code: 'ERR_VIEWNET_DEVICE_UNREACHABLE' }, 'not while it boots')
  await booted
  t.equal(recorder.url, url)
  t.equal(await count(url), 30)
})

t.test('power that goes while it boots ends the boot', async (t) => {
  await using recorder = new SimulatedRecorder()
  await recorder.start()
  await recorder.powerOff()
  const booted = recorder.powerOn({ bootMs: 60_000 })
  await recorder.powerOff()
  await booted
  await t.rejects(count(recorder.url), { code: 'ERR_VIEWNET_DEVICE_UNREACHABLE' })
})

t.test('a simulated outlet cycles the power of a simulated recorder; a welded one does not', async (t) => {
  await using recorder = new SimulatedRecorder({ recordings: 5 })
  await recorder.start()
  const load = { powerOn: () => recorder.powerOn({ bootMs: 20 }), powerOff: () => recorder.powerOff() }
  await using outlet = simulatedOutlet({ loads: [load], isOn: true, safeState: 'on' })
  await outlet.open()
  t.equal(await outlet.state(), 'on')
  await outlet.off()
  await t.rejects(count(recorder.url), { code: 'ERR_VIEWNET_DEVICE_UNREACHABLE' })
  await outlet.close()
  await new Promise((resolve) => setTimeout(resolve, 200))
  t.equal(await count(recorder.url), 5, 'closing restored the safe state, which is on')

  await using welded = simulatedOutlet({ name: '2', loads: [load], isOn: true, fault: 'welded', safeState: 'as-is' })
  await welded.open()
  await welded.off()
  t.equal(await welded.state(), 'off')
  t.equal(await count(recorder.url), 5)
})
