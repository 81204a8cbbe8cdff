import { sortInSteps } from './sorting.js'

/** Numbers in a name count as numbers, so that `Camera 10` comes after `Camera 9`. The language is fixed: the order may not depend on a machine. */
const natural = new Intl.Collator('en', { numeric: true })

/**
 * Number the sources of a device: 1 for the first in natural order, and so on. The same sources get the same channels in whatever order the device
 * tells them. In steps, because some devices have a source for each of tens of thousands of recordings.
 *
 * @param sources - their names; the same name twice is one source
 */
export function* rankSources(sources: Iterable<string>): Generator<undefined, ReadonlyMap<string, number>> {
  const ordered = yield* sortInSteps<string, string[]>([...new Set(sources)], compareNames)
  return new Map(ordered.map((source, index) => [source, index + 1]))
}

function compareNames(a: string, b: string): number {
  return natural.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0)
}
