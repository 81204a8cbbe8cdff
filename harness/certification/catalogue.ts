import type { CertificationCase } from './case.js'
import { identify, list, reach } from './cases/device-cases.js'
import {
  clean,
  countAgrees,
  lossFull,
  lossSelective,
  lostResponse,
  lostRoundEnd,
  repeatedRequest,
} from './cases/exchange-cases.js'
import { corrupted, duplicated, loss10, loss30, loss50, reordered, slow } from './cases/network-cases.js'
import {
  bootTime,
  clockAfterPowerCut,
  listingAfterPowerCut,
  powerCutBetweenRounds,
  powerCutWhenAsked,
  twentyPowerCycles,
} from './cases/power-cases.js'
import { emptyRange, narrowRange } from './cases/range-cases.js'
import { unknownDevice, wrongCredentials } from './cases/refusal-cases.js'

/** Every case, in the order in which they run: what later ones build on comes first, and a wrong password, which could lock an account, last but one. */
export const CATALOGUE: readonly CertificationCase[] = [
  reach,
  identify,
  list,
  countAgrees,
  clean,
  lossFull,
  lossSelective,
  lostResponse,
  lostRoundEnd,
  repeatedRequest,
  loss10,
  loss30,
  loss50,
  reordered,
  duplicated,
  corrupted,
  slow,
  emptyRange,
  narrowRange,
  bootTime,
  listingAfterPowerCut,
  clockAfterPowerCut,
  powerCutWhenAsked,
  powerCutBetweenRounds,
  twentyPowerCycles,
  wrongCredentials,
  unknownDevice,
]
