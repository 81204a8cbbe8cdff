import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { BenchError } from '../bench/index.js'
import { makeFolder } from '../make-folder.js'
import { seedOf } from './night.js'

/** They boot in 1.5 s; the limit for real ones would let a flaky one hold up the night by a quarter of an hour. */
const BOOT_LIMIT_MS = 20_000

/** Share of its attempts at which the flaky one of three devices fails. */
const FLAKY_RATIO = 0.5

const NUMBERS = ['00001-00020-00300-00007', '00001-00020-00300-00017', '00001-00020-00300-00027'] as const

/**
 * Write a bench that exists only in software: three recorders with relays on one board and consoles, one of which is flaky.
 *
 * @param folder - made if it is not there
 * @param seed - what the recorders hold follows from it
 * @returns the path of the bench file
 * @throws BenchError `ERR_VIEWNET_REPORT` when it cannot be written
 */
export async function writeSimulatedBench(folder: string, seed: number): Promise<string> {
  const path = join(folder, 'bench.yaml')
  const devices = NUMBERS.map((number, at) => ({
    number,
    driver: 'simulated',
    recordings: 120,
    seed: seedOf(seed, number, 0),
    power: { driver: 'simulated', board: 'bench', relay: at + 1 },
    console: { driver: 'simulated' },
    ...(at === 1 && { flaky: FLAKY_RATIO }),
  }))
  try {
    makeFolder(folder)
    await writeFile(
      path,
      stringify({ site: 'lab', station: 'simulated', devices, limits: { bootMs: { limit: BOOT_LIMIT_MS } } }),
    )
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new BenchError('ERR_VIEWNET_REPORT', `report: expected to write into '${folder}', got ${reason}`, { cause })
  }
  return path
}
