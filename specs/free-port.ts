import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below those that Linux gives to whoever wants any. */
const FIRST_PORT = 10_240
const PORTS = 22_400
/** Processes that run beside each other mostly have numbers side by side: each begins elsewhere. */
const PORTS_OF_PROCESS = 32

let taken = 0

/**
 * A port of 127.0.0.1 that is free, and stays so: for whoever is told its port, or comes back to it. Nobody who wants any port is given this one
 * meanwhile, as happens to one that was free a moment ago.
 */
export async function freePort(kind: 'tcp' | 'udp'): Promise<number> {
  for (let tries = 0; tries < 1000; tries++) {
    const port = FIRST_PORT + ((process.pid * PORTS_OF_PROCESS + taken++) % PORTS)
    if (await isFree(kind, port)) return port
  }
  throw new Error('1000 ports in a row are taken')
}

async function isFree(kind: 'tcp' | 'udp', port: number): Promise<boolean> {
  const holder =
    kind === 'tcp' ? createServer().listen(port, '127.0.0.1') : createSocket('udp4').bind(port, '127.0.0.1')
  try {
    await once(holder, 'listening')
  } catch {
    return false
  }
  holder.close()
  await once(holder, 'close')
  return true
}
