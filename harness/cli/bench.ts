import { UsageError } from 'viewnet/device'
import { blackBoxOf, literalPasswords, readBenchFile, type BenchDescription } from '../bench/index.js'
import { benchDevice, simulatedDevice, type DeviceUnderTest } from '../certification/index.js'
import { note } from './output.js'

/** What to certify, and where. */
export interface Bench {
  readonly site: string
  readonly station: string
  /** Undefined: an embedded one. */
  readonly broker: string | undefined
  /** Each is opened when its turn comes. */
  readonly devices: readonly (() => Promise<DeviceUnderTest>)[]
}

/** A recorder that exists only in software, on a bench without anything else. */
export function simulatedBench(seed: number, recordings: number): Bench {
  return { site: 'lab', station: 'bench', broker: undefined, devices: [() => simulatedDevice(seed, recordings)] }
}

/**
 * The bench that a file describes.
 *
 * @throws UsageError `ERR_VIEWNET_BENCH_FILE`, `ERR_VIEWNET_CREDENTIALS`, of any of its devices, before the first is certified
 */
export async function fileBench(path: string): Promise<Bench> {
  const { site, station, broker, converter, devices } = await readBench(path)
  if (blackBoxOf(converter)) {
    const message = `${path}: converter: expected one for serve, or none; certify tests a converter of its own`
    throw new UsageError('ERR_VIEWNET_BENCH_FILE', message)
  }
  if (converter) note(`viewnet: note: certify tests a converter of its own; that of ${path} is for serve`)
  const opened = devices.map(benchDevice)
  return { site, station, broker, devices: opened.map((device) => () => Promise.resolve(device)) }
}

/** Read a bench file, and warn of passwords that stand in it. */
export async function readBench(path: string): Promise<BenchDescription> {
  const bench = await readBenchFile(path)
  for (const owner of literalPasswords(bench)) {
    const remedy = owner === 'the broker' ? 'VIEWNET_BROKER_PASSWORD' : 'password: { env: NAME }'
    note(`viewnet: warning: ${path} holds the password of ${owner} for everybody to read; prefer ${remedy}`)
  }
  return bench
}
