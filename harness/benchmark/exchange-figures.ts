import { createSocket } from 'node:dgram'
import { randomInt } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { bareDatagramRate } from './bare-datagrams.js'
import type { Measurement } from './figure.js'
import { exchangeMs, startEndpoint } from './exchange-run.js'
import { median } from './median.js'
import { deviceOf } from './peer-messages.js'
import { Peers } from './peer-process.js'
import type { VideoNetworkEndpoint } from '../endpoint/index.js'

/** Resources of one exchange, and packets of one bare loop. */
const RESOURCES = 50_000
const ROUNDS = 5
/** Round trips whose median is one sample, one right after the other: a processor that sleeps in between takes longer to wake than a packet takes. */
const ROUND_TRIPS = 1_000
/** Eight thousand exchanges: what runs once in each is compiled only then. */
const ROUND_TRIP_WARM_UPS = 8
/** Resources of each exchange, and packets that an endpoint takes beyond its last report: all of them at once. */
const ROUND_TRIP_RESOURCES = 16

/** The exchange over UDP, plain and accelerated, beside a bare loop of connected sockets that moves as many packets of as many octets. */
export function exchangeMeasurements(): readonly Measurement[] {
  return [throughput('plain'), throughput('accelerated'), latency()]
}

function throughput(kind: 'plain' | 'accelerated'): Measurement {
  const peers = new Peers()
  const isPlain = kind === 'plain'
  const role = isPlain ? 'plain-converter' : 'converter'
  return {
    name: `request → ${RESOURCES} resources → COMPLETE, ${kind} UDP`,
    unit: 'packets/s',
    goal: { is: 'at least', ratio: isPlain ? 0.85 : 2.5 },
    rounds: ROUNDS,
    unavailable: async () => (isPlain ? undefined : (await peers.get(role)).ready.whyNotAccelerated),
    ours: async () => {
      const { address } = await peers.get(role)
      const { endpoint, window, close } = await startEndpoint(address, isPlain ? 'off' : 'auto')
      try {
        return RESOURCES / ((await exchangeMs(endpoint, RESOURCES, window)) / 1000)
      } finally {
        await close()
      }
    },
    baseline: () => bareDatagramRate(peers, RESOURCES),
    close: () => peers.close(),
  }
}

/** How soon the first resource is here, beside a bare packet that is sent back. The device's answer costs next to nothing; each exchange is complete before the next. */
function latency(): Measurement {
  const peers = new Peers()
  return {
    name: 'request → first resource, median',
    unit: 'µs',
    goal: { is: 'at most', ratio: 1.3 },
    rounds: ROUNDS,
    warmUps: ROUND_TRIP_WARM_UPS,
    ours: async () => {
      const { address } = await peers.get('converter')
      const { endpoint, close } = await startEndpoint(address, 'auto')
      const times: number[] = []
      for (let trip = 0; trip < ROUND_TRIPS; trip++) times.push(await firstResourceUs(endpoint))
      await close()
      return median(times)
    },
    baseline: async () => {
      const { ready } = await peers.get('echo')
      const socket = createSocket('udp4')
      await new Promise<void>((resolve) => socket.connect(ready.port, '127.0.0.1', resolve))
      const octets = Buffer.alloc(86)
      const times: number[] = []
      for (let trip = 0; trip < ROUND_TRIPS; trip++) {
        const startedAtMs = performance.now()
        await new Promise<void>((resolve) => {
          socket.once('message', () => resolve())
          socket.send(octets)
        })
        times.push((performance.now() - startedAtMs) * 1000)
        await nextTurn()
      }
      socket.close()
      return median(times)
    },
    close: () => peers.close(),
  }
}

async function firstResourceUs(endpoint: VideoNetworkEndpoint): Promise<number> {
  const events = endpoint.request({
    device: deviceOf(ROUND_TRIP_RESOURCES),
    exchange: randomInt(1, 0xffffffff),
    window: ROUND_TRIP_RESOURCES * 4,
    ratePacketsPerSecond: 0xffffffff,
  })
  const startedAtMs = performance.now()
  let tookMs: number | undefined
  for (;;) {
    const { value: event } = await events.next()
    if (event?.type === 'resource') tookMs ??= performance.now() - startedAtMs
    if (event?.type === 'roundEnded' && tookMs !== undefined) break
    if (!event || event.type === 'end') throw new Error(`an exchange of ${ROUND_TRIP_RESOURCES} resources brought none`)
  }
  // It says COMPLETE twice more, 100 ms apart, which nobody waits for.
  void events.next()
  return tookMs * 1000
}
