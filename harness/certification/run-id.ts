import { randomBytes } from 'node:crypto'

/** A name for a run: when it began, and a little chance, so that two benches never share one. */
export function newRunId(startedAt: Date): string {
  return `${startedAt.toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(2).toString('hex')}`
}
