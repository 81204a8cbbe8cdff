import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ServerResponse } from 'node:http'

/** An answer to an HTTP request, before it is sent. */
export interface HttpReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  /** Whole, or in pieces that are made while they are sent. */
  readonly body: Uint8Array | Iterable<string | Uint8Array>
  /** The operation that it answers; absent where the request named none that exists. */
  readonly operation?: string
}

/** Sends a reply; resolves when it is sent, or will never be. */
export type Deliver = (reply: HttpReply, response: ServerResponse) => Promise<void>

/** Pieces of a long reply are joined to about this size before they are sent. */
const CHUNK_LENGTH = 64 * 1024

/** Send a reply as HTTP means it: with its length where it is known, otherwise in chunks. */
export const deliver: Deliver = async (reply, response) => {
  const { body } = reply
  if (body instanceof Uint8Array) {
    writeHead(response, reply, { 'Content-Length': String(body.length) })
    response.end(body)
    return
  }
  writeHead(response, reply)
  await pipeline(Readable.from(joined(body), { objectMode: false }), response)
}

/** Send status and headers. */
export function writeHead(
  response: ServerResponse,
  { status, headers }: HttpReply,
  more: Readonly<Record<string, string>> = {},
): void {
  for (const [name, value] of Object.entries({ ...headers, ...more })) response.setHeader(name, value)
  response.writeHead(status)
}

/** The whole body as one. */
export function octetsOf({ body }: HttpReply): Buffer {
  if (body instanceof Uint8Array) return Buffer.from(body)
  return Buffer.concat(Array.from(body, (piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)))
}

function* joined(pieces: Iterable<string | Uint8Array>): Generator<string | Uint8Array> {
  let chunk = ''
  for (const piece of pieces) {
    if (typeof piece !== 'string') {
      if (chunk !== '') yield chunk
      chunk = ''
      yield piece
      continue
    }
    chunk += piece
    if (chunk.length >= CHUNK_LENGTH) {
      yield chunk
      chunk = ''
    }
  }
  if (chunk !== '') yield chunk
}
