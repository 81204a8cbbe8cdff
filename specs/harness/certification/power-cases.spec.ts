import t from 'tap'
import { findOutlet } from 'viewnet/devices/power'
import { SimulatedLcus, SimulatedSerialBus } from 'viewnet/devices/simulated'
import { parseBench } from '../../../harness/bench/index.js'
import {
  benchDevice,
  simulatedDevice,
  type CertificationCase,
  type DeviceUnderTest,
} from '../../../harness/certification/index.js'
import { casesNamed, certified } from './certified.js'

/** A simulated device behind a simulated relay. */
async function powered(lines = '', power = 'driver: simulated'): Promise<DeviceUnderTest> {
  const text = `devices:
  - number: 00001-00020-00300-00007
    driver: simulated
    recordings: 120
    bootMs: 200
    power: { ${power} }
    limits: { bootMs: { limit: 60000, marginal: 0.001 }, silentMs: { limit: 1500 } }
${lines}`
  const { devices, limits } = parseBench(text, 'bench.yaml')
  return benchDevice(devices[0]!, 7, limits)
}

const POWER_CASES = [
  'boot-time',
  'listing-after-power-cut',
  'clock-after-power-cut',
  'power-cut-when-asked',
  'power-cut-between-rounds',
]

t.test(
  'a device that stands power cuts passes every case of power, and its relay is on the timeline [issue 6, Cases]',
  async (t) => {
    const device = await powered("    expect: { manufacturer: Viewnet, model: '/recorder$/i' }\n")
    t.teardown(() => device.close())
    const {
      verdict,
      why,
      cases,
      timeline = [],
    } = await certified(t.testdir({}), ['reach', 'identify', 'list', ...POWER_CASES], { device })
    t.equal(`${verdict} ${why}`, 'pass ')
    const boot = cases.find(({ id }) => id === 'boot-time')?.measurements[0]
    t.match(boot, { name: 'boot time', unit: 'ms', limit: '≤ 60000', marginal: true })
    t.ok(boot!.value >= 200)
    t.strictSame(
      timeline.slice(0, 3).map(({ lane, kind }) => [lane, kind]),
      [
        ['relay', 'on'],
        ['relay', 'off'],
        ['relay', 'on'],
      ],
    )
  },
)

t.test('a welded relay is found, and is the fault of the rig [issue 6, Show]', async (t) => {
  const device = await powered('', 'driver: simulated, faults: [welded]')
  t.teardown(() => device.close())
  const { verdict, cases } = await certified(t.testdir({}), ['reach', 'list', 'boot-time', 'clean'], { device })
  t.equal(verdict, 'could-not-test')
  t.match(
    cases.map(({ id, outcome, why }) => [id, outcome, why]),
    [
      ['reach', 'pass', ''],
      ['list', 'pass', ''],
      ['clean', 'pass', ''],
      ['boot-time', 'error', /was switched off, and the device still answers after 1\.5 s: a welded relay/],
    ],
  )
})

t.test(
  'a relay board that is unplugged in the middle of a case gives error, and the next case goes on [issue 6, Show]',
  async (t) => {
    const bus = new SimulatedSerialBus()
    const board = new SimulatedLcus({ status: 'octets' })
    bus.plug('/dev/relays', board)
    const options = { driver: 'lcus', port: '/dev/relays', relay: 1, status: 'octets', reopenTimeoutMs: 200 } as const
    const power = await findOutlet(options, { binding: bus })
    const device = { ...(await simulatedDevice(7, 30)), power }
    const unplugged: CertificationCase = {
      id: 'unplugged',
      title: 'the relay board stays plugged in',
      async run({ power }) {
        await power!.off()
        bus.unplug('/dev/relays')
        try {
          await power!.on()
        } finally {
          bus.replug('/dev/relays')
        }
        return { outcome: 'pass', measurements: [], why: '' }
      },
    }
    const switched: CertificationCase = {
      id: 'switched',
      title: 'the relay switches',
      async run({ power }) {
        await power!.on()
        return { outcome: 'pass', measurements: [], why: '' }
      },
    }
    const cases = [...casesNamed(['reach', 'list']), unplugged, switched, ...casesNamed(['clean'])]
    const record = await certified(t.testdir({}), [], { device, cases })
    t.teardown(() => device.close())
    t.strictSame(
      record.cases.map(({ id, outcome }) => [id, outcome]),
      [
        ['reach', 'pass'],
        ['list', 'pass'],
        ['unplugged', 'error'],
        ['switched', 'pass'],
        ['clean', 'pass'],
      ],
    )
    t.equal(record.verdict, 'could-not-test')
  },
)

t.test('a device that says to be another one than the bench file expects fails, by name', async (t) => {
  const device = await powered("    expect: { model: NVR-16, firmware: '/^V5/' }\n")
  t.teardown(() => device.close())
  const { cases } = await certified(t.testdir({}), ['reach', 'identify'], { device })
  t.match(cases[1], {
    outcome: 'fail',
    why: /^expected the model NVR-16, got '.*'; expected the firmware \/\^V5\/, got '1\.0'$/,
  })
})

t.test('without a relay cases of power do not apply', async (t) => {
  const { verdict, cases } = await certified(t.testdir({}), ['reach', 'list', 'clean', 'boot-time'])
  t.equal(verdict, 'pass')
  t.match(cases.at(-1), { outcome: 'not-applicable', why: /does not switch the power/ })
})
