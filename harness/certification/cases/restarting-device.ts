import { pause } from '../pause.js'
import { judgeExchange, measureTogether } from '../judgement.js'
import { heldTo } from '../held-to.js'
import type { CaseBench, CaseResult, ObservedExchange } from '../case.js'
import { cutPower, restorePower, type PowerBench } from '../power-cut.js'
import { bootResult, MINUTE_MS, powerCase } from './power-case.js'

/** How long the device has power after each restart, in boot times: not until it is up, just until then, well beyond. */
const POWERED_FOR = [0.5, 1.05, 0.8, 1.5] as const

/** The capacitors of cameras hold for two or three seconds; a device that boots faster than this restarts faster, too. */
const OFF_MS = 5000

/** Exchanges at most; each takes a tenth of a second where a device refuses at once. */
const EXCHANGES_MOST = 40

/** How a device that cannot list now is answered for: it is silent, or says something unusable, as devices do that boot. */
const REFUSALS = ['DEVICE_UNREACHABLE', 'DEVICE_FAULT']

/** The device goes down again and again while it is being asked. */
export const restartingDevice = powerCase(
  {
    id: 'restarting-device',
    title:
      'a device that restarts again and again is answered DEVICE_UNREACHABLE or with its whole list, never with a part of it, and within its limit',
    limitMs: 30 * MINUTE_MS,
  },
  async (bench) => {
    await cutPower(bench)
    const first = await restorePower(bench)
    const booted = bootResult(bench, first)
    if (booted.outcome !== 'pass' || !first) return booted
    // What has ended stays; what was being recorded is cut off, and another begins.
    const least = first.listing.filter(({ endMs }) => endMs !== undefined).length
    const observed = await askWhileRestarting(bench, first.bootMs)
    // Once more from the beginning, so that its boot time is one.
    await cutPower(bench)
    const back = await restorePower(bench)
    const most = back?.listing.length ?? 0
    const answers = observed.map((exchange) => judgeAnswer(bench, exchange, { least, most: Math.max(least, most) }))
    const refused = observed.filter(({ summary }) => REFUSALS.includes(summary?.status ?? '')).length
    const slowest = Math.max(0, ...observed.map(({ durationMs }) => durationMs))
    const again = bootResult(bench, back)
    const measurements = [
      { name: 'restarts', value: POWERED_FOR.length, unit: 'restarts', limit: `= ${POWERED_FOR.length}` },
      { name: 'exchanges', value: observed.length, unit: 'exchanges', limit: null },
      { name: 'refused', value: refused, unit: 'exchanges', limit: '≥ 1' },
      heldTo('unreachableMs', Math.round(slowest), bench.limitOf('unreachableMs')).measurement,
      ...again.measurements,
    ]
    const wrong = answers.find(({ outcome }) => outcome !== 'pass')
    if (wrong) return { ...wrong, measurements: [...measurements, ...measureTogether(observed)] }
    if (again.outcome !== 'pass') return { ...again, measurements }
    if (refused === 0) {
      const why = 'every exchange was over before the device restarted'
      return { outcome: 'could-not-test', measurements, why }
    }
    const last = await bench.exchange({})
    const concluded = judgeExchange(last, { status: 'OK', announced: most })
    return { ...concluded, measurements: [...measurements, ...measureTogether([...observed, last])] }
  },
)

/** Take the power again and again, and ask all the while. */
async function askWhileRestarting(bench: CaseBench & PowerBench, bootMs: number): Promise<readonly ObservedExchange[]> {
  const { power, signal } = bench
  let isOver = false
  const restarts = (async () => {
    for (const share of POWERED_FOR) {
      await power.off({ signal })
      await pause(Math.min(OFF_MS, bootMs), signal)
      await power.on({ signal })
      await pause(share * bootMs, signal)
    }
  })().finally(() => (isOver = true))
  // Awaited below; until then a failure of it must not end the process.
  restarts.catch(() => undefined)
  const observed: ObservedExchange[] = []
  while (!isOver && observed.length < EXCHANGES_MOST) {
    observed.push(await bench.exchange({}))
    await pause(bootMs / 10, signal)
  }
  await restarts
  return observed
}

function judgeAnswer(
  bench: CaseBench,
  observed: ObservedExchange,
  { least, most }: { readonly least: number; readonly most: number },
): CaseResult {
  const status = observed.summary?.status ?? 'none'
  if (REFUSALS.includes(status)) {
    const refused = judgeExchange(observed, { status, announced: 0 })
    const { problem } = heldTo('unreachableMs', Math.round(observed.durationMs), bench.limitOf('unreachableMs'))
    return refused.outcome === 'pass' && problem !== '' ? { ...refused, outcome: 'fail', why: problem } : refused
  }
  const whole = judgeExchange(observed, { status: 'OK' })
  const announced = observed.summary?.announced ?? 0
  if (whole.outcome !== 'pass' || (announced >= least && announced <= most)) return whole
  const why = `expected the whole list of ${least} to ${most} resources, or DEVICE_UNREACHABLE, got ${announced} announced`
  return { ...whole, outcome: 'fail', why }
}
