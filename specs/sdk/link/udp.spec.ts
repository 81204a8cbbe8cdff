import { once } from 'node:events'
import { createSocket } from 'node:dgram'
import { networkInterfaces } from 'node:os'
import t from 'tap'
import { UsageError } from '../../../sdk/errors.js'
import {
  DEFAULT_UDP_PORT,
  formatUdpAddress,
  LinkError,
  parseUdpAddress,
  udpLink,
  type Link,
} from '../../../sdk/link/index.js'

interface Heard {
  readonly text: string
  readonly from: string
}

/** Start a link; what it hears can be awaited one by one. */
async function listen(link: Link): Promise<{ next(): Promise<Heard> }> {
  const heard: Heard[] = []
  let wake = (): void => {}
  await link.start({
    packet(packet, from) {
      heard.push({ text: Buffer.from(packet).toString(), from })
      wake()
    },
  })
  return {
    async next() {
      while (heard.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      return heard.shift()!
    },
  }
}

const octets = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
const hasIPv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
)

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

for (const [host, skip] of [
  ['127.0.0.1', false],
  ['[::1]', hasIPv6 ? false : 'this machine has no IPv6'],
] as const) {
  t.test(`carries packets over ${host} both ways, and says who sent them`, { skip }, async (t) => {
    const [one, other] = [udpLink(`udp://${host}:0`), udpLink(`udp://${host}:0`)]
    t.teardown(() => Promise.all([one.close(), other.close()]))
    t.equal(one.address, `udp://${host}:0`)
    const atOne = await listen(one)
    const atOther = await listen(other)
    t.not(one.address, `udp://${host}:0`, 'the start took a port')
    one.send(octets('hello'), other.address)
    t.strictSame(await atOther.next(), { text: 'hello', from: one.address })
    other.send(octets('welcome'), one.address)
    t.strictSame(await atOne.next(), { text: 'welcome', from: other.address })
  })
}

t.test('has sent, or copied, the octets when send returns, also those of a Buffer', async (t) => {
  const [one, other] = [udpLink('udp://127.0.0.1:0'), udpLink('udp://127.0.0.1:0')]
  t.teardown(() => Promise.all([one.close(), other.close()]))
  const atOther = await listen(other)
  await listen(one)
  for (const packet of [octets('first'), Buffer.from('first')]) {
    one.send(packet, other.address)
    packet.fill(0)
    t.equal((await atOther.next()).text, 'first')
  }
})

t.test('loses in silence what cannot be sent', async (t) => {
  const [link, other] = [udpLink('udp://127.0.0.1:0'), udpLink('udp://127.0.0.1:0')]
  t.teardown(() => Promise.all([link.close(), other.close()]))
  link.send(octets('before the start'), 'udp://127.0.0.1:9')
  await listen(link)
  const atOther = await listen(other)
  const nowhere = ['udp://127.0.0.1:0', 'udp://127.0.0.1', 'udp://[::1]:9', 'memory:x', '', 'nonsense']
  for (const to of nowhere) link.send(octets('lost'), to)
  link.send(new Uint8Array(70_000), other.address)
  link.send(octets('after all'), other.address)
  t.equal((await atOther.next()).text, 'after all')
})

t.test('rejects a second start, and a port that is taken, with a LinkError that says so', async (t) => {
  const link = udpLink('udp://127.0.0.1:0')
  t.teardown(() => link.close())
  await listen(link)
  await t.rejects(link.start({ packet() {} }), { code: 'ERR_VIEWNET_LINK_START', message: /already started/ })
  const taken = udpLink(link.address)
  const error: unknown = await taken.start({ packet() {} }).catch((reason: unknown) => reason)
  t.type(error, LinkError)
  t.match(error, {
    code: 'ERR_VIEWNET_LINK_START',
    message: new RegExp(`${link.address}.*EADDRINUSE`),
    cause: { code: 'EADDRINUSE' },
  })
  await link.close()
  await taken.start({ packet() {} })
  await taken.close()
  t.pass('and can start once the port is free')
})

t.test('closes twice, before a start, and while it starts', async (t) => {
  const link = udpLink('udp://127.0.0.1:0')
  await link.close()
  const starting = link.start({ packet() {} })
  await link.close()
  await t.rejects(starting, { code: 'ERR_VIEWNET_LINK_START', message: /closed while starting/ })
  await listen(link)
  await Promise.all([link.close(), link.close()])
  await link.close()
  link.send(octets('lost'), 'udp://127.0.0.1:9')
})

t.test('hears nothing after it was closed', async (t) => {
  const link = udpLink('udp://127.0.0.1:0')
  await listen(link)
  const { port } = parseUdpAddress(link.address)
  await link.close()
  const socket = createSocket('udp4')
  t.teardown(() => socket.close())
  socket.bind(port, '127.0.0.1')
  await once(socket, 'listening')
  t.equal(socket.address().port, port, 'its port is free again')
})
