// A process that parses the replies of one listing, once, and tells how long that took: the least that any client does.
import { SaxesParser } from 'saxes'
import type { ParsingReport } from './onvif-listing.js'

/** As octets arrive from a socket. */
const PIECE_OCTETS = 64 * 1024

async function fetchReplies(origin: string, replyCount: number): Promise<readonly Uint8Array[]> {
  const replies: Uint8Array[] = []
  for (let index = 0; index < replyCount; index++) {
    const response = await fetch(`${origin}/replies/${index}`)
    replies.push(new Uint8Array(await response.arrayBuffer()))
  }
  return replies
}

/** Octets to text to tags, namespaces resolved, nothing kept. */
function parse(replies: readonly Uint8Array[]): ParsingReport {
  const startedAtMs = performance.now()
  for (const octets of replies) {
    const decoder = new TextDecoder('utf-8', { fatal: true })
    const parser = new SaxesParser({ xmlns: true })
    for (let start = 0; start < octets.length; start += PIECE_OCTETS) {
      parser.write(decoder.decode(octets.subarray(start, start + PIECE_OCTETS), { stream: true }))
    }
    parser.close()
  }
  return { durationMs: performance.now() - startedAtMs }
}

fetchReplies(process.argv[2] ?? '', Number(process.argv[3])).then(
  (replies) => process.send?.(parse(replies), () => process.disconnect()),
  (error: unknown) => {
    process.exitCode = 1
    process.disconnect()
    throw error
  },
)
