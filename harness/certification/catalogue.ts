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
import { headObeys } from './cases/head-obeys.js'
import { emptyRange, narrowRange } from './cases/range-cases.js'
import { recordingGrows } from './cases/recording-grows.js'
import { unknownDevice, wrongCredentials } from './cases/refusal-cases.js'
import { replayDescribe } from './cases/replay-describe.js'
import { restartingDevice } from './cases/restarting-device.js'
import { twoEndpoints } from './cases/two-endpoints.js'

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
  twoEndpoints,
  loss10,
  loss30,
  loss50,
  reordered,
  duplicated,
  corrupted,
  slow,
  emptyRange,
  narrowRange,
  recordingGrows,
  replayDescribe,
  headObeys,
  bootTime,
  listingAfterPowerCut,
  clockAfterPowerCut,
  powerCutWhenAsked,
  powerCutBetweenRounds,
  restartingDevice,
  twentyPowerCycles,
  wrongCredentials,
  unknownDevice,
]
