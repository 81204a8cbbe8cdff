import { createServer, type AddressInfo, type Socket } from 'node:net'
import type { SimulatedSerialDevice } from './serial-device.js'

/** What waits to be sent, at most; what comes then is lost, as at a real terminal server. */
const MAX_WAITING_OCTETS = 1024 * 1024

/** A simulated serial device as a terminal server shows it. */
export interface ServedDevice {
  /** `tcp://127.0.0.1:PORT`: what a port in a bench file says. */
  readonly path: string
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Offer a simulated device on a raw TCP port of this machine, so that another process can use it as a port of a terminal server. One client at a time, as
 * with a real one.
 *
 * @param port - 0 takes a free one
 */
export async function serveOnTcp(device: SimulatedSerialDevice, port = 0): Promise<ServedDevice> {
  let client: Socket | undefined
  const server = createServer((socket) => {
    // An error is always followed by close.
    socket.on('error', () => undefined)
    if (client !== undefined) {
      socket.destroy()
      return
    }
    client = socket
    device.connect((octets) => {
      if (socket.writableLength < MAX_WAITING_OCTETS) socket.write(octets)
    })
    device.plugged?.(() => socket.destroy())
    socket.on('data', (octets) => device.receive(Uint8Array.from(octets)))
    socket.once('close', () => {
      client = undefined
      device.disconnect?.()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port }, resolve)
  })
  const close = async (): Promise<void> => {
    client?.destroy()
    if (server.listening) await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return {
    // It listens on a host and port, so the address is never a pipe's name.
    path: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close,
    [Symbol.asyncDispose]: close,
  }
}
