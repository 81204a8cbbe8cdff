import t from 'tap'
import {
  ConversionServer,
  DEFAULT_LIMITS,
  MemoryNetwork,
  REFERENCE_1,
  type ConversionServerOptions,
} from '../../../sdk/index.js'
import { UsageError } from '../../../sdk/errors.js'
import { parseOptions } from '../../../sdk/server/options.js'
import { CONVERTER, DEVICE, SpokenDevice } from './endpoint-and-device.js'

const device = SpokenDevice.holding([])
const GOOD: ConversionServerOptions = {
  number: CONVERTER,
  link: 'udp://127.0.0.1:0',
  peers: ['udp://127.0.0.1:28300'],
  devices: [{ number: DEVICE, device }],
}

t.test('takes good options, in every form', async (t) => {
  const network = new MemoryNetwork()
  const good: readonly Partial<ConversionServerOptions>[] = [
    {},
    { link: network.link('a'), peers: ['memory:b', 'udp://[::1]'] },
    { peers: ['udp://127.0.0.1', 'udp://[fe80::1%eth0]:1'] },
    { maxResources: 16_777_216, limits: { pendingAfterMs: 0.5, roundsMost: 65_536 } },
    { limits: {}, profile: REFERENCE_1 },
  ]
  for (const more of good) t.equal(new ConversionServer({ ...GOOD, ...more }).number, CONVERTER)
})

t.test('refuses a bad option by name, with what was expected and the nearest right word', async (t) => {
  const { peers: _, ...withoutPeers } = GOOD
  const profile = (more: object): object => ({ ...GOOD, profile: { ...REFERENCE_1, ...more } })
  const bad: readonly [object | undefined, string, RegExp][] = [
    [{ ...GOOD, peer: [] }, 'ERR_VIEWNET_OPTION', /peer\b.*did you mean 'peers'\?/],
    [{ ...GOOD, limits: { silentMs: 1 } }, 'ERR_VIEWNET_OPTION', /limits\.silentMs.*did you mean 'silenceMs'\?/],
    [
      { ...GOOD, devices: [{ nummer: DEVICE, device }] },
      'ERR_VIEWNET_OPTION',
      /devices\.0\.nummer.*did you mean 'number'\?/,
    ],
    [profile({ crcorder: 1 }), 'ERR_VIEWNET_OPTION', /profile\.crcorder.*did you mean 'crcOrder'\?/],
    [profile({ commands: { ...REFERENCE_1.commands, REQEST: 1 } }), 'ERR_VIEWNET_OPTION', /did you mean 'REQUEST'\?/],
    [{ ...GOOD, acceleration: 'of' }, 'ERR_VIEWNET_OPTION', /acceleration.*"auto"\|"off"\|"required"/],
    [{ ...GOOD, link: 'ethernet:' }, 'ERR_VIEWNET_ADDRESS', /link: expected ethernet:INTERFACE/],
    [{ ...GOOD, link: 'tcp://127.0.0.1:1' }, 'ERR_VIEWNET_ADDRESS', /link: expected udp:.* or ethernet:INTERFACE/],
    [{ ...GOOD, link: 'ethernet:eth1' }, 'ERR_VIEWNET_ADDRESS', /peers\.0: expected ethernet:eth1, or .*, got 'udp:/],
    [
      { ...GOOD, link: 'ethernet:eth1', peers: ['ethernet:eth2'] },
      'ERR_VIEWNET_ADDRESS',
      /peers\.0: expected ethernet:eth1, or .*, got 'ethernet:eth2'/,
    ],
    [{ ...GOOD, peers: ['ethernet:eth1'] }, 'ERR_VIEWNET_ADDRESS', /peers\.0: expected udp:.*, got 'ethernet:eth1'/],
    [withoutPeers, 'ERR_VIEWNET_OPTION', /peers/],
    [undefined, 'ERR_VIEWNET_OPTION', /expected object/],
    [{ ...GOOD, peers: [] }, 'ERR_VIEWNET_OPTION', /peers/],
    [{ ...GOOD, devices: [] }, 'ERR_VIEWNET_OPTION', /devices/],
    [
      { ...GOOD, devices: [{ number: DEVICE, device: {} }] },
      'ERR_VIEWNET_OPTION',
      /devices\.0\.device.*MonitoringDevice/,
    ],
    [{ ...GOOD, devices: [...GOOD.devices, ...GOOD.devices] }, 'ERR_VIEWNET_OPTION', /devices.*same number/],
    [{ ...GOOD, link: 5 }, 'ERR_VIEWNET_OPTION', /link/],
    [{ ...GOOD, maxResources: 0 }, 'ERR_VIEWNET_OPTION', /maxResources/],
    [{ ...GOOD, maxResources: 16_777_217 }, 'ERR_VIEWNET_OPTION', /maxResources/],
    [{ ...GOOD, maxResources: 1.5 }, 'ERR_VIEWNET_OPTION', /maxResources/],
    [
      { ...GOOD, devices: [{ ...GOOD.devices[0]!, maxInquiries: 0 }] },
      'ERR_VIEWNET_OPTION',
      /devices\.0\.maxInquiries/,
    ],
    [{ ...GOOD, maxOpenResources: 0 }, 'ERR_VIEWNET_OPTION', /maxOpenResources/],
    [{ ...GOOD, maxOpenResources: 2 ** 30 + 1 }, 'ERR_VIEWNET_OPTION', /maxOpenResources/],
    [{ ...GOOD, limits: { silenceMs: 0 } }, 'ERR_VIEWNET_OPTION', /limits\.silenceMs/],
    [{ ...GOOD, limits: { silenceMs: Number.NaN } }, 'ERR_VIEWNET_OPTION', /limits\.silenceMs/],
    [{ ...GOOD, limits: { exchangesMost: 0.5 } }, 'ERR_VIEWNET_OPTION', /limits\.exchangesMost/],
    [{ ...GOOD, limits: { roundsMost: 65_537 } }, 'ERR_VIEWNET_OPTION', /limits\.roundsMost/],
    [{ ...GOOD, profile: null }, 'ERR_VIEWNET_OPTION', /profile/],
    [
      profile({ packetTypes: { protocol: 1, unicastData: 1, multicastData: 3 } }),
      'ERR_VIEWNET_OPTION',
      /packetTypes.*distinct/,
    ],
    [
      profile({ packetTypes: { protocol: 0x81, unicastData: 2, multicastData: 3 } }),
      'ERR_VIEWNET_OPTION',
      /packetTypes\.protocol/,
    ],
    [profile({ commands: { ...REFERENCE_1.commands, REQUEST: 0x5301 } }), 'ERR_VIEWNET_OPTION', /commands.*distinct/],
    [{ ...GOOD, number: '1-2-3' }, 'ERR_VIEWNET_MESSAGE_NUMBER', /: number: .*'1-2-3'/],
    [{ ...GOOD, devices: [{ number: 'x', device }] }, 'ERR_VIEWNET_MESSAGE_NUMBER', /devices\.0\.number: .*'x'/],
    [{ ...GOOD, link: 'tcp://127.0.0.1:1' }, 'ERR_VIEWNET_ADDRESS', /link: .*'tcp:\/\/127\.0\.0\.1:1'/],
    [
      { ...GOOD, peers: ['udp://127.0.0.1', 'udp://camera:1'] },
      'ERR_VIEWNET_ADDRESS',
      /peers\.1: .*'udp:\/\/camera:1'/,
    ],
    [{ ...GOOD, peers: ['udp://127.0.0.1:0'] }, 'ERR_VIEWNET_ADDRESS', /peers\.0: expected a port of 1–65535.*:0'/],
    [{ ...GOOD, peers: ['upd://127.0.0.1:1'] }, 'ERR_VIEWNET_ADDRESS', /peers\.0: .*'upd:\/\/127\.0\.0\.1:1'/],
  ]
  for (const [options, code, message] of bad) {
    const error = t.throws(
      () => new ConversionServer(options as ConversionServerOptions),
      { code, message },
      String(message),
    )
    t.type(error, UsageError)
    t.match(String(error), 'ConversionServer: ')
  }
})

t.test('the defaults are the times and bounds of the protocol [protocol 3]', async (t) => {
  t.match(DEFAULT_LIMITS, {
    pendingAfterMs: 300,
    roundEndRepeatMs: 500,
    roundEndMost: 10,
    missingWaitMs: 200,
    creditStallMs: 50,
    creditStallPackets: 64,
    silenceMs: 60_000,
  })
})

t.test('admits stations of Ethernet: one, or every one of the interface', async (t) => {
  const one = parseOptions({ ...GOOD, link: 'ethernet:eth1', peers: ['ethernet:eth1/02:00:00:00:00:0A'] }).isPeer
  t.ok(one('ethernet:eth1/02:00:00:00:00:0a'))
  for (const stranger of ['ethernet:eth1/02:00:00:00:00:0b', 'ethernet:eth1', 'ethernet:eth2/02:00:00:00:00:0a']) {
    t.notOk(one(stranger), stranger)
  }
  const every = parseOptions({ ...GOOD, link: 'ethernet:eth1', peers: ['ethernet:eth1'] }).isPeer
  t.ok(every('ethernet:eth1/02:00:00:00:00:0b'))
  t.notOk(every('ethernet:eth11/02:00:00:00:00:0b'))
  t.notOk(every('udp://127.0.0.1:1'))
})
