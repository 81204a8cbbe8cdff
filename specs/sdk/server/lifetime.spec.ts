import { once } from 'node:events'
import t from 'tap'
import {
  ConversionServer,
  DeviceError,
  DeviceErrorCode,
  LinkError,
  MemoryNetwork,
  udpLink,
  type Link,
  type LinkReceiver,
} from '../../../sdk/index.js'
import { referenceCodec } from '../../../sdk/wire/index.js'
import { requestOf } from '../exchange/virtual-converter.js'
import { CONVERTER, DEVICE, endpointOnMemory, fact, recordingsOf, SpokenDevice } from './endpoint-and-device.js'

const serverOf = (link: Link, device: SpokenDevice, peers = ['memory:endpoint']): ConversionServer =>
  new ConversionServer({ number: CONVERTER, link, peers, devices: [{ number: DEVICE, device }] })

t.test('close in the middle ends the exchange, calls the device off and sends nothing more', async (t) => {
  const { endpoint, link } = await endpointOnMemory(t)
  const device = SpokenDevice.silent()
  const server = serverOf(link, device)
  await server.start()
  const opened = fact(server, 'exchangeOpened')
  endpoint.says(requestOf())
  await opened
  const closed = fact(server, 'exchangeClosed')
  await server.close()
  t.match(await closed, [{ reason: 'stopped' }])
  t.equal(device.queries[0]?.signal?.aborted, true)
  t.equal(server.stats().openExchanges, 0)
  await server.close()
  t.strictSame(endpoint.waiting, [])
})

t.test('close while it sends: no packet goes out afterwards', async (t) => {
  const { endpoint, link } = await endpointOnMemory(t)
  const server = serverOf(link, SpokenDevice.holding(recordingsOf(5_000)))
  await server.start()
  endpoint.says(requestOf({ ratePacketsPerSecond: 1_000_000 }))
  await endpoint.hears('RESOURCE')
  const closed = fact(server, 'exchangeClosed')
  await server.close()
  t.match(await closed, [{ reason: 'stopped', facts: { count: 5_000, roundCount: 1 } }])
  const { sentPackets } = server.stats()
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(server.stats().sentPackets, sentPackets)
})

t.test('a listener may close the server at any event', async (t) => {
  for (const event of ['exchangeOpened', 'responded', 'roundEnded'] as const) {
    const { endpoint, link } = await endpointOnMemory(t)
    const device = SpokenDevice.holding(recordingsOf(3))
    const server = serverOf(link, device)
    server.once(event, () => void server.close())
    const closed = fact(server, 'exchangeClosed')
    await server.start()
    endpoint.says(requestOf())
    t.match(await closed, [{ reason: 'stopped' }], event)
    t.equal(server.stats().openExchanges, 0)
    t.equal(device.queries.length, event === 'exchangeOpened' ? 0 : 1, 'no device is asked after the close')
  }
})

t.test(
  'a listener that throws keeps nobody waiting: the device is asked all the same, and the link closes',
  async (t) => {
    let receiver: LinkReceiver | undefined
    let closed = 0
    const link: Link = {
      address: 'memory:converter',
      start: (given) => Promise.resolve(void (receiver = given)),
      send: () => undefined,
      close: () => Promise.resolve(void closed++),
    }
    const device = SpokenDevice.holding([])
    const server = serverOf(link, device)
    const thrown = new Error('of the listener')
    const fails = (): never => {
      throw thrown
    }
    await server.start()
    server.on('exchangeOpened', fails).on('exchangeClosed', fails)
    const [source, destination] = [
      { area: 1, access: 1 },
      { area: 1, access: 2 },
    ]
    const request = referenceCodec.encode({ destination, source, message: requestOf() })
    t.throws(() => receiver?.packet(request, 'memory:endpoint'), thrown)
    t.equal(device.queries.length, 1)
    await t.rejects(server.close(), thrown)
    t.equal(closed, 1)
  },
)

t.test('whoever closes it a second time waits for the first', async (t) => {
  const at = serverOf(udpLink('udp://127.0.0.1:0', { acceleration: 'off' }), SpokenDevice.holding([]), ['udp://[::1]'])
  await at.start()
  void at.close()
  await at.close()
  const again = udpLink(at.address)
  await t.resolves(again.start({ packet() {} }))
  await again.close()
})

t.test('starts once', async (t) => {
  const network = new MemoryNetwork()
  const server = serverOf(network.link('converter'), SpokenDevice.holding([]))
  await server.start()
  await t.rejects(server.start(), { code: 'ERR_VIEWNET_STATE', message: /started/ })
  await server.close()
  await t.rejects(server.start(), { code: 'ERR_VIEWNET_STATE', message: /closed/ })
})

t.test(
  'a link that cannot start is the LinkError of start, which may be tried again; close is fine at any time',
  async (t) => {
    const network = new MemoryNetwork()
    const other = network.link('converter')
    await other.start({ packet() {} })
    const server = serverOf(network.link('converter'), SpokenDevice.holding([]))
    await t.rejects(server.start(), { code: 'ERR_VIEWNET_LINK_START' })
    await t.rejects(server.start(), { code: 'ERR_VIEWNET_LINK_START' }, 'and not that it is started')
    await other.close()
    await t.resolves(server.start())
    await server.close()

    const left = serverOf(udpLink('udp://127.0.0.1:0'), SpokenDevice.holding([]))
    const starting = left.start()
    await left.close()
    await t.rejects(starting, { code: 'ERR_VIEWNET_LINK_START' })
    await t.rejects(left.start(), { code: 'ERR_VIEWNET_STATE', message: /closed/ })
  },
)

t.test('await using closes it', async (t) => {
  const { endpoint, link } = await endpointOnMemory(t)
  let left: ConversionServer
  {
    await using server = serverOf(link, SpokenDevice.holding([]))
    await server.start()
    endpoint.says(requestOf())
    await endpoint.hears('RESPONSE')
    left = server
  }
  t.equal(left.stats().openExchanges, 0)
  await t.rejects(left.start(), { code: 'ERR_VIEWNET_STATE' })
})

t.test('an error that nobody listens to becomes a warning of the process, not its end', async (t) => {
  const { endpoint, link } = await endpointOnMemory(t)
  const server = serverOf(link, SpokenDevice.failing(new DeviceError(DeviceErrorCode.refused, 'wrong password')))
  t.teardown(() => server.close())
  await server.start()
  const warned = once(process, 'warning')
  endpoint.says(requestOf())
  t.match(await endpoint.hears('RESPONSE'), { status: 4 })
  t.match(await warned, [{ code: 'ERR_VIEWNET_DEVICE_REFUSED' }])
})

t.test('a fault of the link is an error event', async (t) => {
  let receiver: LinkReceiver | undefined
  const link: Link = {
    address: 'own:1',
    start: (given) => Promise.resolve(void (receiver = given)),
    send() {},
    close: () => Promise.resolve(),
  }
  const server = serverOf(link, SpokenDevice.holding([]))
  t.teardown(() => server.close())
  await server.start()
  const failed = fact(server, 'error')
  const error = new LinkError('ERR_VIEWNET_LINK', 'the cable is out')
  receiver!.error!(error)
  t.strictSame(await failed, [error])
})

t.test('whatever address a link reports of a sender, a stranger is a stranger', async (t) => {
  let receiver: LinkReceiver | undefined
  const link: Link = {
    address: 'own:1',
    start: (given) => Promise.resolve(void (receiver = given)),
    send: () => t.fail('answers nobody'),
    close: () => Promise.resolve(),
  }
  const server = serverOf(link, SpokenDevice.holding([]), ['udp://127.0.0.1', 'udp://[::1]:5', 'own:2'])
  t.teardown(() => server.close())
  await server.start()
  const addresses = [
    'udp://[fe80::1%eth0]:9',
    'udp:',
    'udp://',
    '',
    'x',
    'udp://127.0.0.11:5',
    'udp://[::1]:55',
    'own:',
    'own:22',
  ]
  for (const from of addresses) receiver!.packet(new Uint8Array(86), from)
  t.strictSame(server.stats().droppedPackets, { stranger: addresses.length })
  for (const from of ['udp://127.0.0.1:1', 'udp://127.0.0.1:65535', 'udp://[::1]:5', 'own:2'])
    receiver!.packet(new Uint8Array(86), from)
  t.strictSame(server.stats().droppedPackets, { stranger: addresses.length, packetType: 4 }, 'a peer is read')
})
