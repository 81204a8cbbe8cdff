// A process that lists a small recorder, then a large one, once, and tells what that took.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { OnvifDevice } from 'viewnet/devices/onvif'
import type { ListingReport } from './onvif-listing.js'

/** Until what starting up left behind has been swept. */
const SETTLE_MS = 500
/** Each look takes a tenth of a millisecond, which counts as the listing's. */
const SAMPLE_MS = 25

async function report(url: string, smallUrl: string): Promise<ListingReport> {
  // Whatever a process does first lets V8's heap grow, and is compiled.
  await using small = new OnvifDevice({ url: smallUrl })
  await list(small)
  await using device = new OnvifDevice({ url })
  await device.describe()
  await delay(SETTLE_MS)
  const idleRssBytes = process.memoryUsage.rss()
  let peakRssBytes = idleRssBytes
  const sampler = setInterval(() => (peakRssBytes = Math.max(peakRssBytes, process.memoryUsage.rss())), SAMPLE_MS)
  const turns = monitorEventLoopDelay({ resolution: 1 })
  turns.enable()
  const startedAtMs = performance.now()
  const count = await list(device)
  const durationMs = performance.now() - startedAtMs
  turns.disable()
  clearInterval(sampler)
  return { count, durationMs, idleRssBytes, peakRssBytes, longestTurnMs: turns.max / 1e6 }
}

async function list(device: OnvifDevice): Promise<number> {
  let count = 0
  for await (const page of device.listRecordings({})) count += page.length
  return count
}

const [url = '', smallUrl = ''] = process.argv.slice(2)
report(url, smallUrl).then(
  (said) => process.send?.(said, () => process.disconnect()),
  (error: unknown) => {
    process.exitCode = 1
    process.disconnect()
    throw error
  },
)
