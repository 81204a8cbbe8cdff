import t from 'tap'
import { checkBench } from '../../../harness/bench/index.js'

/** A bench of simulated devices, each with some lines of its own. */
const bench = (...devices: readonly string[]): string =>
  `devices:\n${devices.map((lines, at) => `  - number: 00001-00020-00300-0000${at}\n    driver: simulated\n${lines}`).join('')}`

const relay = (port: string, number: number): string => `    power: { driver: lcus, port: ${port}, relay: ${number} }\n`
const serial = (port: string): string => `    console: { driver: serial, port: ${port} }\n`
const head = (port: string, address: number): string =>
  `    ptz: { driver: pelco-d, port: ${port}, address: ${address} }\n`

/** What stands on a bench, and what is said of it: where, what was expected, what came. */
const CLASHES: Readonly<Record<string, readonly [text: string, ...said: readonly (readonly string[])[]]>> = {
  'one number, written in two ways': [
    'devices:\n  - { number: 1-20-300-7, driver: simulated }\n  - { number: 00001-00020-00300-00007, driver: simulated }\n',
    ['devices.1.number', 'a number of its own', '00001-00020-00300-00007 again'],
  ],
  'two devices on one relay': [
    bench(relay('/dev/a', 1), relay('/dev/a', 1)),
    ['devices.1.power', 'an outlet of its own', 'that of device 00001-00020-00300-00000'],
  ],
  'two heads of one address at one USB device, however that is written': [
    bench(
      head("{ vendor: '1a86', product: '7523', location: 1-2 }", 255),
      head("{ product: '7523', vendor: 1A86, location: 1-2 }", 255),
    ),
    [
      'devices.1.ptz.address',
      'an address of its own on its port',
      'that of the head of device 00001-00020-00300-00000',
    ],
  ],
  'two devices on one relay of a simulated board': [
    bench(...Array<string>(2).fill('    power: { driver: simulated, board: b, relay: 2 }\n')),
    ['devices.1.power', 'an outlet of its own', 'that of device 00001-00020-00300-00000'],
  ],
  'one console for two devices': [
    bench(serial('/dev/a'), serial('/dev/a')),
    ['devices.1.console.port', 'a serial port of its own', 'that of the console of device 00001-00020-00300-00000'],
  ],
  'a console on the port of a relay board, both named by what stays': [
    bench(relay('{ vendor: 1A86, product: "7523" }', 1), serial('{ product: "7523", vendor: 1a86 }')),
    ['devices.1.console.port', 'a serial port of its own', 'that of the lcus relay of device 00001-00020-00300-00000'],
  ],
  'two kinds of board on one port': [
    bench(relay('/dev/a', 1), relay('/dev/a', 2).replace('lcus', 'kmtronic')),
    ['devices.1.power.port', 'a serial port of its own', 'that of the lcus relay of device 00001-00020-00300-00000'],
  ],
  'two heads of one address': [
    bench(head('/dev/a', 1), head('/dev/a', 1)),
    [
      'devices.1.ptz.address',
      'an address of its own on its port',
      'that of the head of device 00001-00020-00300-00000',
    ],
  ],
  'a plan for a tag that nobody has': [
    `${bench('    tags: [recorders]\n')}plan: { devices: { exclude: [recorder] } }\n`,
    ['plan.devices.exclude.0', "the number or a tag of a device; did you mean 'recorders'?", '"recorder"'],
  ],
}

for (const [name, [text, ...said]] of Object.entries(CLASHES)) {
  t.test(`refuses ${name}, and says where [issue 6, Bench file]`, (t) => {
    const { bench: read, errors } = checkBench(text, {})
    t.equal(read, undefined)
    t.strictSame(
      errors.map(({ path, expected, got }) => [path, expected, got]),
      said,
    )
    for (const { line, column } of errors) t.ok(line > 1 && column > 1)
    t.end()
  })
}

t.test('outlets of one board, heads of one bus and devices without attachments go together', (t) => {
  const text = bench(
    relay('/dev/a', 1),
    relay('/dev/a', 2) + head('/dev/b', 1),
    head('/dev/b', 2) + serial('/dev/c'),
    '',
  )
  t.strictSame(checkBench(text, {}).errors, [])
  t.end()
})

t.test('warns of every variable that is named and not set, where it is named [issue 6, Bench file]', (t) => {
  const text = `devices:
  - number: 00001-00020-00300-00007
    driver: onvif
    url: http://192.0.2.17/
    user: admin
    password: { env: CAMERA_PASSWORD }
    power: { driver: shelly, url: 'http://192.0.2.3/', password: { env: SHELLY_PASSWORD } }
`
  t.strictSame(checkBench(text, { CAMERA_PASSWORD: '' }).warnings, [
    {
      line: 7,
      column: 73,
      path: 'devices.0.power.password.env',
      expected: 'the environment variable SHELLY_PASSWORD to be set',
      got: 'it unset',
    },
  ])
  t.end()
})
