import type { Recording } from 'viewnet/device'
import { heldTo } from '../held-to.js'
import { judgeExchange } from '../judgement.js'
import { cutPower, restorePower } from '../power-cut.js'
import { bootResult, MINUTE_MS, powerCase } from './power-case.js'

/** How long the device takes from power on to its first good listing. */
export const bootTime = powerCase(
  { id: 'boot-time', title: 'after a power cut the device lists its recordings again within its limit' },
  async (bench) => {
    await cutPower(bench)
    return bootResult(bench, await restorePower(bench))
  },
)

/** What ended before a power cut is there after it. */
export const listingAfterPowerCut = powerCase(
  { id: 'listing-after-power-cut', title: 'what the device listed before a power cut it lists after it, the same' },
  async (bench) => {
    const before = bench.findings.listing
    if (!before) return { outcome: 'could-not-test', measurements: [], why: "the device's own list is not known" }
    await cutPower(bench)
    const boot = await restorePower(bench)
    const result = bootResult(bench, boot)
    if (result.outcome !== 'pass' || !boot) return result
    const lost = lostFrom(before, boot.listing)
    const measurements = [
      ...result.measurements,
      { name: 'lost recordings', value: lost.length, unit: 'resources', limit: '= 0' },
    ]
    if (lost.length === 0) return { outcome: 'pass', measurements, why: '' }
    const why = `expected the ${before.length} recordings of before, ${lost.length} are gone or changed, first '${lost[0]?.identity}'`
    return { outcome: 'fail', measurements, why }
  },
)

/** Finished recordings that are not there any more, or are others; one that still grew may have been cut off. */
function lostFrom(before: readonly Recording[], after: readonly Recording[]): readonly Recording[] {
  const known = new Map(after.map((recording) => [recording.identity, recording]))
  return before.filter((recording) => {
    if (recording.endMs === undefined) return false
    const now = known.get(recording.identity)
    return now?.startMs !== recording.startMs || now.endMs !== recording.endMs
  })
}

/** The device's clock survives. */
export const clockAfterPowerCut = powerCase(
  { id: 'clock-after-power-cut', title: "after a power cut the device's clock is right within its limit" },
  async (bench) => {
    await cutPower(bench)
    const result = bootResult(bench, await restorePower(bench))
    if (result.outcome !== 'pass') return result
    const { clockOffsetMs } = await bench.device.describe({ signal: bench.signal })
    if (clockOffsetMs === undefined) return { ...result, outcome: 'could-not-test', why: 'the device tells no time' }
    const limit = bench.limitOf('clockAfterPowerLossMs')
    const { measurement, problem } = heldTo('clockAfterPowerLossMs', Math.round(clockOffsetMs), limit)
    const measurements = [...result.measurements, measurement]
    return { outcome: problem === '' ? 'pass' : 'fail', measurements, why: problem }
  },
)

/** The device is asked while it has no power. */
export const powerCutWhenAsked = powerCase(
  {
    id: 'power-cut-when-asked',
    title: 'a device without power is answered DEVICE_UNREACHABLE within its limit, and asked again once it is back',
  },
  async (bench) => {
    await cutPower(bench)
    const observed = await bench.exchange({})
    const refused = judgeExchange(observed, { status: 'DEVICE_UNREACHABLE', announced: 0 })
    const { measurement, problem } = heldTo(
      'unreachableMs',
      Math.round(observed.durationMs),
      bench.limitOf('unreachableMs'),
    )
    const boot = await restorePower(bench)
    const booted = bootResult(bench, boot)
    const measurements = [...refused.measurements, measurement, ...booted.measurements]
    if (refused.outcome !== 'pass') return { ...refused, measurements }
    if (problem !== '') return { outcome: 'fail', measurements, why: problem }
    if (booted.outcome !== 'pass') return { ...booted, measurements }
    const again = judgeExchange(await bench.exchange({}), { status: 'OK', announced: boot?.listing.length })
    return { ...again, measurements: [...measurements, ...again.measurements] }
  },
)

/** How long the first round may take until the power is cut in it. */
const ROUND_ENDS_WITHIN_MS = 20_000

/** The power goes when the first round is over, and much is still to be sent again. */
export const powerCutBetweenRounds = powerCase(
  {
    id: 'power-cut-between-rounds',
    title: 'an exchange whose device loses power between rounds completes from the snapshot',
  },
  async (bench) => {
    const announced = bench.findings.listing?.length
    const path = { dropRatio: 0.4, spared: ['REQUEST', 'RESPONSE'] } as const
    const round = bench.round
    let isOver = false
    const exchange = bench.exchange({ selective: true, outgoing: path, incoming: path }).finally(() => (isOver = true))
    // Awaited below; until then a failure of it must not end the process.
    exchange.catch(() => undefined)
    const giveUpAtMs = performance.now() + ROUND_ENDS_WITHIN_MS
    while (!isOver && round() < 1 && performance.now() < giveUpAtMs)
      await new Promise((resolve) => setTimeout(resolve, 5))
    const isCutInTime = !isOver && round() >= 1
    await bench.power.off({ signal: bench.signal })
    const observed = await exchange
    await cutPower(bench)
    const boot = bootResult(bench, await restorePower(bench))
    const judged = judgeExchange(observed, { status: 'OK', announced, mayGiveUp: true })
    const result = { ...judged, measurements: [...judged.measurements, ...boot.measurements] }
    if (result.outcome !== 'pass') return result
    if (!isCutInTime)
      return { ...result, outcome: 'could-not-test', why: 'the exchange was over before the power could be cut' }
    return boot.outcome === 'pass' ? result : { ...result, outcome: boot.outcome, why: boot.why }
  },
)

/** How often the power is taken in a row. */
const CYCLES = 20

/** Power comes and goes. */
export const twentyPowerCycles = powerCase(
  {
    id: 'twenty-power-cycles',
    title: 'after each of twenty power cycles in a row the device lists all its recordings again',
    limitMs: 120 * MINUTE_MS,
  },
  async (bench) => {
    const before = bench.findings.listing ?? []
    let slowest = 0
    for (let cycle = 1; cycle <= CYCLES; cycle++) {
      await cutPower(bench)
      const boot = await restorePower(bench)
      const result = bootResult(bench, boot)
      const done = { name: 'power cycles', value: cycle, unit: 'cycles', limit: `= ${CYCLES}` }
      const measurements = [...result.measurements, done]
      if (result.outcome !== 'pass' || !boot)
        return { ...result, measurements, why: `power cycle ${cycle}: ${result.why}` }
      slowest = Math.max(slowest, boot.bootMs)
      const lost = lostFrom(before, boot.listing)
      if (lost.length > 0)
        return {
          outcome: 'fail',
          measurements,
          why: `power cycle ${cycle}: ${lost.length} recordings are gone or changed`,
        }
    }
    const { measurement } = heldTo('bootMs', slowest, bench.limitOf('bootMs'))
    const cycles = { name: 'power cycles', value: CYCLES, unit: 'cycles', limit: `= ${CYCLES}` }
    return { outcome: 'pass', measurements: [measurement, cycles], why: '' }
  },
)
