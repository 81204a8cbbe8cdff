import { once } from 'node:events'
import { createSocket } from 'node:dgram'
import t from 'tap'
import { UsageError } from '../../../sdk/errors.js'
import {
  DEFAULT_UDP_PORT,
  formatUdpAddress,
  LinkError,
  parseUdpAddress,
  udpLink,
  type LinkReceiver,
} from '../../../sdk/link/index.js'

t.test('reads an address, with the default port where it names none [protocol 1: links]', async (t) => {
  t.equal(DEFAULT_UDP_PORT, 28200)
  t.strictSame(parseUdpAddress('udp://127.0.0.1:28300'), { host: '127.0.0.1', port: 28300 })
  t.strictSame(parseUdpAddress('udp://127.0.0.1'), { host: '127.0.0.1', port: 28200 })
  t.strictSame(parseUdpAddress('udp://127.0.0.1', 7), { host: '127.0.0.1', port: 7 })
  t.strictSame(parseUdpAddress('udp://0.0.0.0:0'), { host: '0.0.0.0', port: 0 })
  t.strictSame(parseUdpAddress('udp://[::1]:65535'), { host: '::1', port: 65535 })
})

t.test('spells every IPv6 address the one way in which senders are reported', async (t) => {
  const spellings: readonly [string, string][] = [
    ['udp://[0:0:0:0:0:0:0:1]:1', 'udp://[::1]:1'],
    ['udp://[2001:DB8::0:1]:1', 'udp://[2001:db8::1]:1'],
    ['udp://[::FFFF:7f00:1]:1', 'udp://[::ffff:127.0.0.1]:1'],
    ['udp://[FE80::1%eth0]:1', 'udp://[fe80::1%eth0]:1'],
    ['udp://127.0.0.1:1', 'udp://127.0.0.1:1'],
  ]
  for (const [written, spelled] of spellings) {
    t.equal(formatUdpAddress(parseUdpAddress(written)), spelled)
    t.equal(formatUdpAddress(parseUdpAddress(spelled)), spelled, 'and stays so')
  }
})

t.test('refuses what is no UDP address, and says what was expected and what came', async (t) => {
  const wrong = [
    '',
    'udp://',
    'udp://localhost:1',
    'udp://127.0.0.1:65536',
    'udp://127.0.0.1:',
    'udp://127.0.0.1:-1',
    'udp://127.0.0.1:1/',
    'udp://::1:1',
    'udp://[::1',
    'udp://[::g]:1',
    'udp://[127.0.0.1]:1',
    'udp://256.0.0.1:1',
    'udp://1.2.3:1',
    'udp://01.2.3.4:1',
    'tcp://127.0.0.1:1',
    '127.0.0.1:1',
    ' udp://127.0.0.1:1',
    'udp://user@127.0.0.1:1',
    'udp://[fe80::1%]:1',
    'udp://127.0.0.1%lo:1',
  ]
  for (const address of wrong) {
    const error = t.throws(() => parseUdpAddress(address), { code: 'ERR_VIEWNET_ADDRESS' }, `'${address}'`)
    t.type(error, UsageError)
    t.match(String(error), `got '${address}'`)
    t.throws(() => udpLink(address), { code: 'ERR_VIEWNET_ADDRESS' })
  }
})

const receiver: LinkReceiver = { packet() {} }

for (const acceleration of ['off', 'auto'] as const) {
  t.test(`refuses a port that is taken with a LinkError that says so, acceleration ${acceleration}`, async (t) => {
    const link = udpLink('udp://127.0.0.1:0', { acceleration })
    t.teardown(() => link.close())
    t.equal(link.address, 'udp://127.0.0.1:0')
    await link.start(receiver)
    t.not(link.address, 'udp://127.0.0.1:0', 'the start took a port')
    const taken = udpLink(link.address, { acceleration })
    const error: unknown = await taken.start(receiver).catch((reason: unknown) => reason)
    t.type(error, LinkError)
    t.match(error, {
      code: 'ERR_VIEWNET_LINK_START',
      message: new RegExp(`${link.address}.*EADDRINUSE`),
      cause: { code: 'EADDRINUSE' },
    })
    await link.close()
    await taken.start(receiver)
    await taken.close()
    t.pass('and can start once the port is free')
  })

  t.test(`refuses an address of another machine, acceleration ${acceleration}`, async (t) => {
    const link = udpLink('udp://192.0.2.1:0', { acceleration })
    await t.rejects(link.start(receiver), { code: 'ERR_VIEWNET_LINK_START', cause: { code: 'EADDRNOTAVAIL' } })
  })

  t.test(`gives its port back when it is closed, acceleration ${acceleration}`, async (t) => {
    const link = udpLink('udp://127.0.0.1:0', { acceleration })
    await link.start(receiver)
    const { port } = parseUdpAddress(link.address)
    await link.close()
    const socket = createSocket('udp4')
    t.teardown(() => socket.close())
    socket.bind(port, '127.0.0.1')
    await once(socket, 'listening')
    t.equal(socket.address().port, port, 'its port is free again')
  })
}

t.test('says, when acceleration is turned off, that it is', async (t) => {
  const link = udpLink('udp://127.0.0.1:0', { acceleration: 'off' })
  t.teardown(() => link.close())
  t.match(link.stats?.(), { kind: 'udp', isAccelerated: false, whyNotAccelerated: 'not started' })
  await link.start(receiver)
  t.match(link.stats?.(), { kind: 'udp', isAccelerated: false, whyNotAccelerated: 'it is turned off' })
})
