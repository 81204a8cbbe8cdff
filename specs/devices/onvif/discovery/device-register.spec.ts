import t from 'tap'
import { DeviceRegister } from '../../../../devices/onvif/discovery/device-register.js'
import { readScopes } from '../../../../devices/onvif/discovery/scopes.js'

const SERVICE = '/onvif/device_service'

/** One match, everything left out that is not given. */
function match(told: {
  readonly reference?: string
  readonly xaddrs?: readonly string[]
  readonly scopes?: readonly string[]
}) {
  return {
    endpointReference: told.reference ?? '',
    types: ['Device'],
    scopes: told.scopes ?? [],
    xaddrs: told.xaddrs ?? [],
  }
}

t.test('counts a device once for all its answers, by its endpoint reference [WS-Discovery 5.3]', async (t) => {
  const register = new DeviceRegister()
  t.ok(register.receive(match({ reference: 'urn:uuid:AB-1' }), '192.0.2.7'))
  t.notOk(register.receive(match({ reference: 'uuid:ab-1' }), '192.0.2.7'), 'written otherwise')
  t.notOk(register.receive(match({ reference: 'urn:uuid:ab-1' }), '2001:db8::7'), 'on another network')
  t.match(register.devices, [
    { url: `http://192.0.2.7${SERVICE}`, addresses: ['192.0.2.7', '2001:db8::7'], endpointReference: 'urn:uuid:AB-1' },
  ])
})

t.test('counts a device once that makes up another reference each time, by its address', async (t) => {
  const register = new DeviceRegister()
  const xaddrs = [`http://192.0.2.7:8000${SERVICE}`]
  t.ok(register.receive(match({ reference: 'urn:uuid:1', xaddrs }), '192.0.2.7'))
  t.notOk(register.receive(match({ reference: 'urn:uuid:2', xaddrs }), '192.0.2.7'))
  t.ok(
    register.receive(match({ xaddrs: [`http://192.0.2.7:8001${SERVICE}`] }), '192.0.2.7'),
    'another port is another device',
  )
  t.equal(register.devices.length, 2)
})

t.test('joins two that one answer shows to be one, and keeps the place of the first', async (t) => {
  const register = new DeviceRegister()
  register.receive(match({ reference: 'urn:uuid:1', xaddrs: [`http://192.0.2.7${SERVICE}`] }), '192.0.2.7')
  register.receive(match({ reference: 'urn:uuid:9' }), '192.0.2.9')
  register.receive(match({ reference: 'urn:uuid:2' }), '192.0.2.8')
  t.notOk(register.receive(match({ reference: 'urn:uuid:2', xaddrs: [`http://192.0.2.7${SERVICE}`] }), '192.0.2.7'))
  t.strictSame(
    register.devices.map(({ addresses }) => addresses),
    [['192.0.2.7', '192.0.2.8'], ['192.0.2.9']],
  )
})

t.test('asks a device where it answered from, never where it merely tells to ask', async (t) => {
  const rows: readonly (readonly [string, readonly string[], string | undefined])[] = [
    ['192.0.2.7', [`http://192.0.2.7/onvif/other?x=1`], 'http://192.0.2.7/onvif/other?x=1'],
    ['192.0.2.7', [`http://10.0.0.1/a`, `https://192.0.2.7:8443/b`], 'https://192.0.2.7:8443/b'],
    ['192.0.2.7', [`http://bank.example:81/a`], 'http://192.0.2.7:81/a'],
    ['192.0.2.7', [], `http://192.0.2.7${SERVICE}`],
    ['192.0.2.7', ['ftp://192.0.2.7/', 'nonsense', 'http://u:p@192.0.2.7/'], `http://192.0.2.7${SERVICE}`],
    ['2001:db8::7', ['http://192.0.2.7/a', 'http://[2001:db8::7]/b'], 'http://[2001:db8::7]/b'],
    ['fe80::7%eth0', ['http://192.0.2.7/a'], undefined],
  ]
  for (const [address, xaddrs, url] of rows) {
    const register = new DeviceRegister()
    register.receive(match({ xaddrs }), address)
    t.equal(register.devices[0]?.url, url, `${address} telling ${xaddrs.join(' ')}`)
  }
})

t.test('holds at most 4096 devices', async (t) => {
  const register = new DeviceRegister()
  for (let index = 0; index < 4200; index++)
    register.receive(match({}), `10.0.${Math.floor(index / 256)}.${index % 256}`)
  t.equal(register.devices.length, 4096)
})

t.test('reads scopes, escaped, repeated, foreign and broken ones [ONVIF Core, Scopes]', async (t) => {
  t.strictSame(
    readScopes([
      'onvif://www.onvif.org/name/Viewnet%20Recorder',
      'onvif://www.onvif.org/hardware/VN-1/rev2/',
      'onvif://www.onvif.org/location/country/china',
      'onvif://www.onvif.org/location/city/%E6%9D%AD%E5%B7%9E',
      'onvif://www.onvif.org/Profile/Streaming',
      'ONVIF://www.onvif.org/profile/G',
      'onvif://www.onvif.org/Profile/G',
      'onvif://www.vendor.example/name/other',
      'onvif://www.onvif.org/type/',
      '://',
    ]),
    {
      name: 'Viewnet Recorder',
      hardware: 'VN-1/rev2',
      location: 'country/china, city/杭州',
      profiles: ['G', 'Streaming'],
    },
  )
  t.equal(readScopes(['onvif://www.onvif.org/name/100%']).name, '100%', 'not escaped at all')
  t.equal(
    readScopes(['onvif://www.onvif.org/name/%1b%5b2J']).name,
    '%1b%5b2J',
    'no control character reaches a terminal',
  )
})
