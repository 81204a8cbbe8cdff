import { createSocket } from 'node:dgram'
import type { Peers } from './peer-process.js'

/** A bare loop that stands still for so long is over: what is lost on its way is not counted. */
const QUIET_MS = 250

/** Packets of 86 octets a second, from one bare process to another. */
export async function bareDatagramRate(peers: Peers, packets: number): Promise<number> {
  const sender = await peers.get('sender')
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  let received = 0
  let firstAtMs = 0
  let lastAtMs = 0
  socket.on('message', () => {
    lastAtMs = performance.now()
    if (received++ === 0) firstAtMs = lastAtMs
  })
  sender.send({ port: socket.address().port, packets })
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (received < packets && (received === 0 || performance.now() - lastAtMs < QUIET_MS)) return
      clearInterval(timer)
      resolve()
    }, 10)
  })
  socket.close()
  return (received - 1) / ((lastAtMs - firstAtMs) / 1000)
}
