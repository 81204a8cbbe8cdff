import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from 'viewnet/device'
import t from 'tap'
import { parseBench, readBenchFile } from '../../../harness/bench/index.js'

const DEVICE = `  - number: 00001-00020-00300-00007
    driver: onvif
    url: http://192.0.2.17/onvif/device_service
`
const BENCH = `devices:\n${DEVICE}`

/** What is said of a text, or `nothing`. */
function said(text: string): string {
  try {
    parseBench(text, 'bench.yaml')
    return 'nothing'
  } catch (error) {
    if (!(error instanceof UsageError) || error.code !== 'ERR_VIEWNET_BENCH_FILE') throw error
    return error.message
  }
}

t.test('reads a bench, with a default for whatever need not be said [architecture, What a user types]', (t) => {
  t.same(parseBench(BENCH, 'bench.yaml'), {
    site: 'lab',
    station: 'bench',
    devices: [{ number: '00001-00020-00300-00007', driver: 'onvif', url: 'http://192.0.2.17/onvif/device_service' }],
  })
  t.match(
    parseBench(
      `site: 实验室
station: bench-2
broker: mqtts://u:p@broker.example
converter:
  number: 00001-00020-00300-04000
  link: udp://127.0.0.1:28200
  peers: [udp://127.0.0.1:28300, 'udp://[::1]']
devices:
${DEVICE}    user: admin
    password: { env: CAMERA_PASSWORD }
`,
      'bench.yaml',
    ),
    { site: '实验室', station: 'bench-2', devices: [{ user: 'admin', password: { env: 'CAMERA_PASSWORD' } }] },
  )
  t.end()
})

/** What stands in a file, and what is said of it. */
const MISTAKES: Readonly<Record<string, readonly [text: string, message: RegExp]>> = {
  'an empty file': ['', /^bench\.yaml:1:1: expected a mapping, got nothing$/],
  'a file without devices': ['site: lab\n', /^bench\.yaml:1:1: devices: expected a list, got nothing$/],
  'no device at all': ['devices: []\n', /^bench\.yaml:1:10: devices: expected a list of at least 1, got one of 0$/],
  'an unknown key': [
    `sitee: lab\n${BENCH}`,
    /^bench\.yaml:\d+:\d+: sitee: expected a known key; did you mean 'site'\?, got 'sitee'$/,
  ],
  'an unknown key of a device': [
    `${BENCH}    pasword: x\n`,
    /^bench\.yaml:5:\d+: devices\.0\.pasword: expected a known key; did you mean 'password'\?, got 'pasword'$/,
  ],
  'an unknown key of a converter': [
    `converter:\n  number: 00001-00020-00300-04000\n  link: udp://127.0.0.1:0\n  peers: [udp://127.0.0.1]\n  peer: x\n${BENCH}`,
    /^bench\.yaml:5:\d+: converter\.peer: expected a known key; did you mean 'peers'\?, got 'peer'$/,
  ],
  'a bad message number': [BENCH.replace('00007', '70000'), /^bench\.yaml:2:13: devices\.0\.number: .*70000/],
  'a bad URL': [
    BENCH.replace('http:', 'rtsp:'),
    /^bench\.yaml:4:10: devices\.0\.url: expected an http:\/\/ or https:\/\/ URL, got another text$/,
  ],
  'an unknown driver': [
    BENCH.replace('onvif\n', 'onvff\n'),
    /^bench\.yaml:3:13: devices\.0\.driver: expected one of onvif, simulated; did you mean 'onvif'\?, got "onvff"$/,
  ],
  'a bad link address': [
    `converter:\n  number: 00001-00020-00300-04000\n  link: udp://localhost:1\n  peers: [udp://127.0.0.1]\n${BENCH}`,
    /^bench\.yaml:3:9: converter\.link: expected udp:.*got 'udp:\/\/localhost:1'$/,
  ],
  'a bad peer': [
    `converter:\n  number: 00001-00020-00300-04000\n  link: udp://127.0.0.1:0\n  peers: [udp://127.0.0.1, x]\n${BENCH}`,
    /^bench\.yaml:4:28: converter\.peers\.1: expected udp:.*got 'x'$/,
  ],
  'a peer that nobody is at': [
    `converter:\n  number: 00001-00020-00300-04000\n  link: udp://127.0.0.1:0\n  peers: [udp://127.0.0.1:0]\n${BENCH}`,
    /^bench\.yaml:4:11: converter\.peers\.0: expected a port of 1–65535.*got 'udp:\/\/127\.0\.0\.1:0'$/,
  ],
  'a bad broker': [`broker: http://h\n${BENCH}`, /^bench\.yaml:1:9: broker: expected mqtt:.*got 'http:\/\/h'$/],
  'a site that is no topic level': [`site: a/b\n${BENCH}`, /^bench\.yaml:1:7: site: .*without \+ # \/.*"a\/b"$/],
  'two devices of one number': [
    `${BENCH}${DEVICE}`,
    /^bench\.yaml:5:13: devices\.1\.number: expected a number of its own, got 00001-00020-00300-00007 again$/,
  ],
  'a password without a user': [
    `${BENCH}    password: sesame\n`,
    /^bench\.yaml:5:15: devices\.0\.password: expected a user beside it, got none$/,
  ],
  'a password of another kind': [
    `${BENCH}    user: u\n    password: [sesame]\n`,
    /^bench\.yaml:6:15: devices\.0\.password: expected a password or \{ env: NAME \}, got a list$/,
  ],
  'a URL with credentials': [
    BENCH.replace('http://', 'http://admin:sesame@'),
    /^bench\.yaml:4:10: devices\.0\.url: expected a URL without credentials; they go into user and password, got another text$/,
  ],
  'a broker with credentials and a path': [
    `broker: mqtt://u:sesame@h/x\n${BENCH}`,
    /^bench\.yaml:1:9: broker: .*mqtt:\/\/…@h\/x'$/,
  ],
  'a key that stands twice': [
    `site: a\nsite: b\n${BENCH}`,
    /^bench\.yaml:2:1: expected well-formed YAML, got Map keys must be unique$/,
  ],
  'a bad indentation': [`devices:\n  - number: x\n   driver: onvif\n`, /^bench\.yaml:3:\d+: /],
  'a tab': [`devices:\n\t- number: x\n`, /^bench\.yaml:2:1: expected well-formed YAML, got Tabs are not allowed/],
  'two documents': [`${BENCH}---\n${BENCH}`, /^bench\.yaml:\d+:1: expected well-formed YAML, got .*multiple documents/],
  'a quote that does not end': [
    `${BENCH}    user: "sesame\n`,
    /^bench\.yaml:\d+:\d+: expected well-formed YAML, got Missing closing "quote/,
  ],
  'an alias of nothing, as a password with an asterisk looks': [
    `${BENCH}    user: u\n    password: *sesame\n`,
    /^bench\.yaml:6:15: expected aliases of anchors .*a value that begins with \* needs quotes$/,
  ],
  'a tag of nothing, as a password with an exclamation mark looks': [
    `${BENCH}    user: u\n    password: !sesame\n`,
    /^bench\.yaml:6:15: expected well-formed YAML, got a tag .*a value that begins with ! needs quotes$/,
  ],
  'a password in double quotes with a backslash': [
    `${BENCH}    user: u\n    password: "\\sesame"\n`,
    /^bench\.yaml:6:\d+: expected well-formed YAML, got an escape that there is not/,
  ],
  'a power driver that is not there': [
    `${BENCH}    power: { driver: lcuss, relay: 1 }\n`,
    /^bench\.yaml:5:22: devices\.0\.power\.driver: expected .*did you mean 'lcus'\?, got "lcuss"$/,
  ],
  'an unknown key of a power driver': [
    `${BENCH}    power: { driver: shelly, url: 'http://h/', swich: 1 }\n`,
    /^bench\.yaml:5:\d+: devices\.0\.power\.swich: expected a known key; did you mean 'switch'\?, got 'swich'$/,
  ],
  'a community of another kind': [
    `${BENCH}    power: { driver: snmp-poe, host: h, poePort: 1, snmp: { version: 2c, community: [sesame] } }\n`,
    /^bench\.yaml:5:\d+: devices\.0\.power\.snmp\.community: expected a password or .*, got a list$/,
  ],
  'an expression that is none': [
    `${BENCH}    expect: { model: '/(/' }\n`,
    /^bench\.yaml:5:22: devices\.0\.expect\.model: expected a text or a regular expression .*, got one that cannot be read$/,
  ],
  'a case that the catalogue has not': [
    `${BENCH}plan: { cases: { include: [clena] } }\n`,
    /^bench\.yaml:5:28: plan\.cases\.include\.0: expected a known word; did you mean 'clean'\?, got "clena"$/,
  ],
  'a limit out of range': [
    `${BENCH}limits: { bootMs: { limit: 1, marginal: 80 } }\n`,
    /^bench\.yaml:5:41: limits\.bootMs\.marginal: expected at most 1, got 80$/,
  ],
  'a limit of nothing that is measured': [
    `${BENCH}limits: { boottMs: { limit: 1 } }\n`,
    /^bench\.yaml:5:20: limits\.boottMs: expected a known key; did you mean 'bootMs'\?, got 'boottMs'$/,
  ],
  'a ratio out of range': [
    `devices:\n  - { number: 00001-00020-00300-00007, driver: simulated, flaky: 3 }\n`,
    /^bench\.yaml:2:\d+: devices\.0\.flaky: expected at most 1, got 3$/,
  ],
  'a password without its blank': [
    `devices:\n  - { driver: onvif, password:sesame }\n`,
    /^bench\.yaml:2:\d+: devices\.0\.…: expected a known key.*, got '…'/m,
  ],
}

for (const [name, [text, message]] of Object.entries(MISTAKES)) {
  t.test(`names the place of ${name}, what was expected, and no password [issue 2, Bad input]`, (t) => {
    const told = said(text)
    t.match(told, message)
    t.notMatch(told, 'sesame')
    t.end()
  })
}

t.test('says everything that is wrong at once, a line each', (t) => {
  const told = said(`broker: x\n${BENCH.replace('http:', 'x:').replace('00007', '7x')}    pasword: y\n`).split('\n')
  t.equal(told.length, 4)
  for (const line of told) t.match(line, /^bench\.yaml:\d+:\d+: \S/)
  t.end()
})

t.test('refuses a file that aliases blow up, at once [house style, bounds]', (t) => {
  const layers = Array.from({ length: 12 }, (_, at) => `l${at + 1}: &l${at + 1} [${`*l${at}, `.repeat(20)}]`)
  t.match(said(`l0: &l0 x\n${layers.join('\n')}\n`), /^bench\.yaml:2:\d+: expected aliases .*100 at most/)
  t.end()
})

t.test('takes the aliases of an ordinary bench', (t) => {
  const numbers = Array.from(
    { length: 60 },
    (_, at) =>
      `  - { number: 00001-00020-00300-${String(at).padStart(5, '0')}, driver: onvif, url: 'http://h/', user: u, password: *p }`,
  )
  const text = `devices:\n  - { number: 00001-00020-00300-60000, driver: onvif, url: 'http://h/', user: u, password: &p { env: P } }\n${numbers.join('\n')}\n`
  t.equal(parseBench(text, 'bench.yaml').devices.length, 61)
  t.end()
})

t.test('a file that cannot be read, or has no end, is named [issue 2, Bad input]', async (t) => {
  const folder = t.testdir({})
  await t.rejects(readBenchFile(join(folder, 'absent.yaml')), {
    code: 'ERR_VIEWNET_BENCH_FILE',
    message: /absent\.yaml:1:1: expected a file to read, got ENOENT/,
  })
  await t.rejects(readBenchFile(folder), { code: 'ERR_VIEWNET_BENCH_FILE', message: /EISDIR/ })
  const large = join(folder, 'large.yaml')
  await writeFile(large, `#${' '.repeat(1024 * 1024)}\n${BENCH}`)
  await t.rejects(readBenchFile(large), {
    code: 'ERR_VIEWNET_BENCH_FILE',
    message: /large\.yaml:1:1: expected .* 1048576 octets/,
  })
  await writeFile(large, BENCH)
  t.equal((await readBenchFile(large)).devices.length, 1)
})

t.test(
  'a file of another encoding is refused with its line: a password in it would be read as another one',
  async (t) => {
    const latin = join(t.testdir({}), 'latin-1.yaml')
    await writeFile(latin, Buffer.from(`${BENCH}    user: u\n    password: caf\u00e9\n`, 'latin1'))
    await t.rejects(readBenchFile(latin), {
      code: 'ERR_VIEWNET_BENCH_FILE',
      message: /latin-1\.yaml:6:1: expected text in UTF-8, got octets of another encoding$/,
    })
  },
)
