import t from 'tap'
import { parseBench } from '../../../harness/bench/index.js'
import { benchDevice } from '../../../harness/certification/index.js'
import { certified } from './certified.js'

/** Faults of a simulated board, and what the rig says of each. */
const FAULTS: Readonly<Record<string, RegExp>> = {
  'no-answer': /expected an answer within 1000 ms, got none/,
  'half-answer': /expected an answer within 1000 ms, got/,
  garbage: /expected an octet of 0 or 1 a relay, got/,
  slow: /expected an answer within 1000 ms, got none/,
  'unplugged-mid-command': /went away|there is no/,
  floods: /expected/,
  stuck: /was switched off, and still tells on/,
}

// They wait for answers that never come, each for its own.
t.jobs = 8

for (const [at, [fault, why]] of Object.entries(FAULTS).entries()) {
  t.test(
    `a relay board with the fault ${fault} is an error of the rig, and what needs no power goes on [issue 6, Power]`,
    { buffered: true },
    async (t) => {
      const power = { driver: 'simulated', faults: [fault] }
      const number = `00001-00020-00300-001${String(at).padStart(2, '0')}`
      const file = { devices: [{ number, driver: 'simulated', recordings: 20, bootMs: 100, power }] }
      const device = await benchDevice(parseBench(JSON.stringify(file), 'bench.yaml').devices[0]!, 7)
      t.teardown(() => device.close())
      const { verdict, cases } = await certified(t.testdir({}), ['reach', 'list', 'boot-time', 'clean'], { device })
      t.strictSame(
        cases.map(({ id, outcome }) => `${id} ${outcome}`),
        ['reach pass', 'list pass', 'clean pass', 'boot-time error'],
      )
      t.match(cases.at(-1)?.why, why)
      t.equal(verdict, 'could-not-test', 'never the device’s failure')
    },
  )
}
