import { readFile } from 'node:fs/promises'

/** What the kernel dropped so far because the receive buffer of a socket was full, by its port. */
const dropped = new Map<number, number>()

/** Look at the socket of a link address, before it is closed: Linux alone tells, and then only of what is open. */
export async function noteOverflows(address: string): Promise<void> {
  const port = Number(address.slice(address.lastIndexOf(':') + 1))
  const table = await readFile('/proc/net/udp', 'utf8').catch(() => '')
  const sockets = table.split('\n').map((line) => line.trim().split(/\s+/))
  const socket = sockets.find(([, local = '']) => Number.parseInt(local.split(':')[1] ?? '', 16) === port)
  if (socket) dropped.set(port, Number(socket.at(-1)))
}

/** Packets of all sockets that were looked at; undefined: of none. */
export function overflows(): number | undefined {
  return dropped.size === 0 ? undefined : [...dropped.values()].reduce((all, each) => all + each, 0)
}
