import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { NetworkInterfaceInfo } from 'node:os'
import t, { type Test } from 'tap'
import { askOffer, discoverDevices, DiscoveryError } from '../../../../devices/onvif/discovery/index.js'
import { multicastTargets, parseAddress } from '../../../../devices/onvif/discovery/probe-targets.js'
import { DiscoveryResponder } from '../../../../devices/simulated/discovery-responder.js'
import { SimulatedRecorder } from '../../../../devices/simulated/index.js'
import { fault, services, SoapServer } from '../soap-server.js'
import { multicastSkip } from './loopback.js'
import { probeMatch, probeReply } from './probe-reply.js'

// Each waits for all answers that there may be.
t.jobs = 8

/** Long enough for every repetition of a probe to be sent and answered, on a machine that has much to do as well. */
const TIMEOUT_MS = 2500

/** The system sends nothing there for a socket that did not ask for broadcast. */
const BROADCAST = '255.255.255.255'

/** A UDP socket on loopback that does with each probe what it is told. */
async function probed(t: Test, answer: (socket: Socket, probe: string, from: RemoteInfo) => void): Promise<string> {
  const socket = createSocket('udp4')
  socket.on('message', (octets, from) => answer(socket, octets.toString(), from))
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.teardown(() => socket.close())
  return `127.0.0.1:${socket.address().port}`
}

t.test('finds a simulated recorder by unicast, and asks it what it offers', { buffered: true }, async (t) => {
  await using recorder = new SimulatedRecorder({ user: 'admin', password: 'secret' })
  await recorder.start()
  await using responder = new DiscoveryResponder({ url: recorder.url, port: 0, multicast: false })
  await responder.start()
  const heard: (string | undefined)[] = []
  const { devices, probed, problems, refusedReplyCount } = await discoverDevices({
    addresses: [`127.0.0.1:${responder.port}`],
    timeoutMs: TIMEOUT_MS,
    onDevice: ({ url }) => heard.push(url),
  })
  t.match(devices, [
    {
      url: recorder.url,
      addresses: ['127.0.0.1'],
      endpointReference: /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      name: 'Viewnet Simulated Recorder',
      hardware: 'simulated',
      location: 'bench',
      profiles: ['G'],
      types: ['NetworkVideoTransmitter', 'Device'],
      xaddrs: [recorder.url],
    },
  ])
  t.equal(devices.length, 1, 'once, though two probes were answered')
  t.strictSame(heard, [recorder.url])
  t.strictSame([probed, problems, refusedReplyCount], [[`127.0.0.1:${responder.port}`], [], 0])
  t.match(await askOffer(recorder.url, { timeoutMs: 5000 }), { search: true, replay: true })
})

t.test(
  'finds a simulated recorder by multicast on one interface',
  { skip: multicastSkip(), buffered: true },
  async (t) => {
    await using first = new DiscoveryResponder({ url: 'http://127.0.0.1:8081/onvif/device_service' })
    await using second = new DiscoveryResponder({ url: 'http://127.0.0.1:8082/onvif/device_service' })
    await first.start()
    await second.start()
    const { devices } = await discoverDevices({ interfaceName: 'lo', timeoutMs: TIMEOUT_MS })
    t.strictSame(
      new Set(devices.map(({ url }) => url)),
      new Set(['http://127.0.0.1:8081/onvif/device_service', 'http://127.0.0.1:8082/onvif/device_service']),
    )
  },
)

t.test(
  'sends both types, three times each with one MessageID [ONVIF Core, Types; SOAP-over-UDP 2.2]',
  { buffered: true },
  async (t) => {
    const counts = new Map<string, number>()
    const address = await probed(t, (_, probe) => {
      const type = /p:(\w+)</.exec(probe)?.[1] ?? ''
      const id = /MessageID>(urn:uuid:[0-9a-f-]{36})</.exec(probe)?.[1] ?? ''
      counts.set(`${type} ${id}`, (counts.get(`${type} ${id}`) ?? 0) + 1)
    })
    const { devices } = await discoverDevices({ addresses: [address], timeoutMs: TIMEOUT_MS })
    t.strictSame(devices, [], 'nobody answered, and that is no error')
    t.strictSame([...counts.values()], [3, 3])
    t.strictSame(
      new Set([...counts.keys()].map((key) => key.split(' ')[0])),
      new Set(['Device', 'NetworkVideoTransmitter']),
    )
  },
)

t.test('survives hostile replies, counts them, and hears the good one among them', { buffered: true }, async (t) => {
  const bombs = [
    '',
    'nonsense',
    '<!DOCTYPE a [<!ENTITY b "cc">]><a>&b;</a>',
    '\0'.repeat(60_000),
    '<a>'.repeat(20_000),
    probeReply(probeMatch({ xaddrs: 'http://127.0.0.1:1/x' })).slice(0, 200),
  ]
  const good = probeReply(probeMatch({ reference: 'urn:uuid:1', xaddrs: 'http://127.0.0.1:9/onvif/device_service' }))
  let isAnswered = false
  const address = await probed(t, (socket, _, from) => {
    if (isAnswered) return
    isAnswered = true
    for (const message of [...bombs, good, good]) socket.send(message, from.port, from.address)
  })
  const { devices, refusedReplyCount } = await discoverDevices({ addresses: [address], timeoutMs: TIMEOUT_MS })
  t.match(devices, [{ url: 'http://127.0.0.1:9/onvif/device_service' }])
  t.equal(devices.length, 1)
  t.equal(refusedReplyCount, bombs.length)
})

t.test('hears nothing that never comes, and says what it could not probe', { buffered: true }, async (t) => {
  const address = await probed(t, () => undefined)
  const { probed: reached, problems } = await discoverDevices({
    addresses: [address, BROADCAST],
    timeoutMs: TIMEOUT_MS,
  })
  t.strictSame(reached, [address])
  t.match(problems, [/^255\.255\.255\.255: .*E[A-Z]+/])
})

t.test('rejects when nothing at all could be probed', { buffered: true }, async (t) => {
  const discovery = discoverDevices({ addresses: [BROADCAST], timeoutMs: TIMEOUT_MS })
  await t.rejects(discovery, {
    code: 'ERR_VIEWNET_DISCOVERY',
    message: /expected a network to probe, got 255\.255\.255\.255: /,
  })
  await t.rejects(discoverDevices({ addresses: [] }), DiscoveryError, 'nor when there was nothing to probe')
})

t.test('ends with the reason of its signal', async (t) => {
  const address = await probed(t, () => undefined)
  const reason = new Error('enough')
  await t.rejects(discoverDevices({ addresses: [address], signal: AbortSignal.abort(reason) }), reason)
  const controller = new AbortController()
  const discovery = discoverDevices({ addresses: [address], timeoutMs: 60_000, signal: controller.signal })
  setImmediate(() => controller.abort(reason))
  await t.rejects(discovery, reason)
})

t.test('refuses wrong options, naming them and the nearest right word', async (t) => {
  const rows: readonly (readonly [object, RegExp])[] = [
    [{ timeout: 1 }, /unknown option; did you mean 'timeoutMs'/],
    [{ timeoutMs: 1 }, /timeoutMs: /],
    [{ interfaceName: 'lo', addresses: [] }, /an interface or addresses, got both/],
    [{ addresses: ['http://192.0.2.7/'] }, /expected an address such as .*, got 'http:\/\/192\.0\.2\.7\/'/],
    [{ interfaceName: 'l0' }, /expected an interface with an address, got 'l0'; did you mean 'lo'\?/],
  ]
  for (const [options, message] of rows)
    await t.rejects(discoverDevices(options), { code: 'ERR_VIEWNET_OPTION', message })
})

t.test('reads addresses with and without ports, and probes every address of every interface', async (t) => {
  t.strictSame(parseAddress('192.0.2.7'), { host: '192.0.2.7', port: 3702 })
  t.strictSame(parseAddress('recorder.example:37020'), { host: 'recorder.example', port: 37020 })
  t.strictSame(parseAddress('2001:db8::7'), { host: '2001:db8::7', port: 3702 })
  t.strictSame(parseAddress('[2001:db8::7]:99'), { host: '2001:db8::7', port: 99 })
  for (const address of ['', 'a b', 'host:0', 'host:65536', '[host]:1', '[2001:db8::7]:x'])
    t.throws(() => parseAddress(address), { code: 'ERR_VIEWNET_OPTION' }, address)

  const info = (family: 'IPv4' | 'IPv6', address: string) => ({ family, address }) as NetworkInterfaceInfo
  const interfaces = {
    lo: [info('IPv4', '127.0.0.1'), { ...info('IPv6', '::1'), internal: true }],
    eth0: [
      info('IPv4', '192.0.2.2'),
      info('IPv4', '198.51.100.2'),
      info('IPv6', 'fe80::1'),
      info('IPv6', '2001:db8::2'),
    ],
  }
  t.strictSame(
    multicastTargets(interfaces).map(({ label, host, multicastInterface }) => [label, host, multicastInterface]),
    [
      ['lo (127.0.0.1)', '239.255.255.250', '127.0.0.1'],
      ['eth0 (192.0.2.2)', '239.255.255.250', '192.0.2.2'],
      ['eth0 (198.51.100.2)', '239.255.255.250', '198.51.100.2'],
      ['eth0 (IPv6)', 'ff02::c%eth0', '::%eth0'],
    ],
  )
  t.equal(multicastTargets(interfaces, 'lo').length, 1)
})

t.test('says of a device that does not tell what it offers, that it is not known', async (t) => {
  const unknown = { search: undefined, replay: undefined, services: [] }
  await using closed = new SoapServer({ '*': fault('NotAuthorized') })
  await closed.start()
  t.strictSame(await askOffer(closed.url, { timeoutMs: 2000 }), unknown, 'refused')
  t.strictSame(await askOffer('http://127.0.0.1:9/onvif/device_service', { timeoutMs: 2000 }), unknown, 'nobody there')

  await using searching = new SoapServer({ GetServices: services('http://127.0.0.1/search') })
  await searching.start()
  t.strictSame(await askOffer(searching.url, { timeoutMs: 2000 }), {
    search: true,
    replay: false,
    services: ['search'],
  })
})
