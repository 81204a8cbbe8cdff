import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { deliver, octetsOf, writeHead, type Deliver } from '../http-reply.js'
import { chosenFrom, type QuirkSet } from './quirk-set.js'
import type { QuirkName } from './quirks.js'
import { SPOILED_OPERATION } from './reply-quirks.js'

const DRIP_INTERVAL_MS = 1000
/** The last of the growing chunks; all further ones are as long, or a long reply would take minutes. */
const LONGEST_CHUNK_BYTES = 4181

const DELIVERY_QUIRKS: Readonly<Partial<Record<QuirkName, Deliver>>> = {
  chunked: async (reply, response) => {
    writeHead(response, reply)
    await pipeline(Readable.from(growingChunks(octetsOf(reply)), { objectMode: true }), response)
  },
  'unterminated-reply': async (reply, response) => {
    // Without a length, and with chunks ruled out, Node ends the reply by closing the connection.
    response.removeHeader('Transfer-Encoding')
    response.setHeader('Connection', 'close')
    writeHead(response, reply)
    response.end(octetsOf(reply))
  },
  'stops-half-way': onlySpoiled(async (reply, response) => {
    const octets = octetsOf(reply)
    writeHead(response, reply, { 'Content-Length': String(octets.length) })
    response.write(octets.subarray(0, Math.floor(octets.length / 2)))
    await gone(response)
  }),
  drips: onlySpoiled(async (reply, response) => {
    const octets = octetsOf(reply)
    const stop = goneSignal(response)
    writeHead(response, reply, { 'Content-Length': String(octets.length) })
    for (let index = 0; index < octets.length && !stop.aborted; index++) {
      response.write(octets.subarray(index, index + 1))
      await sleep(DRIP_INTERVAL_MS, undefined, { signal: stop, ref: false }).catch(() => {})
    }
    response.end()
  }),
  'never-starts': onlySpoiled(async (_reply, response) => gone(response)),
}

/** Whether the connection is closed after a reply of that status, in the table's words: the reply itself does not say so. */
const CLOSING_QUIRKS: Readonly<Partial<Record<QuirkName, (status: number) => boolean>>> = {
  'closes-on-401': (status) => status === 401,
  'keep-alive-closed': () => true,
}

/** How a recorder with these quirks sends its replies. */
export function deliveryOf(quirks: QuirkSet): Deliver {
  const send = chosenFrom(DELIVERY_QUIRKS, quirks)[0] ?? deliver
  const closings = chosenFrom(CLOSING_QUIRKS, quirks)
  if (closings.length === 0) return send
  return async (reply, response) => {
    const { socket } = response
    if (closings.some((closes) => closes(reply.status))) response.once('finish', () => socket?.destroySoon())
    await send(reply, response)
  }
}

/** In that way only what makes a listing, and everything else as it should be. */
function onlySpoiled(quirk: Deliver): Deliver {
  return async (reply, response) => {
    await (reply.operation === SPOILED_OPERATION ? quirk : deliver)(reply, response)
  }
}

function* growingChunks(octets: Buffer): Generator<Buffer> {
  let [size, next] = [1, 2]
  for (let at = 0; at < octets.length; at += size) {
    if (at > 0 && size < LONGEST_CHUNK_BYTES) [size, next] = [next, size + next]
    yield octets.subarray(at, at + size)
  }
}

async function gone(response: ServerResponse): Promise<void> {
  if (!response.closed) await once(response, 'close')
}

function goneSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => controller.abort())
  return controller.signal
}
