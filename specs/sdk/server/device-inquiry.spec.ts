import t from 'tap'
import type { MonitoringDevice, Recording } from '../../../sdk/device/index.js'
import { inquire } from '../../../sdk/server/device-inquiry.js'
import { requestOf } from '../exchange/virtual-converter.js'

/** A device whose whole list is at hand: so many pages of 1000. */
function deviceAtHand(pages: number): MonitoringDevice & { pagesTaken: number } {
  const device = {
    pagesTaken: 0,
    describe: () => Promise.reject(new Error('nobody asks')),
    async *listRecordings() {
      for (; device.pagesTaken < pages; device.pagesTaken++) {
        const first = device.pagesTaken * 1000
        yield await Promise.resolve(
          Array.from({ length: 1000 }, (_, at): Recording => ({
            identity: `r${first + at}`,
            startMs: first + at,
            endMs: undefined,
            channel: 1,
            kinds: 1,
          })),
        )
      }
    },
  }
  return device
}

t.test('a long list that is at hand leaves turns for everything else that the process does', async (t) => {
  let turns = 0
  let ticker = setImmediate(function tick() {
    turns++
    ticker = setImmediate(tick)
  })
  const result = await inquire(deviceAtHand(100), requestOf(), {
    signal: new AbortController().signal,
    maxResources: 1e6,
  })
  clearImmediate(ticker)
  t.match(result, { snapshot: { count: 100_000 } })
  t.ok(turns > 2, `${turns} turns`)
})

t.test('a list that nobody wants any more is not taken to its end', async (t) => {
  const calledOff = new AbortController()
  const device = deviceAtHand(1000)
  setImmediate(() => calledOff.abort(new Error('called off')))
  const result = await inquire(device, requestOf(), { signal: calledOff.signal, maxResources: 1e7 })
  t.match(result, { refused: 5 })
  t.ok(device.pagesTaken < 1000, `${device.pagesTaken} pages`)
})
