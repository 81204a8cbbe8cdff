import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import t, { type Test } from 'tap'
import type { Recording } from 'viewnet/device'
import { OnvifDevice, type OnvifExchange } from 'viewnet/devices/onvif'
import { SimulatedRecorder, type SimulatedRecorderOptions } from 'viewnet/devices/simulated'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** One an hour. */
const LISTINGS = 24
/** Behind every recording of the simulated recorder. */
const START_MS = Date.UTC(2026, 1, 1)
/** The device's clock gains so much: beyond the five minutes that a token is good for, again and again. */
const DRIFT_RATIO = 4 / 60
/** Longer than a search session lives without being asked about. */
const LONG_SILENCE_MS = 11_000
const CREDENTIALS = { user: 'admin', password: 'one day' }

/** Real time: what the driver dates its tokens by. Passes only where this spec lets it. */
let nowMs = START_MS

/** The device's clock: right when it was set. */
const deviceNowMs = (): number => nowMs + (nowMs - START_MS) * DRIFT_RATIO

interface Day {
  readonly recorder: SimulatedRecorderOptions
  /** Times of the day at which the device is switched off and on again. */
  readonly rebootHours: readonly number[]
}

const DAYS: Readonly<Record<string, Day>> = {
  'WS-Security, by a clock that gains four minutes an hour': {
    recorder: { quirks: ['token-expires', 'keep-alive-closed', 'still-recording'] },
    rebootHours: [7],
  },
  'HTTP Digest, by nonces that are good for half a minute or four questions': {
    recorder: { quirks: ['token-expires', 'http-digest-only', 'one-search-session'] },
    rebootHours: [3, 15],
  },
}

const textOf = ({ identity, startMs, endMs, channel }: Recording): string =>
  `${identity} ${startMs} ${endMs ?? 'open'} ${channel}`

function truthOf(recorder: SimulatedRecorder): readonly string[] {
  return [...recorder.truth()]
    .map(
      ({ identity, start, end, channel }) =>
        `${identity} ${Date.parse(start)} ${end ? Date.parse(end) : 'open'} ${channel}`,
    )
    .sort()
}

/** The device as it stands in the rack: switched on and off, always at one address, with one memory. */
class Rack {
  readonly #options: SimulatedRecorderOptions
  recorder: SimulatedRecorder

  constructor(options: SimulatedRecorderOptions) {
    this.#options = { recordings: 12, channels: 2, seed: 7, ...CREDENTIALS, ...options, nowMs: deviceNowMs }
    this.recorder = new SimulatedRecorder(this.#options)
  }

  async reboot(): Promise<void> {
    const port = Number(new URL(this.recorder.url).port)
    await this.recorder.close()
    this.recorder = new SimulatedRecorder({ ...this.#options, port })
    await this.recorder.start()
  }
}

async function liveThrough(t: Test, { recorder: options, rebootHours }: Day, seed: number): Promise<void> {
  nowMs = START_MS
  t.intercept(Date, 'now', { value: () => Math.floor(nowMs) })
  const random = xoroshiro128plus(seed)
  const counts: Record<string, number> = { listings: 0, questions: 0, refusals: 0, searches: 0, reboots: 0 }
  const count = (what: string): void => void (counts[what] = (counts[what] ?? 0) + 1)
  let isSilenceDue = false

  /** Time passes with every answer, and now and then too much of it. */
  const observe = ({ operation, error }: OnvifExchange): void => {
    count('questions')
    if (operation === 'FindEvents' && error === undefined) count('searches')
    if (String(error).includes('NotAuthorized')) count('refusals')
    nowMs += uniformInt(random, 10, 900)
    if (!isSilenceDue || operation !== 'GetEventSearchResults') return
    isSilenceDue = false
    nowMs += LONG_SILENCE_MS
  }

  const rack = new Rack(options)
  await rack.recorder.start()
  t.teardown(() => rack.recorder.close())
  const truth = truthOf(rack.recorder)
  await using device = new OnvifDevice({ url: rack.recorder.url, ...CREDENTIALS, pageSize: 25, observe })
  const reboots = rebootHours.map((hour) => START_MS + hour * HOUR_MS)
  for (let listing = 0; listing < LISTINGS; listing++) {
    nowMs = Math.max(nowMs, START_MS + ((listing + uniformInt(random, 0, 99) / 100) * DAY_MS) / LISTINGS)
    if (nowMs > (reboots[0] ?? Infinity)) {
      reboots.shift()
      count('reboots')
      await rack.reboot()
    }
    isSilenceDue = listing % 5 === 0
    const listed: string[] = []
    for await (const page of device.listRecordings({})) listed.push(...page.map(textOf))
    count('listings')
    if (JSON.stringify(listed.sort()) !== JSON.stringify(truth)) {
      t.same(listed, truth, `listing ${listing}, at ${new Date(nowMs).toISOString()}`)
      return
    }
  }
  t.comment(
    `${((nowMs - START_MS) / HOUR_MS).toFixed(1)} h, the device's clock ${Math.round((deviceNowMs() - nowMs) / 60_000)} min ahead: ${JSON.stringify(counts)}`,
  )
  t.ok(nowMs - START_MS > 23 * HOUR_MS, 'a day has passed')
  t.equal(counts['listings'], LISTINGS)
  t.equal(counts['reboots'], rebootHours.length)
  // Without these, nothing of what a day brings was met.
  t.ok(counts['refusals']! >= 5, 'proofs grew stale')
  t.ok(counts['searches']! - LISTINGS >= LISTINGS / 10, 'searches were forgotten half-way, and begun again')
}

for (const [title, day] of Object.entries(DAYS)) {
  t.test(`lists the truth ${LISTINGS} times in 24 h of device time without a restart: ${title}`, async (t) => {
    const seed = Number(process.env['VIEWNET_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
    t.comment(`seed ${seed}`)
    await liveThrough(t, day, seed)
  })
}
