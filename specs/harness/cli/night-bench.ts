import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'

/** External message numbers of the devices. */
export const NUMBERS = [7, 17, 27, 37].map((last) => `00001-00020-00300-000${String(last).padStart(2, '0')}`)

/** A bench whose attempts take a second or two: one exchange, so that there is evidence to judge. */
export async function quickBench(t: Test, devices: readonly object[]): Promise<string> {
  const folder = t.testdir()
  const bench = { devices, plan: { cases: { include: ['reach', 'list', 'clean'] }, parallel: 2, retries: 1 } }
  // JSON is YAML.
  await writeFile(join(folder, 'bench.yaml'), JSON.stringify(bench))
  return folder
}

/** One device of it. */
export const simulated = (number: string, more: object = {}): object => ({
  number,
  driver: 'simulated',
  recordings: 20,
  ...more,
})
