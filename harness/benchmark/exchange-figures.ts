import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createSocket } from 'node:dgram'
import { fileURLToPath } from 'node:url'
import { randomInt } from 'node:crypto'
import { udpLink } from 'viewnet/link'
import { VideoNetworkEndpoint } from '../endpoint/index.js'
import type { Measurement } from './figure.js'
import { CONVERTER_NUMBER, DEVICE_NUMBER, type PeerReady } from './peer-messages.js'

/** Resources of one exchange. */
const RESOURCES = 50_000
const ROUNDS = 5
/** Packets that the endpoint takes beyond its last report: well within a socket buffer of 200 KiB, the least that Linux grants. */
const WINDOW_PACKETS = 128

/** A process of its own for the sending side: on one thread, sender and receiver would only take turns. */
async function startPeer(role: 'converter' | 'bare', argument: string): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(fileURLToPath(new URL('./peer.js', import.meta.url)), [role, argument, String(RESOURCES)])
  const [ready] = (await once(child, 'message')) as [PeerReady]
  return { child, port: ready.port }
}

/** The exchange over plain UDP, beside a bare loop of connected sockets that moves as many packets of as many octets. */
export function exchangeMeasurements(): readonly Measurement[] {
  return [
    {
      name: `request → ${RESOURCES} resources → COMPLETE, plain UDP`,
      unit: 'packets/s',
      goal: { is: 'at least', ratio: 0.85 },
      rounds: ROUNDS,
      ours: exchangeRate,
      baseline: bareRate,
    },
  ]
}

async function exchangeRate(): Promise<number> {
  const link = udpLink('udp://127.0.0.1:0')
  const { child, port } = await startPeer('converter', 'udp://127.0.0.1')
  const endpoint = new VideoNetworkEndpoint({ link, to: `udp://127.0.0.1:${port}`, converterNumber: CONVERTER_NUMBER })
  await endpoint.start()
  try {
    const startedAtMs = performance.now()
    let doneAtMs = startedAtMs
    const wanted = {
      device: DEVICE_NUMBER,
      exchange: randomInt(1, 0xffffffff),
      window: WINDOW_PACKETS,
      ratePacketsPerSecond: 0xffffffff,
    }
    for await (const event of endpoint.request(wanted)) {
      if (event.type === 'roundEnded') doneAtMs = performance.now()
      if (event.type === 'end' && event.verdict !== 'complete')
        throw new Error(`the exchange ended ${event.verdict}: ${event.why}`)
    }
    return RESOURCES / ((doneAtMs - startedAtMs) / 1000)
  } finally {
    await endpoint.close()
    child.kill()
  }
}

/** As fast as two bare processes go: whatever is lost on the way is not counted. */
async function bareRate(): Promise<number> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  let received = 0
  let firstAtMs = 0
  let lastAtMs = 0
  socket.on('message', () => {
    lastAtMs = performance.now()
    if (received++ === 0) firstAtMs = lastAtMs
  })
  const { child } = await startPeer('bare', String(socket.address().port))
  try {
    await once(child, 'exit')
    return (received - 1) / ((lastAtMs - firstAtMs) / 1000)
  } finally {
    socket.close()
  }
}
