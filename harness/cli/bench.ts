import { nearestWord, UsageError } from 'viewnet/device'
import { parseMessageNumber } from 'viewnet/wire'
import {
  blackBoxOf,
  credentialsOf,
  literalPasswords,
  readBenchFile,
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

/**
 * The devices of a bench file with these numbers, in this order, each once.
 *
 * @throws UsageError `ERR_VIEWNET_OPTION` when the bench has no such device
 */
export function devicesNamed(
  numbers: readonly string[],
  devices: readonly BenchDevice[],
  path: string,
): readonly BenchDevice[] {
  return [...new Set(numbers.map((number) => deviceNamed(number, devices, path)))]
}

function deviceNamed(number: string, devices: readonly BenchDevice[], path: string): BenchDevice {
  const wanted = parseMessageNumber(number)
  const found = devices.find((device) => parseMessageNumber(device.number) === wanted)
  if (found) return found
  const near = nearestWord(
    number,
    devices.map((device) => device.number),
  )
  const message = `option '--device <number>': expected the number of a device of ${path}, got ${number}${near}`
  throw new UsageError('ERR_VIEWNET_OPTION', message)
}

/** Read a bench file, and warn of passwords that stand in it. */
export async function readBench(path: string): Promise<BenchDescription> {
  const bench = await readBenchFile(path)
  for (const { owner, remedy } of literalPasswords(bench)) {
    note(`viewnet: warning: ${path} holds the password of ${owner} for everybody to read; prefer ${remedy}`)
  }
  return bench
}
