import { execFileSync } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { UsageError } from '../../../sdk/errors.js'
import {
  ethernetLink,
  formatEthernetAddress,
  linkAt,
  parseEthernetAddress,
  parseLinkAddress,
  udpLink,
  type Link,
  type LinkError,
} from '../../../sdk/link/index.js'
import { loadSystemCalls } from '../../../sdk/link/system-calls.js'
import { listen, testContract } from './contract.js'
import { enterOwnNetwork, ip } from './own-network.js'

const system = await loadSystemCalls()
const skip = 'whyNot' in system ? system.whyNot : await enterOwnNetwork('one', 'other')
const receiver = { packet() {} }

/** Address of a station, by the interface through which another link reaches it. */
function nameOf(of: Link, by: Link): string {
  const { interface: name } = parseEthernetAddress(by.address)
  return formatEthernetAddress({ interface: name, station: parseEthernetAddress(of.address).station })
}

testContract({
  name: 'raw Ethernet over a pair of veth',
  skip,
  pair: () => [ethernetLink('ethernet:one'), ethernetLink('ethernet:other')],
  stats: { kind: 'ethernet', isAccelerated: true },
  nameOf,
  nobody: 'ethernet:one/02:00:00:00:00:99',
  // Linux carries no frame without a payload.
  packetBytesLeast: 1,
  packetBytesMost: 1500,
})

t.test('reads an address: the interface, and a station in the one spelling [protocol 1: links]', async (t) => {
  t.strictSame(parseEthernetAddress('ethernet:eth1'), { interface: 'eth1', station: undefined })
  t.strictSame(parseEthernetAddress('ethernet:eth1.7:b/02:AB:00:00:00:0f'), {
    interface: 'eth1.7:b',
    station: '02:ab:00:00:00:0f',
  })
  t.equal(parseLinkAddress('ethernet:eth1/02:AB:00:00:00:0F'), 'ethernet:eth1/02:ab:00:00:00:0f')
  t.equal(parseLinkAddress('udp://[0::1]'), 'udp://[::1]:28200')
})

t.test('refuses what is no address, and says what was expected and what came', async (t) => {
  const wrong = [
    'ethernet:',
    'ethernet:/02:00:00:00:00:01',
    'ethernet:a-name-of-16-oct',
    'ethernet:eth 1',
    'ethernet:eth1/',
    'ethernet:eth1/02:00:00:00:00',
    'ethernet:eth1/02:00:00:00:00:0g',
    'ethernet:eth1/ff:ff:ff:ff:ff:ff',
    'ethernet:eth1/01:00:5e:00:00:01',
    'ethernet://eth1',
  ]
  for (const address of wrong) {
    const error = t.throws(() => parseEthernetAddress(address), { code: 'ERR_VIEWNET_ADDRESS' }, `'${address}'`)
    t.type(error, UsageError)
    t.match(String(error), `got '${address}'`)
    t.throws(() => linkAt(address), { code: 'ERR_VIEWNET_ADDRESS' })
  }
  t.throws(() => linkAt('tcp://127.0.0.1:1'), { code: 'ERR_VIEWNET_ADDRESS', message: /ethernet:INTERFACE/ })
})

t.test('does not start where it cannot be, and says why', { skip }, async (t) => {
  const codeOf = async (link: Link): Promise<string> => {
    const error = await link.start(receiver).then(
      () => undefined,
      (reason: LinkError) => reason,
    )
    await link.close()
    return `${error?.code}: ${error?.message}`
  }
  const code = 'ERR_VIEWNET_LINK_INTERFACE'
  t.match(await codeOf(ethernetLink('ethernet:none')), `${code}: ethernet:none: this machine has no such interface`)
  t.match(await codeOf(ethernetLink('ethernet:lo')), `${code}: ethernet:lo: it is no Ethernet interface`)
  t.match(await codeOf(ethernetLink('ethernet:one/02:00:00:00:00:99')), 'the interface is another station')
  ip('link set one down')
  t.match(
    await codeOf(ethernetLink('ethernet:one')),
    /_INTERFACE: ethernet:one: the interface is down; `ip link set one/,
  )
  ip('link set one up')
  const link = ethernetLink('ethernet:one')
  await link.start(receiver)
  await link.close()
  t.pass('and starts when it is up again')
})

t.test('hears its own EtherType alone, and only what is addressed to its station', { skip }, async (t) => {
  const [one, other] = [ethernetLink('ethernet:one'), ethernetLink('ethernet:other')]
  const [oneElse, otherElse] = [
    ethernetLink('ethernet:one', { etherType: 0x88b6 }),
    ethernetLink('ethernet:other', { etherType: 0x88b6 }),
  ]
  t.teardown(() => Promise.all([one, other, oneElse, otherElse].map((link) => link.close())))
  const atOther = await listen(other)
  const atOtherElse = await listen(otherElse)
  await one.start(receiver)
  await oneElse.start(receiver)
  oneElse.send(Buffer.from('of another type'), nameOf(other, one))
  one.send(Buffer.from('to another station'), 'ethernet:one/02:00:00:00:00:99')
  one.send(Buffer.from('by an interface that is not its own'), 'ethernet:other/02:00:00:00:00:99')
  one.send(Buffer.from('for us'), nameOf(other, one))
  t.equal(Buffer.from((await atOther.next()).octets).toString(), 'for us')
  t.equal(Buffer.from((await atOtherElse.next()).octets).toString(), 'of another type')
  t.equal(other.stats?.().receivedPackets, 1)
})

t.test('tells that its interface went down, and goes on when it is up again', { skip }, async (t) => {
  const [one, other] = [ethernetLink('ethernet:one'), ethernetLink('ethernet:other')]
  t.teardown(() => Promise.all([one.close(), other.close()]))
  let heard!: () => void
  const again = new Promise<void>((resolve) => (heard = resolve))
  const failed = new Promise<LinkError>((resolve) => {
    void one.start({ packet: heard, error: resolve })
  })
  await other.start(receiver)
  while (!one.address.includes('/')) await new Promise(setImmediate)
  ip('link set one down')
  const error = await failed
  t.match(error, { code: 'ERR_VIEWNET_LINK', message: /ENETDOWN ethernet:one/, cause: { code: 'ENETDOWN' } })
  one.send(new Uint8Array(86), nameOf(other, one))
  t.equal(one.stats?.().lostPackets, 1)
  ip('link set one up')
  const sending = setInterval(() => other.send(new Uint8Array(86), nameOf(one, other)), 20)
  await again
  clearInterval(sending)
  t.pass('packets come again')
})

t.test(
  'a network that cuts no runs, for they are too long for it, gets them one by one, and it is said',
  { skip },
  async (t) => {
    ip('link set lo mtu 1000')
    const [one, other] = [
      udpLink('udp://127.0.0.1:0', { acceleration: 'required' }),
      udpLink('udp://127.0.0.1:0', { acceleration: 'required' }),
    ]
    t.teardown(() => Promise.all([one.close(), other.close()]))
    const atOther = await listen(other)
    await one.start(receiver)
    one.sendRun?.(new Uint8Array(3 * 1078).fill(1), 1078, other.address)
    one.sendRun?.(new Uint8Array(3 * 86).fill(2), 86, other.address)
    t.strictSame(
      (await atOther.take(6)).map(({ octets }) => octets.length),
      [1078, 1078, 1078, 86, 86, 86],
    )
    t.match(one.stats?.(), {
      isAccelerated: true,
      whyNotAccelerated:
        /does not cut runs of packets of 1078 octets or more \((EINVAL|EMSGSIZE)\); they go by sendmmsg/,
      sentPackets: 6,
      sendCalls: 3,
      lostPackets: 0,
    })
    ip('link set lo mtu 65536')
  },
)

t.test('keeps what a slow network does not take yet, within a bound, and counts the rest', { skip }, async (t) => {
  const why = slowNetwork()
  if (why !== undefined) {
    t.plan(0, why)
    return
  }
  const [one, other] = [ethernetLink('ethernet:one'), ethernetLink('ethernet:other')]
  t.teardown(async () => {
    execFileSync('tc', 'qdisc del dev one root'.split(' '))
    await Promise.all([one.close(), other.close()])
  })
  const heard: number[] = []
  await other.start({
    packet: (packet) => heard.push(new DataView(packet.buffer, packet.byteOffset).getUint32(0)),
  })
  await one.start(receiver)
  const run = new Uint8Array(64 * 86)
  const view = new DataView(run.buffer)
  const packets = 160 * 64
  for (let first = 0; first < packets; first += 64) {
    for (let at = 0; at < 64; at++) view.setUint32(at * 86, first + at)
    one.sendRun?.(run, 86, nameOf(other, one))
  }
  const { queuedPackets, lostPackets, sentPackets } = one.stats!()
  t.ok(queuedPackets > 0 && queuedPackets <= 4096, `${queuedPackets} wait`)
  t.ok(lostPackets > 0, `${lostPackets} are lost`)
  t.equal(queuedPackets + lostPackets + sentPackets, packets, 'and every packet is one or the other')
  for (let waits = 0; heard.length < packets - lostPackets && waits < 4000; waits++) await wait(5)
  t.equal(one.stats!().queuedPackets, 0)
  // In order of number, not of arrival: with two processors the kernel itself lets packets overtake each other.
  t.strictSame(
    heard.toSorted((a, b) => a - b),
    Array.from({ length: packets - lostPackets }, (_, at) => at),
    'each of the others is heard once',
  )
})

/**
 * Make interface one slower than any sender, and so slow that a receiver whose process waits for a second or two for its turn loses nothing.
 *
 * @returns why it cannot be done here, or undefined
 */
function slowNetwork(): string | undefined {
  try {
    execFileSync('tc', 'qdisc add dev one root tbf rate 4mbit burst 4kb limit 8mb'.split(' '), { stdio: 'pipe' })
    return undefined
  } catch (error) {
    return `no slow network can be made here: ${error instanceof Error ? error.message : String(error)}`
  }
}
