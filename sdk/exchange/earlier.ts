/** The earlier of two moments, of which each may never come. */
export function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b
  return b === undefined || a < b ? a : b
}
