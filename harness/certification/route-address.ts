import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isIP } from 'node:net'
import { LinkError, type UdpAddress } from 'viewnet/link'

/**
 * The address of ours that the route to another begins at. Nothing is sent: the kernel only looks the route up.
 *
 * @throws LinkError `ERR_VIEWNET_LINK_START` when there is no route
 */
export async function routeAddress({ host, port }: UdpAddress): Promise<string> {
  const socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4')
  try {
    const connected = once(socket, 'connect')
    socket.connect(port, host)
    await connected
    return socket.address().address
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new LinkError('ERR_VIEWNET_LINK_START', `expected a route to ${host}, got ${reason}`, { cause })
  } finally {
    socket.close()
  }
}
