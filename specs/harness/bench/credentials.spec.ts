import t from 'tap'
import {
  credentialsOf,
  literalPasswords,
  openDevice,
  parseBench,
  type OnvifBenchDevice,
} from '../../../harness/bench/index.js'

const DEVICE: OnvifBenchDevice = { number: '00001-00020-00300-00007', driver: 'onvif', url: 'http://192.0.2.17/' }

t.test('takes a password from the file or from the environment that the file names [architecture]', (t) => {
  t.equal(credentialsOf(DEVICE), undefined)
  t.same(credentialsOf({ ...DEVICE, user: 'u' }), { user: 'u', password: '' })
  t.same(credentialsOf({ ...DEVICE, user: 'u', password: 'p' }), { user: 'u', password: 'p' })
  t.same(credentialsOf({ ...DEVICE, user: 'u', password: { env: 'P' } }, { P: 'from there' }), {
    user: 'u',
    password: 'from there',
  })
  t.same(credentialsOf({ ...DEVICE, user: 'u', password: { env: 'P' } }, { P: '' }), { user: 'u', password: '' })
  t.end()
})

t.test('says which device lacks which variable [issue 2, Bad input]', (t) => {
  t.throws(() => credentialsOf({ ...DEVICE, user: 'u', password: { env: 'ABSENT' } }, {}), {
    code: 'ERR_VIEWNET_CREDENTIALS',
    message: /device 00001-00020-00300-00007: environment variable ABSENT is not set/,
  })
  t.end()
})

t.test('tells whose password everybody can read, and never the password [architecture, MQTT]', (t) => {
  const bench = parseBench(
    `broker: mqtt://u:sesame@h
devices:
  - { number: 00001-00020-00300-00001, driver: onvif, url: 'http://h/', user: u, password: sesame }
  - { number: 00001-00020-00300-00002, driver: onvif, url: 'http://h/', user: u, password: { env: P } }
  - { number: 00001-00020-00300-00003, driver: onvif, url: 'http://h/' }
`,
    'bench.yaml',
  )
  t.match(literalPasswords(bench), [
    { owner: 'the broker', path: ['broker'] },
    { owner: 'device 00001-00020-00300-00001', path: ['devices', 0, 'password'] },
  ])
  t.match(literalPasswords({ ...bench, broker: 'mqtt://u@h' }), [{ owner: 'device 00001-00020-00300-00001' }])
  t.end()
})

t.test('opens the driver that the file names, without a word to the device', async (t) => {
  const device = openDevice(DEVICE, undefined)
  t.match(device, { listRecordings: Function })
  await device.close?.()
})
