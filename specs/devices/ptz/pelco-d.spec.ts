import t from 'tap'
import { PelcoHead } from 'viewnet/devices/ptz'
import { SimulatedPelcoHead, SimulatedSerialBus } from 'viewnet/devices/simulated'

const PATH = '/dev/simulated-head'

async function rig(address = 1) {
  const bus = new SimulatedSerialBus()
  const simulated = new SimulatedPelcoHead(address)
  bus.plug(PATH, simulated)
  const head = await PelcoHead.open({ port: PATH, address }, { binding: bus })
  return { bus, simulated, head }
}

/** Examples of the manual of OXIC XPM9A261A, appendix 3, "PELCO D control protocol": example, No. 1 address. */
const EXAMPLES = [
  { name: 'right', move: { pan: 0x20 / 0x3f }, frame: 'ff010002200023' },
  { name: 'left', move: { pan: -0x23 / 0x3f }, frame: 'ff010004230028' },
  { name: 'up', move: { tilt: 0x23 / 0x3f }, frame: 'ff01000800232c' },
  { name: 'down', move: { tilt: -0x23 / 0x3f }, frame: 'ff010010002334' },
] as const

for (const { name, move, frame } of EXAMPLES) {
  t.test(`${name} goes over the wire as a maker's manual has it, and closing sends a stop`, async (t) => {
    const { bus, simulated, head } = await rig()
    t.equal(bus.written(PATH).length, 0, 'opening sends nothing')
    await head.move(move)
    t.equal(Buffer.from(bus.written(PATH)).toString('hex'), frame)
    t.match(simulated.motion[name === 'left' || name === 'right' ? 'pan' : 'tilt'], name)
    await head.close()
    await head.close()
    t.equal(Buffer.from(bus.written(PATH)).toString('hex'), `${frame}ff010000000001`)
    t.match(simulated.motion, { pan: undefined, tilt: undefined })
    await t.rejects(head.stop(), { code: 'ERR_VIEWNET_STATE' })
  })
}

t.test('the head stores positions, goes to them, zooms, and heeds its own address alone', async (t) => {
  const { simulated, head, bus } = await rig(255)
  await head.setPreset(7)
  await head.goToPreset(7)
  await head.move({ zoom: -1, pan: 1 })
  t.equal(simulated.preset, 7)
  t.match(simulated.motion, { zoom: 'wide', pan: 'right', panSpeed: 63 })
  await t.rejects(head.goToPreset(0), { code: 'ERR_VIEWNET_OPTION' })
  await t.rejects(head.move({ tilt: 2 }), { code: 'ERR_VIEWNET_OPTION', message: /tilt: expected -1 to 1/ })
  await head.close()
  const other = await PelcoHead.open({ port: PATH, address: 3 }, { binding: bus })
  await other.move({ pan: 1 })
  t.equal(simulated.motion.pan, undefined)
  t.equal(simulated.brokenFrameCount, 0)
  await other.close()
})

t.test('a head whose port is pulled out says so, and closing it ends', async (t) => {
  const { bus, head } = await rig()
  bus.unplug(PATH)
  await t.rejects(head.move({ pan: 1 }), { code: 'ERR_VIEWNET_PTZ_LOST' })
  await t.rejects(head.close(), { code: 'ERR_VIEWNET_PTZ_LOST' })
  await t.rejects(PelcoHead.open({ port: PATH }, { binding: bus }), { code: 'ERR_VIEWNET_PTZ_PORT' })
})
