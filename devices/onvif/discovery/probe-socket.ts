import { createSocket, type Socket } from 'node:dgram'
import type { ProbeTarget } from './probe-targets.js'

/** A socket that asks one target and hears what answers. */
export interface ProbeSocket {
  readonly target: ProbeTarget
  /** Rejects with the system's error when it cannot be sent. */
  send(message: string): Promise<void>
  close(): Promise<void>
}

/**
 * Hops that a multicast probe may take: the link and no further, as ONVIF's discovery is meant; IPv6's group ends there by itself.
 */
const MULTICAST_TTL = 1

/**
 * Open the socket of a target.
 *
 * @param onReply - called with every datagram that comes, and the IP address that it came from, with a zone where the address needs one
 * @throws the system's error when the socket cannot be opened there
 */
export async function openProbeSocket(
  target: ProbeTarget,
  onReply: (octets: Uint8Array, address: string) => void,
): Promise<ProbeSocket> {
  const { family, localAddress, multicastInterface } = target
  const socket = createSocket(family === 6 ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' })
  try {
    await bind(socket, localAddress)
    if (multicastInterface !== undefined) {
      // Without it the system would pick a way of its own, to a network that nobody asked us to probe.
      socket.setMulticastInterface(multicastInterface)
      socket.setMulticastTTL(MULTICAST_TTL)
    }
  } catch (error) {
    socket.close()
    throw error
  }
  socket.on('message', (octets, { address }) => onReply(octets, address))
  // An error that one datagram called forth, such as a refusal by the host it went to, says nothing of the others; sending tells its own.
  socket.on('error', () => undefined)
  return {
    target,
    send: (message) =>
      new Promise((resolve, reject) => {
        socket.send(message, target.port, target.host, (error) => (error ? reject(error) : resolve()))
      }),
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  }
}

async function bind(socket: Socket, address: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.bind({ address, port: 0 }, () => {
      socket.off('error', reject)
      resolve()
    })
  })
}
