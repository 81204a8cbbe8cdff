import t from 'tap'
import { MemoryNetwork, udpLink, type Link } from 'viewnet/link'
import {
  VideoNetworkEndpoint,
  type EndpointEvent,
  type EndpointTimings,
  type VideoNetworkEndpointOptions,
} from '../../../harness/endpoint/index.js'
import { resource, resources, response, roundEnd } from './exchange-driver.js'
import { answer, ScriptedConverter, type Script } from './scripted-converter.js'

/** Short where a spec would otherwise wait; what is timed is specified on the virtual clock. */
const timings: Partial<EndpointTimings> = { roundIdleMs: 100, completeIntervalMs: 2, reportIntervalMs: 20 }
const numbers = { converterNumber: '00001-00020-00300-04000', to: 'memory:converter' }
const device = '00001-00020-00300-00007'

/** Sends `count` resources for each REQUEST. */
const wellBehaved =
  (count: number): Script =>
  ({ message }, reply) => {
    if (message.type !== 'REQUEST') return
    reply(response(count), ...Array.from({ length: count }, (_, at) => resource(at + 1, count)), roundEnd(count))
  }

async function memoryPair(
  script: Script,
  options: Partial<VideoNetworkEndpointOptions> = {},
): Promise<{ endpoint: VideoNetworkEndpoint; converter: ScriptedConverter; network: MemoryNetwork }> {
  const network = new MemoryNetwork()
  const converter = new ScriptedConverter(network.link('converter'), script)
  await converter.start()
  const endpoint = new VideoNetworkEndpoint({ link: network.link('endpoint'), ...numbers, timings, ...options })
  await endpoint.start()
  return { endpoint, converter, network }
}

async function all(events: AsyncIterable<EndpointEvent>): Promise<EndpointEvent[]> {
  const taken: EndpointEvent[] = []
  for await (const event of events) taken.push(event)
  return taken
}

t.test('makes an exchange over UDP', async (t) => {
  const converter = new ScriptedConverter(udpLink('udp://127.0.0.1:0'), wellBehaved(40))
  await converter.start()
  t.teardown(() => converter.link.close())
  await using endpoint = new VideoNetworkEndpoint({
    link: udpLink('udp://127.0.0.1:0'),
    ...numbers,
    to: converter.link.address,
    timings,
  })
  await endpoint.start()
  t.match(endpoint.address, /^udp:\/\/127\.0\.0\.1:[1-9]/)
  const events = await all(endpoint.request({ device, exchange: 5, selective: true }))
  t.match(events.at(-1), { type: 'end', verdict: 'complete', received: 40, count: 40 })
  await converter.until(() => converter.reports.length === 3)
  t.match(converter.received[0], {
    exchange: 5,
    source: { metropolitanArea: 1, access: 1 },
    destination: { metropolitanArea: 1, access: 2 },
    message: { type: 'REQUEST', selective: true, credit: false, device: 0x0001_0014_012c_0007n },
  })
})

t.test('makes several exchanges at once on one link', async (t) => {
  const script: Script = ({ exchange, message }, reply) => {
    if (message.type === 'REQUEST') wellBehaved(exchange)({ message } as never, reply)
  }
  const { endpoint } = await memoryPair(script)
  const ends = await Promise.all([3, 700, 1].map((exchange) => all(endpoint.request({ device, exchange }))))
  t.match(
    ends.map((events) => events.at(-1)),
    [
      { verdict: 'complete', received: 3 },
      { verdict: 'complete', received: 700 },
      { verdict: 'complete', received: 1 },
    ],
  )
  t.equal(endpoint.stats().openExchanges, 0)
  await endpoint.close()
})

t.test('sends what is asked of it [protocol 2, REQUEST]', async (t) => {
  const { endpoint, converter } = await memoryPair(wellBehaved(0), {
    address: { metropolitanArea: 7, access: 8 },
    converterAddress: { metropolitanArea: 2 ** 40 - 1, access: 9 },
  })
  const wanted = {
    channel: 3,
    kinds: 6,
    limit: 9,
    fromMs: 5,
    toMs: 8_640_000_000_000_000,
    ratePacketsPerSecond: 100,
    window: 40,
  }
  await all(endpoint.request({ device, exchange: 0xffffffff, ...wanted }))
  t.match(converter.received[0], {
    exchange: 0xffffffff,
    source: { metropolitanArea: 7, access: 8 },
    destination: { metropolitanArea: 2 ** 40 - 1, access: 9 },
    message: { ...wanted, credit: true, selective: false, fromMs: 5n, toMs: 8_640_000_000_000_000n },
  })
  await endpoint.close()
})

t.test('drops and counts what is malformed or foreign, and answers none of it [protocol 1]', async (t) => {
  const foreign: { stranger?: Link } = {}
  const script: Script = (packet, reply) => {
    if (packet.message.type !== 'REQUEST') return
    const send = (octets: Uint8Array): void => converter.link.send(octets, 'memory:endpoint')
    const good = answer(packet, response(9))
    send(good.subarray(0, 85))
    send(good.map((octet, at) => (at === 85 ? octet ^ 1 : octet)))
    send(new Uint8Array([4, ...good.subarray(1)]))
    send(answer(packet, response(9), { converterNumber: 1n }))
    send(answer(packet, response(9), { exchange: packet.exchange + 1 }))
    send(answer(packet, response(9), { source: { metropolitanArea: 1, access: 3 } }))
    send(answer(packet, { type: 'PROGRESS', highest: 1, round: 0 }))
    foreign.stranger?.send(good, 'memory:endpoint')
    setImmediate(() => reply(response(0), roundEnd(0)))
  }
  const { endpoint, converter, network } = await memoryPair(script, {
    converterAddress: { metropolitanArea: 1, access: 2 },
  })
  const stranger = network.link('stranger')
  const heard: Uint8Array[] = []
  await stranger.start({ packet: (packet) => heard.push(packet) })
  foreign.stranger = stranger
  const events = await all(endpoint.request({ device, exchange: 1 }))
  t.match(events.at(-1), { verdict: 'complete', count: 0 })
  t.match(endpoint.stats().dropped, {
    length: 1,
    crc: 1,
    'packet-type': 1,
    version: 0,
    command: 0,
    'link-address': 1,
    'source-address': 1,
    'converter-number': 1,
    direction: 1,
    exchange: 1,
  })
  t.equal(endpoint.stats().received, 10)
  t.equal(heard.length, 0)
  await endpoint.close()
})

t.test('takes any source address behind the link address unless one is given', async (t) => {
  const script: Script = (packet) => {
    const from = { source: { metropolitanArea: 1, access: 99 } }
    if (packet.message.type === 'REQUEST') converter.link.send(answer(packet, response(0), from), 'memory:endpoint')
  }
  const { endpoint, converter } = await memoryPair(script)
  t.match((await all(endpoint.request({ device, exchange: 1 }))).at(-1), { verdict: 'complete' })
  await endpoint.close()
})

t.test('asks again for what was lost, by name or altogether', async (t) => {
  for (const selective of [false, true]) {
    const script: Script = ({ message }, reply) => {
      if (message.type === 'REQUEST') reply(response(4), ...resources([1, 4], 4), roundEnd(4))
      if (message.type === 'COUNT_REPORT' && message.verdict === 1 && message.round === 0) {
        reply(...resources(selective ? [2, 3] : [1, 2, 3, 4], 4, 1), roundEnd(4, 1))
      }
    }
    const { endpoint, converter } = await memoryPair(script)
    const events = await all(endpoint.request({ device, exchange: 1, selective }))
    t.match(events.at(-1), { verdict: 'complete', received: 4, rounds: 2, duplicates: 0 })
    t.same(
      events.flatMap((event) => (event.type === 'resource' ? [event.sequence] : [])),
      [1, 2, 3, 4],
    )
    t.equal(converter.received.filter(({ message }) => message.type === 'MISSING').length, selective ? 1 : 0)
    await endpoint.close()
  }
})

t.test('tells the converter ABANDON once when the loop is left early', async (t) => {
  const { endpoint, converter } = await memoryPair(({ message }, reply) => {
    if (message.type === 'REQUEST') reply(response(100), ...resources([1, 2, 3], 100))
  })
  for await (const event of endpoint.request({ device, exchange: 1 })) {
    if (event.type === 'resource') break
  }
  t.equal(endpoint.stats().openExchanges, 0)
  await converter.until(() => converter.reports.length > 0)
  t.same(converter.reports, ['2 r0'])
  await endpoint.close()
})

t.test('ends as aborted by the signal, before the REQUEST or in the midst', async (t) => {
  const { endpoint, converter } = await memoryPair(
    ({ message }, reply) => {
      if (message.type === 'REQUEST') reply(response(2), resource(1, 2))
    },
    { timings: { roundIdleMs: 60_000 } },
  )
  t.match(await all(endpoint.request({ device, exchange: 1, signal: AbortSignal.abort() })), [
    { type: 'end', verdict: 'aborted' },
  ])
  t.equal(converter.received.length, 0)

  const stop = new AbortController()
  const events: EndpointEvent[] = []
  for await (const event of endpoint.request({ device, exchange: 2, signal: stop.signal })) {
    events.push(event)
    if (event.type === 'resource') stop.abort()
  }
  t.match(events.at(-1), { type: 'end', verdict: 'aborted', received: 1, count: 2 })
  await converter.until(() => converter.reports.length > 0)
  t.same(converter.reports, ['2 r0'])
  await endpoint.close()
})

t.test('close aborts what is open and may be called twice', async (t) => {
  const { endpoint, converter } = await memoryPair(() => {})
  const events = all(endpoint.request({ device, exchange: 1 }))
  await converter.until(() => converter.received.length === 1)
  await Promise.all([endpoint.close(), endpoint.close()])
  t.match(await events, [{ type: 'end', verdict: 'aborted' }])
  await converter.until(() => converter.reports.length === 1)
  await endpoint.close()
  await t.rejects(all(endpoint.request({ device, exchange: 2 })), { code: 'ERR_VIEWNET_ENDPOINT_STATE' })
})

t.test('tells the converter ABANDON over UDP though the socket is closed at once', async (t) => {
  const converter = new ScriptedConverter(udpLink('udp://127.0.0.1:0'), () => {})
  await converter.start()
  t.teardown(() => converter.link.close())
  const endpoint = new VideoNetworkEndpoint({
    link: udpLink('udp://127.0.0.1:0'),
    ...numbers,
    to: converter.link.address,
  })
  await endpoint.start()
  const events = all(endpoint.request({ device, exchange: 1 }))
  await converter.until(() => converter.received.length === 1)
  await endpoint.close()
  t.match(await events, [{ verdict: 'aborted' }])
  await converter.until(() => converter.reports.length === 1)
  t.same(converter.reports, ['2 r0'])
})

t.test('starts once, before it asks, and asks by exchanges that are not open', async (t) => {
  const network = new MemoryNetwork()
  const endpoint = new VideoNetworkEndpoint({ link: network.link('endpoint'), ...numbers })
  await t.rejects(all(endpoint.request({ device, exchange: 1 })), { code: 'ERR_VIEWNET_ENDPOINT_STATE' })
  await endpoint.start()
  await t.rejects(endpoint.start(), { code: 'ERR_VIEWNET_ENDPOINT_STATE' })
  const open = endpoint.request({ device, exchange: 1 })
  const first = open.next()
  await t.rejects(all(endpoint.request({ device, exchange: 1 })), { code: 'ERR_VIEWNET_ENDPOINT_EXCHANGE' })
  await endpoint.close()
  t.match(await first, { value: { verdict: 'aborted' } })

  const taken = network.link('endpoint')
  await taken.start({ packet: () => {} })
  const late = new VideoNetworkEndpoint({ link: network.link('endpoint'), ...numbers })
  await t.rejects(late.start(), { code: 'ERR_VIEWNET_LINK_START' })
  await taken.close()
  await late.start()
  await late.close()
})

t.test('refuses wrong options by name, with the nearest right word', async (t) => {
  const link = new MemoryNetwork().link('endpoint')
  const code = 'ERR_VIEWNET_OPTION'
  const make = (change: object): (() => void) => {
    return () => void new VideoNetworkEndpoint({ link, ...numbers, ...change })
  }
  t.throws(make({ timing: {} }), { code, message: /timing: unknown option; did you mean 'timings'\?/ })
  t.throws(make({ timings: { roundIdle: 1 } }), { code, message: /timings\.roundIdle: .*did you mean 'roundIdleMs'/ })
  t.throws(make({ timings: { roundIdleMs: 0 } }), { code, message: /timings\.roundIdleMs/ })
  t.throws(make({ maxResources: 0 }), { code })
  t.throws(make({ link: {} }), { code, message: /link: expected a Link/ })
  t.throws(make({ address: { metropolitanArea: 2 ** 40, access: 1 } }), { code, message: /address\.metropolitanArea/ })
  t.throws(make({ converterNumber: '1' }), { code: 'ERR_VIEWNET_ENDPOINT_NUMBER' })
  t.throws(make({ to: 'udp://converter.example' }), { code: 'ERR_VIEWNET_ADDRESS' })

  const endpoint = new VideoNetworkEndpoint({ link, ...numbers })
  const ask = (change: object): (() => void) => {
    return () => void endpoint.request({ device, exchange: 1, ...change })
  }
  t.throws(ask({ exchange: 0 }), { code, message: /^request: exchange/ })
  t.throws(ask({ exchange: 2 ** 32 }), { code })
  t.throws(ask({ window: 0 }), { code })
  t.throws(ask({ fromMs: -1 }), { code })
  t.throws(ask({ chanel: 1 }), { code, message: /did you mean 'channel'/ })
  t.throws(ask({ device: '7' }), { code: 'ERR_VIEWNET_ENDPOINT_NUMBER' })
  t.throws(ask({ ratePacketsPerSecond: 3 }), { code, message: /expected 0 or at least 4, got 3/ })
})
