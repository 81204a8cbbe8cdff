// A process that lists one recorder, once, and tells what that took.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { OnvifDevice } from 'viewnet/devices/onvif'
import type { ListingReport } from './onvif-listing.js'

/** Until what starting up left behind has been swept. */
const SETTLE_MS = 500
const SAMPLE_MS = 10

async function report(url: string): Promise<ListingReport> {
  await using device = new OnvifDevice({ url })
  await device.describe()
  await delay(SETTLE_MS)
  const idleRssBytes = process.memoryUsage.rss()
  let peakRssBytes = idleRssBytes
  const sampler = setInterval(() => (peakRssBytes = Math.max(peakRssBytes, process.memoryUsage.rss())), SAMPLE_MS)
  const turns = monitorEventLoopDelay({ resolution: 1 })
  turns.enable()
  const startedAtMs = performance.now()
  let count = 0
  for await (const page of device.listRecordings({})) count += page.length
  const durationMs = performance.now() - startedAtMs
  turns.disable()
  clearInterval(sampler)
  return { count, durationMs, idleRssBytes, peakRssBytes, longestTurnMs: turns.max / 1e6 }
}

report(process.argv[2] ?? '').then(
  (said) => process.send?.(said, () => process.disconnect()),
  (error: unknown) => {
    process.exitCode = 1
    process.disconnect()
    throw error
  },
)
