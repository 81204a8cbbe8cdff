// The other process of the ONVIF listing: a recorder whose replies are at hand, so that nothing but the driver is measured.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { OnvifDevice, type OnvifExchange } from 'viewnet/devices/onvif'
import { SimulatedRecorder } from 'viewnet/devices/simulated'
import type { RecorderReady } from './onvif-listing.js'

const SEED = 3
const CHANNELS = 16

/** Replies by operation, in the order in which a listing gets them. */
type Replies = ReadonlyMap<string, readonly OnvifExchange[]>

/** List a simulated recorder once, and keep what it replied. */
async function recordReplies(recordings: number): Promise<Replies> {
  const replies = new Map<string, OnvifExchange[]>()
  await using recorder = new SimulatedRecorder({ recordings, channels: CHANNELS, seed: SEED, videoOnly: true })
  await recorder.start()
  await using device = new OnvifDevice({
    url: recorder.url,
    observe: (exchange) => void replies.set(exchange.operation, [...(replies.get(exchange.operation) ?? []), exchange]),
  })
  // As the lister does before it lists.
  await device.describe()
  let count = 0
  for await (const page of device.listRecordings({})) count += page.length
  if (count !== recordings) throw new Error(`expected ${recordings} recordings to measure with, got ${count}`)
  return replies
}

/** Reply the same to every listing; `/replies/N` is the N-th reply alone, for whoever wants the octets. */
function serve(replies: Replies): void {
  const all = [...replies.values()].flat()
  const turns = new Map<string, number>()
  const server = createServer((request, response) => {
    const wanted = /^\/replies\/(\d+)$/.exec(request.url ?? '')
    if (wanted) {
      response.end(all[Number(wanted[1])]?.responseOctets)
      return
    }
    let message = ''
    request.setEncoding('utf8').on('data', (piece: string) => (message += piece))
    request.on('end', () => {
      const operation = /Body[^>]*>\s*<(?:\w+:)?(\w+)/.exec(message)?.[1] ?? ''
      if (operation === 'FindRecordings') turns.clear()
      const turn = turns.get(operation) ?? 0
      turns.set(operation, turn + 1)
      const ofOperation = replies.get(operation) ?? []
      const reply = ofOperation[Math.min(turn, ofOperation.length - 1)]
      response.writeHead(reply?.status ?? 404, { 'content-type': 'application/soap+xml; charset=utf-8' })
      response.end(reply?.responseOctets)
    })
  })
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo
    const ready: RecorderReady = { origin: `http://127.0.0.1:${port}`, replyCount: all.length }
    process.send?.(ready)
  })
}

// Whoever started it is gone, or wants no more.
process.once('disconnect', () => process.exit())

recordReplies(Number(process.argv[2])).then(serve, (error: unknown) => {
  process.exitCode = 1
  throw error
})
