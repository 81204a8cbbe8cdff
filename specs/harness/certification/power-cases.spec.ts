import t from 'tap'
import type { MonitoringDevice } from 'viewnet/device'
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

// They wait for devices to boot and to fall silent, each for its own.
t.jobs = 6
let devices = 7

/** A simulated device behind a simulated relay, both its own. */
async function powered(lines = '', power = 'driver: simulated'): Promise<DeviceUnderTest> {
  const text = `devices:
  - number: 00001-00020-00300-${String(devices++).padStart(5, '0')}
    driver: simulated
    recordings: 120
    bootMs: 200
    power: { ${power} }
    limits: { bootMs: { limit: 60000, marginal: 0.001 }, silentMs: { limit: 1500 } }
${lines}`
  const bench = parseBench(text, 'bench.yaml')
  return benchDevice(bench.devices[0]!, 7, bench.limits)
}

const GROUPS = [
  ['boot-time', 'listing-after-power-cut', 'clock-after-power-cut'],
  ['power-cut-when-asked', 'power-cut-between-rounds'],
  ['restarting-device'],
]

for (const group of GROUPS) {
  t.test(
    `a device that stands power cuts passes ${group.join(', ')} [issue 6, Cases]`,
    { buffered: true },
    async (t) => {
      const device = await powered("    expect: { manufacturer: Viewnet, model: '/recorder$/i' }\n")
      t.teardown(() => device.close())
      const record = await certified(t.testdir({}), ['reach', 'identify', 'list', ...group], { device })
      t.strictSame(
        record.cases.map(({ id, outcome, why }) => `${id} ${outcome}${why}`),
        ['reach', 'identify', 'list', ...group].map((id) => `${id} pass`),
      )
      const boot = record.cases[3]?.measurements.find(({ name }) => name === 'boot time')
      t.match(boot, { unit: 'ms', limit: '≤ 60000', marginal: true })
      t.ok(boot!.value >= 200)
      t.strictSame(
        record.timeline?.slice(0, 2).map(({ lane, kind }) => [lane, kind]),
        [
          ['relay', 'off'],
          ['relay', 'on'],
        ],
        'the relay is on the timeline',
      )
    },
  )
}

t.test('a welded relay is found, and is the fault of the rig [issue 6, Show]', { buffered: true }, async (t) => {
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
  'a device that restarts for ever and is told with a part of its list fails [issue 6, Cases]',
  { buffered: true },
  async (t) => {
    const device = await powered()
    t.teardown(() => device.close())
    let opened = 0
    // The converter's driver is the second that a run opens: it takes a list that was cut off for a whole one.
    const open = (): MonitoringDevice => {
      const driver = device.open()
      opened += 1
      if (opened !== 2) return driver
      return {
        describe: (options) => driver.describe(options),
        async *listRecordings(query) {
          try {
            yield* driver.listRecordings(query)
          } catch {
            // What had come is all there is.
          }
        },
      }
    }
    const { cases } = await certified(t.testdir({}), ['reach', 'list', 'restarting-device'], {
      device: { ...device, open },
    })
    t.match(cases.at(-1), {
      outcome: 'fail',
      why: /^expected the whole list of 120 to 120 resources, or DEVICE_UNREACHABLE, got 0 announced/,
    })
  },
)

t.test(
  'a relay board that is unplugged in the middle of a case gives error, and the next case goes on [issue 6, Show]',
  { buffered: true },
  async (t) => {
    const bus = new SimulatedSerialBus()
    const board = new SimulatedLcus({ status: 'octets' })
    bus.plug('/dev/relays', board)
    const options = { driver: 'lcus', port: '/dev/relays', relay: 1, status: 'octets', reopenTimeoutMs: 2000 } as const
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

t.test(
  'a device that says to be another one than the bench file expects fails, by name',
  { buffered: true },
  async (t) => {
    const device = await powered("    expect: { model: NVR-16, firmware: '/^V5/' }\n")
    t.teardown(() => device.close())
    const { cases } = await certified(t.testdir({}), ['reach', 'identify'], { device })
    t.match(cases[1], {
      outcome: 'fail',
      why: /^expected the model NVR-16, got '.*'; expected the firmware \/\^V5\/, got '1\.0'$/,
    })
  },
)

t.test(
  'a device that cannot list its recordings is not waited for after power cuts: they could not be tested',
  { buffered: true },
  async (t) => {
    const device = await powered('    flaky: 1\n')
    t.teardown(() => device.close())
    const { verdict, cases } = await certified(t.testdir({}), ['reach', 'list', 'boot-time', 'restarting-device'], {
      device,
    })
    t.equal(verdict, 'fail')
    t.strictSame(
      cases.map(({ id, outcome }) => `${id} ${outcome}`),
      ['reach pass', 'list fail', 'boot-time could-not-test', 'restarting-device could-not-test'],
    )
    t.match(cases.at(-1)?.why, /nobody can tell when it is back/)
  },
)

t.test('without a relay cases of power do not apply', { buffered: true }, async (t) => {
  const { verdict, cases } = await certified(t.testdir({}), [
    'reach',
    'list',
    'clean',
    'boot-time',
    'restarting-device',
  ])
  t.equal(verdict, 'pass')
  for (const one of cases.slice(3))
    t.match(one, { outcome: 'not-applicable', why: /does not switch the power/ }, one.id)
})
