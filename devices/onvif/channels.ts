/** Numbers in a name count as numbers, so that `Camera 10` comes after `Camera 9`. The language is fixed: the order may not depend on a machine. */
const natural = new Intl.Collator('en', { numeric: true })

/**
 * Number the sources of a device: 1 for the first in natural order, and so on. The same sources get the same channels in whatever order the device
 * tells them.
 *
 * @param sources - their names; the same name twice is one source
 */
export function rankSources(sources: Iterable<string>): ReadonlyMap<string, number> {
  const ordered = [...new Set(sources)].sort((a, b) => natural.compare(a, b) || (a < b ? -1 : 1))
  return new Map(ordered.map((source, index) => [source, index + 1]))
}
