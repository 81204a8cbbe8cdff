import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { VideoNetworkEndpoint } from '../endpoint/index.js'
import { exchangeMs, late, startEndpoint } from './exchange-run.js'
import type { Measurement, Sample } from './figure.js'
import type { DeviceSize } from './peer-messages.js'
import { overflows } from './overflows.js'
import { PeerProcess, Peers } from './peer-process.js'

const ROUNDS = 5
const MEGABYTE = 1_000_000
/** How many exchanges one sample has: short ones together move some 300,000 resources, so that pauses of the process fall on them as on a long one. */
const REPEATS: readonly (readonly [DeviceSize, number])[] = [
  [1_000, 300],
  [10_000, 30],
  [100_000, 3],
  [1_000_000, 1],
]
const EXCHANGES_AT_ONCE = 1_000
/** A day of a camera that records in clips of three minutes is 480. */
const RESOURCES_OF_EACH = 500
/** Requests that go out together: a converter's receive buffer holds them, however small. */
const REQUESTS_AT_ONCE = 50

/** Of 100,000 resources each, before memory is measured: the youngest generation of V8's heap grows to its full size with whatever a process first does. */
const MEMORY_WARM_UPS = 3

const IDLE_MS = 1_000
/** V8 collects garbage once more some 8 s after the last work. */
const REST_MS = 10_000

/** What stays the same when lists grow long, exchanges many, or nothing happens. All with CREDIT, over the fastest UDP link that there is. */
export function scaleMeasurements(): readonly Measurement[] {
  return [costBySize(), manyAtOnce(), memoryAdded(), idleWakeUps(), ...lostWithCredit()]
}

function costBySize(): Measurement {
  const peers = new Peers()
  return {
    name: 'cost per resource at 1 k, 10 k, 100 k, 1 M: the dearest beside the cheapest',
    unit: 'ns',
    goal: { is: 'at most', ratio: 1.25 },
    rounds: ROUNDS,
    // What runs once an exchange is compiled after thousands of them.
    warmUps: 3,
    members: REPEATS.map(
      ([size, repeats]): Sample =>
        async () =>
          (await exchangesMs(peers, size, repeats)) * (1e6 / size),
    ),
    close: () => peers.close(),
  }
}

/** Ms of one exchange, on average over some, one after the other. */
async function exchangesMs(peers: Peers, size: DeviceSize, repeats: number): Promise<number> {
  const { address } = await peers.get('asking-converter')
  const { endpoint, window, close } = await startEndpoint(address, 'auto')
  try {
    let passedMs = 0
    for (let repeat = 0; repeat < repeats; repeat++) passedMs += await exchangeMs(endpoint, size, window)
    return passedMs / repeats
  } finally {
    await close()
  }
}

function manyAtOnce(): Measurement {
  const peers = new Peers()
  const packets = EXCHANGES_AT_ONCE * RESOURCES_OF_EACH
  return {
    name: `${EXCHANGES_AT_ONCE} exchanges of ${RESOURCES_OF_EACH} at once, beside one of ${packets}, per packet`,
    unit: 'ns',
    goal: { is: 'at most', ratio: 1.3 },
    rounds: ROUNDS,
    // As above: a thousand each.
    warmUps: 3,
    ours: async () => {
      const { address } = await peers.get('asking-converter')
      const { endpoint, window, close } = await startEndpoint(address, 'auto')
      try {
        return ((await allMs(endpoint, window)) * 1e6) / packets
      } finally {
        await close()
      }
    },
    baseline: async () => ((await exchangesMs(peers, 500_000, 1)) * 1e6) / packets,
    close: () => peers.close(),
  }
}

/** Ms from the first REQUEST until every exchange is complete. Each names the whole window: the converter bounds what is under way of all of them. */
async function allMs(endpoint: VideoNetworkEndpoint, window: number): Promise<number> {
  const startedAtMs = performance.now()
  let lastMs = 0
  const exchanges: Promise<void>[] = []
  for (let opened = 0; opened < EXCHANGES_AT_ONCE; opened += REQUESTS_AT_ONCE) {
    for (let at = 0; at < REQUESTS_AT_ONCE; at++) {
      const beganMs = performance.now() - startedAtMs
      const exchange = exchangeMs(endpoint, RESOURCES_OF_EACH, window)
      exchanges.push(exchange.then((tookMs) => void (lastMs = Math.max(lastMs, beganMs + tookMs))))
    }
    await delay(0)
  }
  await Promise.all(exchanges)
  return lastMs
}

function memoryAdded(): Measurement {
  const idle: number[] = []
  return {
    name: 'memory of a converter during an exchange of 1 M resources, beside an idle one',
    unit: 'MB',
    goal: { is: 'at most', difference: 48 },
    rounds: ROUNDS,
    warmUps: 0,
    ours: async () => {
      // A process of its own each round: it never gives back what it once had.
      const converter = await PeerProcess.start('asking-converter')
      const { endpoint, window, close } = await startEndpoint(converter.address, 'auto')
      try {
        // It has served before: what the code itself takes is no part of an exchange.
        for (let warmUp = 0; warmUp < MEMORY_WARM_UPS; warmUp++) await exchangeMs(endpoint, 100_000, window)
        idle.push((await converter.memory()).residentBytes / MEGABYTE)
        await exchangeMs(endpoint, 1_000_000, window)
        return (await converter.memory()).peakBytes / MEGABYTE
      } finally {
        await close()
        converter.close()
      }
    },
    baseline: () => idle.at(-1) ?? Number.NaN,
  }
}

function idleWakeUps(): Measurement {
  const peers = new Peers()
  let rested: Promise<number> | undefined
  const resting = (): Promise<number> => (rested ??= restedConverter(peers))
  return {
    name: `wake-ups of an idle converter in ${IDLE_MS / 1000} s, after it served and came to rest`,
    unit: 'wake-ups',
    goal: { is: 'at most', value: 0 },
    rounds: ROUNDS,
    warmUps: 0,
    unavailable: () => (process.platform === 'linux' ? undefined : 'it is read from /proc, which Linux alone has'),
    // Whoever measures is told of what goes wrong.
    prepare: () => void resting().catch(() => {}),
    ours: async () => wakeUps(await resting()),
    close: () => peers.close(),
  }
}

/** A converter that served. @returns its process */
async function restedConverter(peers: Peers): Promise<number> {
  const { address, pid } = await peers.get('asking-converter')
  const { endpoint, window, close } = await startEndpoint(address, 'auto')
  await exchangeMs(endpoint, 1_000, window)
  await close()
  await delay(REST_MS)
  return pid
}

async function wakeUps(pid: number): Promise<number> {
  const before = await contextSwitches(pid)
  await delay(IDLE_MS)
  return (await contextSwitches(pid)) - before
}

/** How often the threads of a process went to sleep, and so were woken. */
async function contextSwitches(pid: number): Promise<number> {
  let switches = 0
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const status = await readFile(`/proc/${pid}/task/${thread}/status`, 'utf8')
    switches += Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(status)?.[1] ?? 0)
  }
  return switches
}

/** Overflow is a failure of the flow control; what was merely late, as on a machine that is too busy, is told beside it. */
function lostWithCredit(): readonly Measurement[] {
  const about = { unit: 'packets', goal: { is: 'at most', value: 0 }, rounds: 1, warmUps: 0 } as const
  const nothing = 'no exchange was measured before'
  return [
    {
      ...about,
      name: 'packets that overflowed a receive buffer, with CREDIT, in all exchanges of the figures above',
      unavailable: () => (overflows() === undefined ? `${nothing}, or this is not Linux` : undefined),
      ours: () => overflows() ?? 0,
    },
    {
      ...about,
      name: 'RESOURCE packets sent again, with CREDIT, in all exchanges of the figures above',
      unavailable: () => (late.exchanges > 0 ? undefined : nothing),
      ours: () => late.packets,
    },
  ]
}
