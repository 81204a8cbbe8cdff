import t from 'tap'
import type { MonitoringDevice, Recording } from '../../../sdk/device/index.js'
import { inquire } from '../../../sdk/server/device-inquiry.js'
import { CapacityError } from '../../../sdk/server/inquiry-errors.js'
import { PageTurns } from '../../../sdk/server/page-turns.js'
import { ResourceRoom } from '../../../sdk/server/resource-room.js'
import { requestOf } from '../exchange/virtual-converter.js'

/** Turns of the event loop from now on. */
function countTurns(): { readonly end: () => number } {
  let turns = 0
  let ticker = setImmediate(function tick() {
    turns++
    ticker = setImmediate(tick)
  })
  return {
    end: () => {
      clearImmediate(ticker)
      return turns
    },
  }
}

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
  const counted = countTurns()
  const result = await inquire(deviceAtHand(100), requestOf(), {
    signal: new AbortController().signal,
    maxResources: 1e6,
    share: new ResourceRoom(1e6).share(),
    pageTurns: new PageTurns(),
  })
  const turns = counted.end()
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
    share: new ResourceRoom(1e7).share(),
    pageTurns: new PageTurns(),
  })
  t.match(result, { refused: 5 })
  t.ok(device.pagesTaken < 1000, `${device.pagesTaken} pages`)
})

t.test(
  'many short lists that are at hand leave turns, too: pages of different devices are counted together',
  async (t) => {
    const pageTurns = new PageTurns()
    const counted = countTurns()
    const room = new ResourceRoom(1e6)
    const { signal } = new AbortController()
    const results = await Promise.all(
      Array.from({ length: 100 }, () =>
        inquire(deviceAtHand(1), requestOf(), { signal, maxResources: 1e6, share: room.share(), pageTurns }),
      ),
    )
    const turns = counted.end()
    t.equal(results.filter((result) => 'snapshot' in result && result.snapshot.count === 1_000).length, 100)
    t.ok(turns > 10, `${turns} turns`)
  },
)

t.test('lists of all exchanges share one room: what does not fit is BUSY, by no fault of the device', async (t) => {
  const room = new ResourceRoom(5_000)
  const { signal } = new AbortController()
  const ask = (pages: number, share = room.share(), resourceLimit = 0) => {
    const device = deviceAtHand(pages)
    const options = { signal, maxResources: 1e6, share, pageTurns: new PageTurns() }
    return inquire(device, requestOf({ resourceLimit }), options).then((result) => ({ ...result, device, share }))
  }
  const first = await ask(3)
  t.match(first, { snapshot: { count: 3_000 } })
  t.equal(room.taken, 3_000)

  const second = await ask(1_000)
  t.match(second, { refused: 7, error: { code: 'ERR_VIEWNET_CAPACITY', message: /more than 5000 resources/ } })
  t.ok('error' in second && second.error instanceof CapacityError)
  t.equal(second.device.pagesTaken, 2, 'and is not taken to its end')
  second.share.close()
  t.equal(room.taken, 3_000, 'an exchange that ends gives its room back')

  t.match(await ask(2, room.share(), 500), { snapshot: { count: 500 } })
  t.equal(room.taken, 3_500, 'a list that was cut to what is wanted holds no more than that')

  first.share.close()
  t.match(await ask(1, first.share), { refused: 7 }, 'an exchange that has ended takes no room any more')
  t.equal(room.taken, 500)
})

const optionsWith = (signal = new AbortController().signal) => ({
  signal,
  maxResources: 1e6,
  share: new ResourceRoom(1e6).share(),
  pageTurns: new PageTurns(),
})
const recordingAt = (startMs: number): Recording => ({
  identity: `r${startMs}`,
  startMs,
  endMs: undefined,
  channel: 1,
  kinds: 1,
})

/** A device whose list is what these give. */
const deviceOf = (pages: () => AsyncIterable<readonly Recording[]>): MonitoringDevice => ({
  describe: () => Promise.reject(new Error('nobody asks')),
  listRecordings: pages,
})

t.test(
  'a list that comes as one page, in no order, leaves turns while it is taken and while it is ordered',
  async (t) => {
    // A prime step visits each of them once.
    const page = Array.from({ length: 100_000 }, (_, at) => recordingAt((at * 7_919) % 100_003))
    let takenTurns = 0
    const counted = countTurns()
    const device = deviceOf(async function* () {
      yield page
      takenTurns = counted.end()
      orderedTurns = countTurns()
    })
    let orderedTurns: ReturnType<typeof countTurns> | undefined
    const result = await inquire(device, requestOf(), optionsWith())
    t.match(result, { snapshot: { count: 100_000 } })
    t.ok(takenTurns > 5, `${takenTurns} turns while it was taken`)
    const turns = orderedTurns?.end() ?? 0
    t.ok(turns > 5, `${turns} turns while it was ordered`)
  },
)

t.test('one page that nobody wants any more is not taken to its end', async (t) => {
  const calledOff = new AbortController()
  let taken = 0
  const page = Array.from({ length: 100_000 }, (_, at) => ({
    ...recordingAt(at),
    get startMs() {
      taken++
      return at
    },
  }))
  const device = deviceOf(async function* () {
    yield page
  })
  setImmediate(() => calledOff.abort(new Error('called off')))
  t.match(await inquire(device, requestOf(), optionsWith(calledOff.signal)), { refused: 5 })
  t.ok(taken < 200_000, `${taken} looks`)
})

/** Drivers that do more than fail: what they are blamed for, in time. */
const WRECKS: readonly {
  readonly name: string
  readonly pages: () => AsyncIterable<readonly Recording[]>
  readonly says: RegExp
}[] = [
  {
    name: 'never ends when it is left',
    pages: () => iterableOf(() => new Promise(() => {})),
    says: /has channel 0/,
  },
  {
    name: 'fails when it is left',
    pages: () => iterableOf(() => Promise.reject(new Error('left'))),
    says: /has channel 0/,
  },
  {
    name: 'throws an error whose message throws',
    pages: () =>
      throwing(
        Object.defineProperty(new Error('x'), 'message', {
          get: () => {
            throw new Error('no message')
          },
        }),
      ),
    says: /cannot be read/,
  },
  {
    name: 'throws an error whose message is none',
    pages: () => throwing(Object.assign(new Error('x'), { message: Symbol('none') })),
    says: /the driver failed/,
  },
  {
    name: 'throws a proxy that refuses everything',
    pages: () =>
      throwing(
        new Proxy(
          {},
          {
            getPrototypeOf: () => {
              throw new Error('no prototype')
            },
          },
        ),
      ),
    says: /cannot be read/,
  },
]

/** Gives an impossible recording, again and again. */
function iterableOf(leave: () => Promise<never>): AsyncIterable<readonly Recording[]> {
  const next = async () => ({ done: false as const, value: [{ ...recordingAt(1), channel: 0 }] })
  return { [Symbol.asyncIterator]: () => ({ next, return: leave }) }
}

function throwing(what: unknown): AsyncIterable<readonly Recording[]> {
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(what) }) }
}

for (const { name, pages, says } of WRECKS) {
  t.test(`a driver that ${name} is a fault of its device`, async (t) => {
    const result = await inquire(deviceOf(pages), requestOf(), optionsWith())
    t.match(result, { refused: 5, error: { code: 'ERR_VIEWNET_DEVICE_FAULT', message: says } })
  })
}
