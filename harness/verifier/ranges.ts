/** A set of sequences: ascending, disjoint, both ends included. */
export type Ranges = readonly (readonly [first: number, last: number])[]

/** A MISSING packet names 8192 sequences at most. */
const MAX_RANGES = 8192

/**
 * Read `2,5-7`; the empty text is the empty set.
 *
 * @returns undefined when it is anything else, or not ascending
 */
export function parseRanges(text: string): Ranges | undefined {
  if (text === '') return []
  const ranges: [number, number][] = []
  let before = -1
  for (const part of text.split(',', MAX_RANGES + 1)) {
    const match = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(part)
    if (!match) return undefined
    const first = Number(match[1])
    const last = Number(match[2] ?? match[1])
    if (first <= before || last < first) return undefined
    ranges.push([first, last])
    before = last
  }
  return ranges.length > MAX_RANGES ? undefined : ranges
}

/** What is in both sets. */
export function intersection(left: Ranges, right: Ranges): Ranges {
  const both: [number, number][] = []
  let i = 0
  let j = 0
  for (;;) {
    const a = left[i]
    const b = right[j]
    if (!a || !b) return both
    const first = Math.max(a[0], b[0])
    const last = Math.min(a[1], b[1])
    if (first <= last) both.push([first, last])
    if (a[1] < b[1]) i++
    else j++
  }
}
