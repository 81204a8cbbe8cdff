import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { ConversionServer, type MonitoringDevice } from 'viewnet'
import { udpLink } from 'viewnet/link'
import { VideoNetworkEndpoint, type EndEvent } from '../../../harness/endpoint/index.js'

const RESOURCES = 12
/** As many packets as any receive buffer holds: each exchange alone may fill it. */
const WINDOW = 128
const NUMBER = '00001-00020-00300-04000'
const DEVICE = '00001-00020-00300-00007'

const device: MonitoringDevice = {
  describe: () => Promise.reject(new Error('nobody asks')),
  async *listRecordings() {
    yield await Promise.resolve(
      Array.from({ length: RESOURCES }, (_, at) => ({
        identity: `r${at}`,
        startMs: at * 1000,
        endMs: at * 1000 + 500,
        channel: 1,
        kinds: 1,
      })),
    )
  },
}

/** A system call for each packet takes its time. */
const EXCHANGES: Readonly<Record<'auto' | 'off', number>> = { auto: 1_000, off: 400 }

for (const acceleration of ['auto', 'off'] as const) {
  t.test(
    `${EXCHANGES[acceleration]} exchanges at once over UDP, acceleration ${acceleration}: none fails, and with CREDIT no receive buffer overflows`,
    (t) => allAtOnce(t, acceleration),
  )
}

async function allAtOnce(t: Test, acceleration: 'auto' | 'off'): Promise<void> {
  await using server = new ConversionServer({
    number: NUMBER,
    link: 'udp://127.0.0.1:0',
    acceleration,
    peers: ['udp://127.0.0.1'],
    devices: [{ number: DEVICE, device }],
  })
  await server.start()
  const link = udpLink('udp://127.0.0.1:0', { acceleration })
  await using endpoint = new VideoNetworkEndpoint({ link, to: server.address, converterNumber: NUMBER })
  await endpoint.start()

  const ends = await Promise.all(Array.from({ length: EXCHANGES[acceleration] }, (_, at) => request(endpoint, at + 1)))

  const failed = ends.filter(({ verdict, received }) => verdict !== 'complete' || received !== RESOURCES)
  t.strictSame(failed, [], 'all are complete')
  t.equal(server.stats().deviceQueries, EXCHANGES[acceleration], 'each asked the device once')
  if (process.platform === 'linux') {
    t.equal(overflows(server.address) + overflows(endpoint.address), 0, 'the kernel dropped nothing')
  }
}

async function request(endpoint: VideoNetworkEndpoint, exchange: number): Promise<EndEvent> {
  const options = { device: DEVICE, exchange, window: WINDOW, ratePacketsPerSecond: 0xffffffff, selective: true }
  for await (const event of endpoint.request(options)) if (event.type === 'end') return event
  throw new Error('an exchange had no end')
}

/** Packets that the kernel dropped because the receive buffer of a socket was full. */
function overflows(address: string): number {
  const port = Number(address.slice(address.lastIndexOf(':') + 1))
  const lines = readFileSync('/proc/net/udp', 'utf8').split('\n').slice(1)
  const fields = lines.map((line) => line.trim().split(/\s+/))
  const ours = fields.find(([, local = '']) => Number.parseInt(local.split(':')[1] ?? '', 16) === port)
  return Number(ours?.at(-1))
}
