import type { Recording } from 'viewnet/device'

/** All pages of a listing, complete or an error. */
export async function listAll(pages: AsyncIterable<readonly Recording[]>): Promise<readonly Recording[]> {
  const recordings: Recording[] = []
  for await (const page of pages) recordings.push(...page)
  return recordings
}
