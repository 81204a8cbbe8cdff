import t from 'tap'
import { outletSchemas, outletSchemasWith, parseOutletOptions } from 'viewnet/devices/power'
import { z } from 'zod'

const BY_PATH = '/dev/serial/by-path/pci-0000:00:14.0-usb-0:2.3:1.0-port0'

t.test('an outlet is told by its driver, and everything else has a default', (t) => {
  t.same(parseOutletOptions({ driver: 'lcus', port: BY_PATH, relay: 2 }), {
    driver: 'lcus',
    port: BY_PATH,
    relay: 2,
    baudRate: 9600,
    status: 'none',
    safeState: 'off',
    wiring: 'normally-open',
    replyTimeoutMs: 1000,
    settleTimeoutMs: 2000,
    reopenTimeoutMs: 10_000,
  })
  t.end()
})

const WRONG = [
  { name: 'a driver that is near a known one', options: { driver: 'lcuss' }, says: /driver.*did you mean 'lcus'/ },
  { name: 'no driver', options: { port: BY_PATH }, says: /driver.*known: lcus, kmtronic, numato, modbus-rtu/ },
  { name: 'nothing at all', options: undefined, says: /driver/ },
  {
    name: 'an unknown option',
    options: { driver: 'kmtronic', port: BY_PATH, rely: 1 },
    says: /rely.*did you mean 'relay'/,
  },
  { name: 'a relay that no board has', options: { driver: 'kmtronic', port: BY_PATH, relay: 9 }, says: /relay/ },
  {
    name: 'a port by half of a USB device',
    options: { driver: 'lcus', port: { vendor: '1a86' }, relay: 1 },
    says: /port: expected a path, tcp:/,
  },
  {
    name: 'credentials in a URL',
    options: { driver: 'shelly', url: 'http://admin:secret@127.0.0.1' },
    says: /url: expected a URL without credentials/,
  },
  {
    name: 'a state that is found in two ways',
    options: {
      driver: 'http',
      outlet: '1',
      on: 'http://127.0.0.1/on?o={outlet}',
      off: 'http://127.0.0.1/off?o={outlet}',
      state: { request: 'http://127.0.0.1/', pointer: '/a', pattern: 'b' },
    },
    says: /state: expected either a pointer or a pattern/,
  },
  {
    name: 'a pattern that does not compile',
    options: {
      driver: 'http',
      outlet: '1',
      on: 'http://127.0.0.1/on',
      off: 'http://127.0.0.1/off',
      state: { request: 'http://127.0.0.1/', pattern: '(' },
    },
    says: /pattern: expected a regular expression/,
  },
] as const

for (const { name, options, says } of WRONG) {
  t.test(`${name} is refused, and said where`, (t) => {
    t.throws(() => parseOutletOptions(options), { code: 'ERR_VIEWNET_OPTION', message: says })
    t.end()
  })
}

t.test('no message tells a password', (t) => {
  t.throws(() => parseOutletOptions({ driver: 'shelly', url: 'http://127.0.0.1', password: 'sesame', switch: -1 }), {
    code: 'ERR_VIEWNET_OPTION',
    message: /^(?!.*sesame)/,
  })
  t.end()
})

t.test('every schema can be told as a JSON schema, also where passwords come from the environment', (t) => {
  const secret = z.union([z.string(), z.strictObject({ env: z.string() })])
  for (const schema of [...Object.values(outletSchemas), ...Object.values(outletSchemasWith(secret))]) {
    t.equal(z.toJSONSchema(schema, { io: 'input' }).additionalProperties, false)
  }
  t.end()
})
