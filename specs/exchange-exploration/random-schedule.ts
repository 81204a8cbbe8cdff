import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'
import { ResponseStatus } from 'viewnet/wire'
import type { Fates, Fault } from './fault.js'
import { DELAY_MOST_MS } from './invariants.js'
import type { DeviceBehaviour, Scenario } from './scenario.js'

/** A scenario with a network that does as it likes. */
export interface RandomSchedule {
  readonly scenario: Scenario
  readonly fates: Fates
}

/** Every so many schedules the list is a long one, or needs more than one MISSING packet. */
const LONG_EVERY = 2_000
const SEVERAL_MISSING_EVERY = 20_000
const SMALL_COUNT_MOST = 40
const RATIO_MOST = 0.6

/**
 * One schedule out of many; equal seeds and indexes give equal schedules.
 *
 * @param seed - 32 bits
 * @param index - from 0
 */
export function randomSchedule(seed: number, index: number): RandomSchedule {
  // An odd multiplier keeps indexes apart over all 32 bits; the first values of neighbouring seeds are alike, so they are skipped.
  const random = xoroshiro128plus(seed ^ Math.imul(index + 1, 0x9e37_79b1))
  for (let skipped = 0; skipped < 4; skipped++) random.next()
  const isHuge = index % SEVERAL_MISSING_EVERY === SEVERAL_MISSING_EVERY - 1
  const count = isHuge
    ? uniformInt(random, 8_193, 12_000)
    : index % LONG_EVERY === 0
      ? uniformInt(random, 100, 300)
      : smallCount(random)
  const scenario: Scenario = {
    count,
    // A list of thousands, sent in full 32 times over, would cost more than all the others together.
    selective: isHuge || uniformInt(random, 0, 1) === 1,
    windowPackets: uniformInt(random, 0, 1) === 0 ? 0 : uniformInt(random, 1, isHuge ? 2_000 : 64),
    ratePacketsPerSecond: isHuge ? 0 : pick(random, [0, 0, 0, 50, 1_000]),
    device: randomDevice(random),
    latencyMs: pick(random, [0, 2, 2, 40, 150]),
  }
  return { scenario, fates: randomFates(random, isHuge ? RATIO_MOST / 4 : RATIO_MOST) }
}

/** Rather few than many: where packets are few, faults meet at every turn; among many most of them are losses alike. */
function smallCount(random: RandomGenerator): number {
  return uniformInt(random, 0, 19) === 0 ? 0 : 1 + Math.floor(SMALL_COUNT_MOST * uniformFloat32(random) ** 4)
}

/** Around the 300 ms of PENDING, far beyond it, and, rarely, never. */
function randomDevice(random: RandomGenerator): DeviceBehaviour {
  const isEndless = uniformInt(random, 0, 499) === 0
  const isRefusing = uniformInt(random, 0, 19) === 0
  return {
    afterMs: isEndless ? Infinity : pick(random, [0, 0, 0, 0, 299, 300, 400, 3_000, 12_000, 54_000]),
    refusal: isRefusing
      ? pick(random, [ResponseStatus.deviceUnreachable, ResponseStatus.deviceRefused, ResponseStatus.deviceFault])
      : undefined,
  }
}

/** A network with ratios of its own, each 0 to the most and rather small than large. */
function randomFates(random: RandomGenerator, ratioMost: number): Fates {
  const ratio = (): number => ratioMost * uniformFloat32(random) ** 3
  const [lose, corrupt, duplicate, delay] = [ratio(), ratio(), ratio(), ratio()]
  const delayMostMs = pick(random, [10, 100, 700, DELAY_MOST_MS])
  const happens = (chance: number): boolean => chance > 0 && uniformFloat32(random) < chance
  return (): Fault | undefined => {
    if (happens(lose)) return { kind: 'lose' }
    if (happens(corrupt)) return { kind: 'corrupt', bit: uniformInt(random, 0, 8 * 1_078 - 1) }
    if (happens(duplicate)) return { kind: 'duplicate' }
    if (happens(delay)) return { kind: 'delay', byMs: uniformInt(random, 1, delayMostMs) }
    return undefined
  }
}

function pick<Value>(random: RandomGenerator, values: readonly Value[]): Value {
  return values[uniformInt(random, 0, values.length - 1)]!
}
