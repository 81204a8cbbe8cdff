import { nearestWord, UsageError } from 'viewnet/device'
import { parseMessageNumber } from 'viewnet/wire'
import { literalPasswords, readBenchFile, type BenchDescription, type BenchDevice } from '../bench/index.js'
import { note } from './output.js'

/** Read a bench file, and warn of passwords that stand in it. */
export async function readBench(path: string): Promise<BenchDescription> {
  const bench = await readBenchFile(path)
  for (const { owner, remedy } of literalPasswords(bench)) {
    note(`viewnet: warning: ${path} holds the password of ${owner} for everybody to read; prefer ${remedy}`)
  }
  return bench
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
