import t from 'tap'
import type { MonitoringDevice, Recording } from '../../../sdk/device/index.js'
import { inquire } from '../../../sdk/server/device-inquiry.js'
import { PageTurns } from '../../../sdk/server/page-turns.js'
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
    pageTurns: new PageTurns(),
  })
  clearImmediate(ticker)
  t.match(result, { snapshot: { count: 100_000 } })
  t.ok(turns > 2, `${turns} turns`)
})

t.test('a list that nobody wants any more is not taken to its end', async (t) => {
  const calledOff = new AbortController()
  const device = deviceAtHand(1000)
  setImmediate(() => calledOff.abort(new Error('called off')))
  const result = await inquire(device, requestOf(), {
    signal: calledOff.signal,
    maxResources: 1e7,
    pageTurns: new PageTurns(),
  })
  t.match(result, { refused: 5 })
  t.ok(device.pagesTaken < 1000, `${device.pagesTaken} pages`)
})

t.test(
  'many short lists that are at hand leave turns, too: pages of different devices are counted together',
  async (t) => {
    const pageTurns = new PageTurns()
    let turns = 0
    let ticker = setImmediate(function tick() {
      turns++
      ticker = setImmediate(tick)
    })
    const options = { signal: new AbortController().signal, maxResources: 1e6, pageTurns }
    const results = await Promise.all(Array.from({ length: 100 }, () => inquire(deviceAtHand(1), requestOf(), options)))
    clearImmediate(ticker)
    t.equal(results.filter((result) => 'snapshot' in result && result.snapshot.count === 1_000).length, 100)
    t.ok(turns > 10, `${turns} turns`)
  },
)
