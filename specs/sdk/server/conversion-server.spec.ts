import t, { type Test } from 'tap'
import {
  ConversionServer,
  DeviceError,
  DeviceErrorCode,
  udpLink,
  type ViewnetError,
  type ConversionServerOptions,
  type MonitoringDevice,
} from '../../../sdk/index.js'
import { CountVerdict, referenceCodec } from '../../../sdk/wire/index.js'
import { missingOf, reportOf, requestOf } from '../exchange/virtual-converter.js'
import {
  CONVERTER,
  DEVICE,
  fact,
  endpointOnMemory,
  recordingsOf,
  SpokenDevice,
  SpokenEndpoint,
} from './endpoint-and-device.js'

const REFERENCE = { exchange: 77, peer: 'memory:endpoint', device: DEVICE }

/** A started server over memory, with one device, and its endpoint. */
async function bench(
  t: Test,
  device: MonitoringDevice,
  more: Partial<ConversionServerOptions> = {},
): Promise<{ server: ConversionServer; endpoint: SpokenEndpoint; errors: ViewnetError[] }> {
  const { endpoint, link } = await endpointOnMemory(t)
  const devices = [{ number: DEVICE, device }]
  const server = new ConversionServer({ number: CONVERTER, link, peers: ['memory:endpoint'], devices, ...more })
  const errors: ViewnetError[] = []
  server.on('error', (error) => errors.push(error))
  t.teardown(() => server.close())
  await server.start()
  return { server, endpoint, errors }
}

t.test(
  'a whole exchange over memory: all resources, in order, and every event with its facts [protocol 3]',
  async (t) => {
    const device = SpokenDevice.holding(recordingsOf(120).toReversed())
    const { server, endpoint, errors } = await bench(t, device)
    const events: unknown[] = []
    server.on('exchangeOpened', (event) => events.push(['exchangeOpened', event]))
    server.on('responded', (event) => events.push(['responded', event]))
    server.on('roundEnded', (event) => events.push(['roundEnded', event]))
    const before = Date.now()
    endpoint.says(requestOf({ selective: true, fromMs: 60_000, toMs: 6_060_000, channel: 1 }))
    const response = await endpoint.hears('RESPONSE')
    t.match(response, { status: 0, count: 100 })
    t.ok(response.snapshotAtMs >= before && response.snapshotAtMs <= Date.now(), 'the snapshot is of now')
    for (let sequence = 1; sequence <= 100; sequence++) {
      const resource = await endpoint.hears('RESOURCE')
      if (resource.sequence !== sequence || resource.startMs !== sequence * 60_000) t.fail(`expected ${sequence}`)
    }
    t.match(await endpoint.hears('ROUND_END'), { count: 100, sentCount: 100, round: 0 })
    endpoint.says(reportOf(1, { receivedCount: 98, count: 100, missingPackets: 1 }))
    endpoint.says(missingOf([7, 99]))
    t.match(
      [await endpoint.hears('RESOURCE'), await endpoint.hears('RESOURCE')],
      [
        { sequence: 7, round: 1 },
        { sequence: 99, round: 1 },
      ],
    )
    t.match(await endpoint.hears('ROUND_END'), { sentCount: 2, round: 1 })
    const closed = fact(server, 'exchangeClosed')
    endpoint.says(reportOf(0, { round: 1, receivedCount: 100, count: 100 }))
    t.strictSame(await closed, [
      {
        ...REFERENCE,
        reason: 'complete',
        facts: { status: 0, count: 100, roundCount: 2, sentCount: 102, resentCount: 2, receivedCount: 100 },
      },
    ])
    t.strictSame(events, [
      ['exchangeOpened', REFERENCE],
      ['responded', { ...REFERENCE, status: 0, count: 100 }],
      ['roundEnded', { ...REFERENCE, round: 0, sentCount: 100 }],
      ['roundEnded', { ...REFERENCE, round: 1, sentCount: 2 }],
    ])
    t.match(device.queries, [{ fromMs: 60_000, toMs: 6_060_000, channel: 1, signal: AbortSignal }])
    const { link, ...stats } = server.stats()
    t.match(link, { kind: 'memory', sentPackets: 105, receivedPackets: 4, lostPackets: 0 })
    t.strictSame(stats, {
      receivedPackets: 4,
      sentPackets: 105,
      droppedPackets: {},
      openExchanges: 0,
      openResources: 0,
      deviceQueries: 1,
    })
    t.strictSame(errors, [])
  },
)

t.test('the same over UDP, with a port that was free', async (t) => {
  const endpointLink = udpLink('udp://127.0.0.1:0')
  await using server = new ConversionServer({
    number: CONVERTER,
    link: 'udp://127.0.0.1:0',
    peers: ['udp://127.0.0.1'],
    devices: [{ number: DEVICE, device: SpokenDevice.holding(recordingsOf(20)) }],
  })
  await server.start()
  t.match(server.address, /^udp:\/\/127\.0\.0\.1:[1-9]\d*$/)
  t.equal(server.number, CONVERTER)
  const endpoint = await new SpokenEndpoint(endpointLink, server.address).start()
  t.teardown(() => endpointLink.close())
  endpoint.says(requestOf())
  t.match(await endpoint.hears('RESPONSE'), { status: 0, count: 20 })
  t.match(await endpoint.hears('ROUND_END'), { sentCount: 20 })
  const closed = fact(server, 'exchangeClosed')
  endpoint.says(reportOf(0, { receivedCount: 20 }))
  t.match(await closed, [{ peer: endpointLink.address, reason: 'complete' }])
})

t.test('a query without limits asks the device without limits', async (t) => {
  const device = SpokenDevice.holding([])
  const { endpoint } = await bench(t, device)
  endpoint.says(requestOf())
  t.match(await endpoint.hears('RESPONSE'), { status: 0, count: 0 })
  t.match(await endpoint.hears('ROUND_END'), { count: 0, sentCount: 0 })
  const { fromMs, toMs, channel } = device.queries[0]!
  t.strictSame([fromMs, toMs, channel], [undefined, undefined, undefined])
})

t.test("answers go to the REQUEST's SA, from its DA, with its label [protocol 1]", async (t) => {
  const { endpoint } = await bench(t, SpokenDevice.holding(recordingsOf(1)))
  const source = { area: 0xff_ffff_ffff, access: 0xfffe }
  const destination = { area: 0x80_0000_0001, access: 3 }
  endpoint.says(requestOf(), { source, destination, label: 0xbeef })
  for (const type of ['RESPONSE', 'RESOURCE', 'ROUND_END']) {
    const packet = await endpoint.packet()
    t.match(packet, { destination: source, source: destination, label: 0xbeef, message: { type } })
  }
})

t.test('a stranger gets no answer at all, and costs no device query [protocol 1]', async (t) => {
  const { endpoint, network, link } = await endpointOnMemory(t)
  const device = SpokenDevice.holding(recordingsOf(1))
  const server = new ConversionServer({
    number: CONVERTER,
    link,
    peers: ['memory:endpoint'],
    devices: [{ number: DEVICE, device }],
  })
  t.teardown(() => server.close())
  await server.start()
  const stranger = await new SpokenEndpoint(network.link('stranger'), 'memory:converter').start()
  t.teardown(() => stranger.link.close())
  const dropped = fact(server, 'packetDropped')
  stranger.says(requestOf())
  t.strictSame(await dropped, [{ reason: 'stranger', from: 'memory:stranger' }])
  endpoint.says(requestOf())
  await endpoint.hears('ROUND_END')
  t.strictSame(stranger.waiting, [])
  t.match(server.stats(), { receivedPackets: 2, droppedPackets: { stranger: 1 }, deviceQueries: 1 })
})

t.test('counts what it drops by reason, and answers none of it [protocol 1]', async (t) => {
  const { server, endpoint } = await bench(t, SpokenDevice.holding([]))
  const good = referenceCodec.encode({
    destination: { area: 1, access: 2 },
    source: { area: 1, access: 1 },
    message: requestOf(),
  })
  const reasons: string[] = []
  server.on('packetDropped', ({ reason }) => reasons.push(reason))
  endpoint.sends(good.subarray(1))
  endpoint.sends(new Uint8Array(0))
  endpoint.sends(good.map((octet, at) => (at === 40 ? octet ^ 1 : octet)))
  endpoint.sends(good.map((octet, at) => (at === 0 || at === 8 ? 0x44 : octet)))
  endpoint.says(requestOf({ converterNumber: 1n }))
  endpoint.says(reportOf(0))
  endpoint.says({
    type: 'ROUND_END',
    exchange: 77,
    converterNumber: requestOf().converterNumber,
    count: 0,
    sentCount: 0,
    round: 0,
  })
  endpoint.says(requestOf())
  t.match(
    await endpoint.packet(),
    { message: { type: 'RESPONSE', status: 0 } },
    'the first answer is to the last packet',
  )
  t.strictSame(reasons, [
    'packetType',
    'length',
    'crc',
    'packetType',
    'otherConverter',
    'unknownExchange',
    'unexpectedMessage',
  ])
  t.match(server.stats(), {
    receivedPackets: 8,
    droppedPackets: { packetType: 2, length: 1, crc: 1, otherConverter: 1, unknownExchange: 1, unexpectedMessage: 1 },
  })
})

t.test('an unknown device is answered UNKNOWN_DEVICE, and nobody is asked [protocol 2]', async (t) => {
  const { server, endpoint } = await bench(t, SpokenDevice.holding([]))
  endpoint.says(requestOf({ deviceNumber: 5n }))
  t.match(await endpoint.hears('RESPONSE'), { status: 2, count: 0, deviceNumber: 5n })
  t.equal(server.stats().deviceQueries, 0)
})

const STATUS = { unreachable: 3, refused: 4, fault: 5, unsupported: 8 } as const
for (const kind of Object.keys(STATUS) as (keyof typeof STATUS)[]) {
  t.test(
    `a device that is ${kind} is answered with status ${STATUS[kind]}, never with an empty list [protocol 2]`,
    async (t) => {
      const cause = new DeviceError(DeviceErrorCode[kind], 'as it is', { operation: 'FindRecordings' })
      const { server, endpoint, errors } = await bench(t, SpokenDevice.failing(cause))
      const closed = fact(server, 'exchangeClosed')
      endpoint.says(requestOf())
      t.match(await endpoint.hears('RESPONSE'), { status: STATUS[kind], count: 0 })
      t.match(await closed, [{ reason: 'refused', facts: { status: STATUS[kind], count: 0 } }])
      t.match(errors, [{ code: DeviceErrorCode[kind], message: /00001-00020-00300-00007.*as it is/, cause }])
      t.strictSame(endpoint.waiting, [], 'and nothing else')
    },
  )
}

t.test('whatever else a driver does wrong is answered DEVICE_FAULT [protocol 2]', async (t) => {
  const faulty: readonly [string, MonitoringDevice][] = [
    ['throws an Error', SpokenDevice.failing(new TypeError('x is not a function'))],
    ['throws no Error', SpokenDevice.failing('a string')],
    ['throws undefined', SpokenDevice.failing(undefined)],
    ['throws what is no text', SpokenDevice.failing(Object.create(null))],
    [
      'throws before it lists',
      new SpokenDevice(() => {
        throw new Error('at once')
      }),
    ],
    ['returns no list', new SpokenDevice(() => undefined as never)],
    ['lists no pages', SpokenDevice.holding(undefined as never)],
    ['lists what cannot be', SpokenDevice.holding([{ identity: 'x', startMs: 2, endMs: 1, channel: 1, kinds: 0 }])],
  ]
  for (const [name, device] of faulty) {
    const { endpoint, errors } = await bench(t, device)
    endpoint.says(requestOf())
    t.match(await endpoint.hears('RESPONSE'), { status: 5, count: 0 }, name)
    t.match(errors, [{ code: 'ERR_VIEWNET_DEVICE_FAULT' }], name)
  }
})

t.test('a driver that brings its own copy of this package is understood by the code of its error', async (t) => {
  const foreign = Object.assign(new Error('no'), { code: 'ERR_VIEWNET_DEVICE_REFUSED' })
  const { endpoint, errors } = await bench(t, SpokenDevice.failing(foreign))
  endpoint.says(requestOf())
  t.match(await endpoint.hears('RESPONSE'), { status: 4 })
  t.ok(errors[0] instanceof DeviceError)
})

t.test('a list longer than maxResources is answered BUSY, and its listing is released [protocol 3]', async (t) => {
  let released = false
  const device = new SpokenDevice(async function* () {
    try {
      for (;;) yield recordingsOf(10)
    } finally {
      released = true
    }
  })
  const { endpoint, errors } = await bench(t, device, { maxResources: 25 })
  endpoint.says(requestOf())
  t.match(await endpoint.hears('RESPONSE'), { status: 7, count: 0 })
  t.ok(released)
  t.match(errors, [{ code: 'ERR_VIEWNET_CAPACITY', message: /more than 25/ }])
})

t.test('BUSY when the lists of all open exchanges hold as many resources as they may [protocol 3]', async (t) => {
  const device = SpokenDevice.holding(recordingsOf(30))
  const { server, endpoint, errors } = await bench(t, device, { maxOpenResources: 50 })
  const end = async (exchange: number, verdict: CountVerdict): Promise<void> => {
    const closed = fact(server, 'exchangeClosed')
    endpoint.says(reportOf(0, { exchange, receivedCount: 30, verdict }))
    await closed
  }
  endpoint.says(requestOf({ exchange: 1 }))
  t.match(await endpoint.hears('RESPONSE'), { exchange: 1, status: 0, count: 30 })
  t.equal(server.stats().openResources, 30)
  endpoint.says(requestOf({ exchange: 2 }))
  t.match(await endpoint.hears('RESPONSE'), { exchange: 2, status: 7, count: 0 })
  t.match(errors, [{ code: 'ERR_VIEWNET_CAPACITY', message: /device 00001-.*more than 50/ }])
  await end(1, CountVerdict.complete)
  t.equal(server.stats().openResources, 0, 'an exchange that is complete frees its list')
  endpoint.says(requestOf({ exchange: 3 }))
  t.match(await endpoint.hears('RESPONSE'), { exchange: 3, status: 0, count: 30 })
  await end(3, CountVerdict.abandon)
  t.equal(server.stats().openResources, 0, 'and so does one that is abandoned')
})

t.test('a duplicate REQUEST asks the device once and sends once [protocol 3]', async (t) => {
  const device = SpokenDevice.holding(recordingsOf(3))
  const { server, endpoint } = await bench(t, device)
  for (let times = 0; times < 3; times++) endpoint.says(requestOf())
  await endpoint.hears('RESPONSE')
  const opened = fact(server, 'exchangeClosed')
  await endpoint.hears('ROUND_END')
  endpoint.says(requestOf())
  t.match(await endpoint.hears('RESPONSE'), { status: 0, count: 3 })
  endpoint.says(reportOf(0, { receivedCount: 3 }))
  await opened
  endpoint.says(requestOf())
  t.match(await endpoint.hears('RESPONSE'), { status: 0, count: 3 }, 'also once it is closed')
  t.equal(device.queries.length, 1)
  t.match(server.stats(), { deviceQueries: 1, openExchanges: 0 })
  t.ok(server.stats().sentPackets <= 3 + 1 + 3 + 3)
})

t.test('BUSY when as many exchanges are open as may be [protocol 3]', async (t) => {
  const { server, endpoint } = await bench(t, SpokenDevice.silent(), { limits: { exchangesMost: 1 } })
  endpoint.says(requestOf({ exchange: 1 }))
  endpoint.says(requestOf({ exchange: 2 }))
  t.match(await endpoint.hears('RESPONSE'), { exchange: 2, status: 7 })
  t.equal(server.stats().openExchanges, 1)
})

t.test(
  'a device that takes too long is called off and answered DEVICE_UNREACHABLE, after PENDING [protocol 3]',
  async (t) => {
    const device = SpokenDevice.silent()
    const { server, endpoint, errors } = await bench(t, device, {
      limits: { pendingAfterMs: 1, deviceTimeoutMs: 1000 },
    })
    const closed = fact(server, 'exchangeClosed')
    endpoint.says(requestOf())
    t.match([await endpoint.hears('RESPONSE'), await endpoint.hears('RESPONSE')], [{ status: 1 }, { status: 3 }])
    await closed
    t.equal(device.queries[0]?.signal?.aborted, true)
    t.match(
      errors,
      [{ code: 'ERR_VIEWNET_DEVICE_UNREACHABLE', message: /within 1000 ms/ }],
      'one error, not one more for the abort',
    )
  },
)

t.test('ABANDON calls the listing off, and that is no fault of the device [protocol 3]', async (t) => {
  const device = SpokenDevice.silent()
  const { server, endpoint, errors } = await bench(t, device)
  const opened = fact(server, 'exchangeOpened')
  endpoint.says(requestOf())
  await opened
  const closed = fact(server, 'exchangeClosed')
  endpoint.says(reportOf(2))
  t.match(await closed, [{ reason: 'abandoned', facts: { status: undefined, count: 0 } }])
  t.match(device.queries[0]?.signal, { aborted: true, reason: { code: 'ERR_VIEWNET_DEVICE_UNREACHABLE' } })
  t.strictSame(errors, [])
})
