// A process that parses the replies of a small listing, then of a large one, once, and tells how long that took: the least that any client does.
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

async function report(): Promise<ParsingReport> {
  const [origin = '', replyCount, smallOrigin = '', smallReplyCount] = process.argv.slice(2)
  // As the lister does before it lists.
  parse(await fetchReplies(smallOrigin, Number(smallReplyCount)))
  return parse(await fetchReplies(origin, Number(replyCount)))
}

report().then(
  (said) => process.send?.(said, () => process.disconnect()),
  (error: unknown) => {
    process.exitCode = 1
    process.disconnect()
    throw error
  },
)
