import t, { type Test } from 'tap'
import { ConversionServer, type ConversionServerOptions, type ViewnetError } from '../../../sdk/index.js'
import { InquiryTurns } from '../../../sdk/server/inquiry-turns.js'
import { CountVerdict } from '../../../sdk/wire/index.js'
import { reportOf, requestOf } from '../exchange/virtual-converter.js'
import {
  CONVERTER,
  DEVICE,
  endpointOnMemory,
  fact,
  recordingsOf,
  SpokenDevice,
  type SpokenEndpoint,
} from './endpoint-and-device.js'

t.test('so many inquiries at a time, the others in the order in which they came', async (t) => {
  const turns = new InquiryTurns(2)
  const [first, second, third, fourth, fifth] = [1, 2, 3, 4, 5].map(() => turns.enter())
  t.strictSame([first?.come, second?.come], [undefined, undefined], 'two at once')
  const came: string[] = []
  for (const [name, turn] of Object.entries({ third, fourth, fifth })) void turn?.come?.then(() => came.push(name))
  const settled = (): Promise<void> => new Promise(setImmediate)
  await settled()
  t.strictSame(came, [])
  fourth?.end()
  second?.end()
  second?.end()
  await settled()
  t.strictSame(came, ['third'], 'one that ended while it waited is passed over, and ending twice is ending once')
  fourth?.end()
  first?.end()
  await settled()
  t.strictSame(came, ['third', 'fifth'])
  t.not(turns.enter().come, undefined, 'two are going on')
  third?.end()
  fifth?.end()
  await settled()
  turns.enter()
  t.not(turns.enter().come, undefined, 'and so they are again, with the one that waited')
})

/** A started server over memory whose device serves one inquiry at a time, and its endpoint. */
async function bench(
  t: Test,
  device: SpokenDevice,
  limits: ConversionServerOptions['limits'] = {},
): Promise<{ server: ConversionServer; endpoint: SpokenEndpoint; errors: ViewnetError[] }> {
  const { endpoint, link } = await endpointOnMemory(t)
  const devices = [{ number: DEVICE, device, maxInquiries: 1 }]
  const server = new ConversionServer({ number: CONVERTER, link, peers: ['memory:endpoint'], devices, limits })
  const errors: ViewnetError[] = []
  server.on('error', (error) => errors.push(error))
  t.teardown(() => server.close())
  await server.start()
  return { server, endpoint, errors }
}

t.test('a device is asked for no more lists at a time than it serves, and every request is answered', async (t) => {
  let [going, most] = [0, 0]
  const device = new SpokenDevice(async function* () {
    going += 1
    most = Math.max(most, going)
    await new Promise((resolve) => setTimeout(resolve, 2))
    yield recordingsOf(3)
    going -= 1
  })
  const { server, endpoint } = await bench(t, device)
  for (let exchange = 1; exchange <= 20; exchange++) endpoint.says(requestOf({ exchange }))
  for (let answered = 0; answered < 20; answered++) {
    const response = await endpoint.hears('RESPONSE')
    t.match(response, { status: 0, count: 3 })
  }
  t.equal(most, 1)
  t.match(server.stats(), { deviceQueries: 20 })
})

t.test('one that is abandoned while it waits never asks; one that hears no signal keeps nobody waiting', async (t) => {
  let asked = 0
  const device = new SpokenDevice(async function* () {
    asked += 1
    // The first one is deaf: it never ends.
    if (asked === 1) await new Promise(() => undefined)
    yield recordingsOf(1)
  })
  const { server, endpoint } = await bench(t, device)
  for (const exchange of [1, 2, 3]) {
    const opened = fact(server, 'exchangeOpened')
    endpoint.says(requestOf({ exchange }))
    await opened
  }
  t.equal(asked, 1)
  for (const exchange of [2, 1]) {
    const closed = fact(server, 'exchangeClosed')
    endpoint.says(reportOf(0, { exchange, verdict: CountVerdict.abandon }))
    await closed
  }
  t.match(await endpoint.hears('RESPONSE'), { exchange: 3, status: 0, count: 1 })
  t.equal(asked, 2)
})

t.test('no list in time is BUSY for one that waited for others, and no fault of the device [protocol 3]', async (t) => {
  const { server, endpoint, errors } = await bench(t, SpokenDevice.silent(), {
    pendingAfterMs: 10_000,
    deviceTimeoutMs: 400,
  })
  const answers = new Map<number, number>()
  for (const exchange of [1, 2]) endpoint.says(requestOf({ exchange }))
  while (answers.size < 2) {
    const { exchange, status } = await endpoint.hears('RESPONSE')
    answers.set(exchange, status)
  }
  t.strictSame([answers.get(1), answers.get(2)], [3, 7])
  t.match(errors, [
    { code: 'ERR_VIEWNET_DEVICE_UNREACHABLE', message: /within 400 ms$/ },
    {
      code: 'ERR_VIEWNET_CAPACITY',
      message: /within 400 ms of a request that waited while others asked it; .*maxInquiries/,
    },
  ])
  t.equal(server.stats().openExchanges, 0)
})
