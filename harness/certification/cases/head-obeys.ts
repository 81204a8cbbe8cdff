import type { PelcoHead, PtzMove } from 'viewnet/devices/ptz'
import type { CaseResult, CertificationCase } from '../case.js'
import { pause } from '../pause.js'

/** A third of full speed, for a second: some ten to thirty degrees. */
const SPEED = 0.3
const TURN_MS = 1000
/** A head that is told to stop has come to rest by then. */
const SETTLE_MS = 500
/** What a head that rests may still differ by, hundredths of a degree. */
const REST = 50
/** A full circle, hundredths of a degree. */
const CIRCLE = 36_000

/** Where a head stood, hundredths of a degree. */
export interface HeadPositions {
  readonly before: number
  /** When it was told to stop, and had had time to come to rest. */
  readonly turned: number
  /** A little later, nothing having been told it. */
  readonly rested: number
  /** When it had been told to go the other way for as long. */
  readonly back: number
}

/** That the camera's head is in our hands: it says itself where it stands. */
export const headObeys: CertificationCase = {
  id: 'head-obeys',
  title: 'the analogue head turns when it is told to, rests when it is told to stop, and comes back',
  async run({ head: found, signal }) {
    if (!found) return untold('not-applicable', 'the bench has no PTZ head')
    // However this ends, it is told to stop.
    await using head = await found.open()
    const before = await head.position('pan')
    if (before === undefined)
      return untold('could-not-test', 'the head does not tell where it stands (Pelco-D 0x51 was not answered)')
    // At the end of its travel it can only go the other way.
    for (const pan of [SPEED, -SPEED]) {
      const turned = await turn(head, { pan }, signal)
      if (turned !== undefined && Math.abs(angle(before, turned)) <= REST) continue
      await pause(SETTLE_MS, signal)
      const rested = await head.position('pan')
      const back = await turn(head, { pan: -pan }, signal)
      if (turned === undefined || rested === undefined || back === undefined)
        return untold('error', 'the head told where it stood, and then did not any more')
      return judgeHead({ before, turned, rested, back })
    }
    return untold('error', `the head did not turn: told to, to either side, it stands at ${degrees(before)} as before`)
  },
}

/** Judge what a head did, by where it says that it stood. A head that does not obey is the bench's fault, not that of the device that records its camera. */
export function judgeHead({ before, turned, rested, back }: HeadPositions): CaseResult {
  const went = angle(before, turned)
  const drifted = Math.abs(angle(turned, rested))
  const returned = angle(rested, back)
  const measurements = [
    { name: 'turned', value: Math.abs(went) / 100, unit: '°', limit: `> ${REST / 100}` },
    { name: 'moved after the stop', value: drifted / 100, unit: '°', limit: `≤ ${REST / 100}` },
    { name: 'off where it began', value: Math.abs(angle(before, back)) / 100, unit: '°', limit: null },
  ]
  const conclude = (outcome: CaseResult['outcome'], why: string): CaseResult => ({ outcome, measurements, why })
  if (drifted > REST)
    return conclude(
      'error',
      `the head went on turning: told to stop at ${degrees(turned)}, it stands at ${degrees(rested)}`,
    )
  if (Math.abs(returned) <= REST || Math.sign(returned) === Math.sign(went))
    return conclude('error', `the head did not come back: from ${degrees(rested)} it went to ${degrees(back)}`)
  return conclude('pass', '')
}

/** Turn for a while. @returns where it stands then; undefined: it does not tell */
async function turn(head: PelcoHead, move: PtzMove, signal: AbortSignal): Promise<number | undefined> {
  await head.move(move)
  await pause(TURN_MS, signal)
  await head.stop()
  await pause(SETTLE_MS, signal)
  return head.position('pan')
}

/** The shorter way round, clockwise positive. */
function angle(from: number, to: number): number {
  return ((((to - from + CIRCLE / 2) % CIRCLE) + CIRCLE) % CIRCLE) - CIRCLE / 2
}

const degrees = (hundredths: number): string => `${(hundredths / 100).toFixed(2)}°`

function untold(outcome: CaseResult['outcome'], why: string): CaseResult {
  return { outcome, measurements: [], why }
}
