import t from 'tap'
import { PelcoHead } from 'viewnet/devices/ptz'
import { SimulatedPelcoHead, SimulatedSerialBus, type SimulatedPelcoHeadOptions } from 'viewnet/devices/simulated'
import { positionIn } from '../../../devices/ptz/pelco-frame.js'

const PATH = '/dev/simulated-head'

async function rig(address = 1, options: SimulatedPelcoHeadOptions = {}) {
  const bus = new SimulatedSerialBus()
  const simulated = new SimulatedPelcoHead(address, options)
  bus.plug(PATH, simulated)
  const head = await PelcoHead.open({ port: PATH, address, answerTimeoutMs: 50 }, { binding: bus })
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

t.test(
  'a head that tells where it stands turns as fast as it is told to, and not when it is told to stop',
  async (t) => {
    let nowMs = 0
    const { head, bus } = await rig(1, { tellsPosition: true, nowMs: () => nowMs })
    t.equal(await head.position('pan'), 18_000)
    // The manual of MinrRay UV950A, "Pelco-D Protocol Command List": Query Pan Position, FF address 00 51 00 00 SUM.
    t.equal(Buffer.from(bus.written(PATH)).toString('hex'), 'ff010051000052')
    await head.move({ pan: 1, tilt: -0.5, zoom: 1 })
    nowMs += 500
    t.equal(await head.position('pan'), 18_000 + 3150)
    t.equal(await head.position('tilt'), 4_500 - 1_600)
    t.equal(await head.position('zoom'), 16_383)
    await head.stop()
    nowMs += 10_000
    t.equal(await head.position('pan'), 18_000 + 3150)
    await head.move({ pan: 1 })
    nowMs += 5_000
    t.equal(await head.position('pan'), (18_000 + 3150 + 31_500) % 36_000, 'there is no end to it')
    await head.close()
    await t.rejects(head.position('pan'), { code: 'ERR_VIEWNET_STATE' })
  },
)

t.test(
  'a head that does not tell where it stands is asked three times, and no rubbish is taken for an answer',
  async (t) => {
    const { head, simulated, bus } = await rig(1)
    t.equal(await head.position('tilt'), undefined)
    t.equal(bus.written(PATH).length, 3 * 7)
    await head.close()
    for (const fault of ['no-answer', 'garbage', 'half-answer'] as const) {
      const broken = await rig(1, { tellsPosition: true })
      broken.simulated.fault = fault
      t.equal(await broken.head.position('pan'), undefined, fault)
      await broken.head.close()
    }
    t.equal(simulated.brokenFrameCount, 0)
    const pulled = await rig(1, { tellsPosition: true })
    pulled.simulated.fault = 'unplugged-mid-command'
    await t.rejects(pulled.head.position('pan'), { code: 'ERR_VIEWNET_PTZ_LOST' })
    await t.rejects(pulled.head.close(), { code: 'ERR_VIEWNET_PTZ_LOST' })
  },
)

t.test('an answer is found between an echo, another head, and noise; a damaged one is none', async (t) => {
  const answer = 'ff010059123ba7'
  const found = (hex: string): number | undefined => positionIn(Buffer.from(hex, 'hex'), 1, 'pan')
  t.equal(found(answer), 0x123b)
  t.equal(found(`ff010051000052${answer}`), 0x123b, 'behind its own echo')
  t.equal(found(`ff020059000a65ff00ffff${answer}00`), 0x123b, 'behind another head, and noise')
  t.equal(found('ff01005900005b'), undefined, 'a wrong sum')
  t.equal(found('ff01005b000a66'), undefined, 'that of another axis')
  for (let length = 0; length < 14; length += 2) t.equal(found(answer.slice(0, length)), undefined)
})
