import {
  blackBoxOf,
  credentialsOf,
  type BenchDescription,
  type BenchDevice,
  type BlackBoxConverter,
} from '../bench/index.js'
import {
  benchDevice,
  chosenCases,
  simulatedDevice,
  type CertificationCase,
  type DeviceUnderTest,
} from '../certification/index.js'
import { note } from './output.js'
import { devicesNamed } from './read-bench.js'

/** What to certify, and where. */
export interface Bench {
  readonly site: string
  readonly station: string
  /** Undefined: an embedded one. */
  readonly broker: string | undefined
  readonly cases: readonly CertificationCase[]
  /** The converter to test; undefined: the embedded one. */
  readonly blackBox: BlackBoxConverter | undefined
  /** All devices of the bench file; none without one. */
  readonly described: readonly BenchDevice[]
  /** Each is opened when its turn comes. */
  readonly devices: readonly (() => Promise<DeviceUnderTest>)[]
}

/** A recorder that exists only in software, on a bench without anything else. */
export function simulatedBench(seed: number, recordings: number): Bench {
  const devices = [() => simulatedDevice(seed, recordings)]
  const cases = chosenCases()
  return { site: 'lab', station: 'bench', broker: undefined, blackBox: undefined, described: [], cases, devices }
}

/**
 * The bench that a file describes.
 *
 * @param numbers - the devices wanted, in this order; none: all of the file
 * @throws UsageError `ERR_VIEWNET_BENCH_FILE`, `ERR_VIEWNET_CREDENTIALS`, `ERR_VIEWNET_OPTION`, of any of its devices, before the first is certified
 */
export function fileBench(
  { site, station, broker, converter, devices, plan, limits }: BenchDescription,
  path: string,
  seed: number,
  numbers: readonly string[] = [],
): Bench {
  const blackBox = blackBoxOf(converter)
  if (converter && !blackBox) {
    const remedy = 'to certify that one where it listens, write converter: { address, number }'
    note(`viewnet: note: certify tests a converter of its own; that of ${path} is for serve; ${remedy}`)
  }
  const chosen = numbers.length === 0 ? devices : devicesNamed(numbers, devices, path)
  for (const device of chosen) credentialsOf(device)
  const cases = chosenCases(plan?.cases)
  return {
    site,
    station,
    broker,
    blackBox,
    described: devices,
    cases,
    devices: chosen.map((device) => () => benchDevice(device, seed, limits)),
  }
}
