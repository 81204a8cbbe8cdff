import { LinkError, runPackets, type Link, type LinkReceiver } from './link.js'

/**
 * A network inside one process: links that reach each other by name. It loses nothing and keeps order; wrap a link to make it worse. For
 * embedding a converter without sockets, and for specs.
 */
export class MemoryNetwork {
  readonly #links = new Map<string, LinkReceiver>()

  /** Make a link with the address `memory:NAME`; the name is taken while the link is started. */
  link(name: string): Link {
    const links = this.#links
    const address = `memory:${name}`
    /** Only the link that holds the name may send under it, or give it back. */
    let started: LinkReceiver | undefined
    const carried = { sentPackets: 0, sendCalls: 0, lostPackets: 0, receivedPackets: 0, receiveCalls: 0 }
    const isStarted = (): boolean => started !== undefined && links.get(address) === started
    const carry = (octets: Uint8Array, packetBytes: number, packets: number, to: string): void => {
      if (!isStarted() || packets === 0 || !links.has(to)) {
        carried.lostPackets += Math.max(packets, 1)
        return
      }
      carried.sentPackets += packets
      carried.sendCalls += 1
      // Not slice(): that of a Buffer is a view.
      const copy = new Uint8Array(octets)
      // Delivered later, as by a network: a receiver may send from within `packet` without recursing.
      setImmediate(() => {
        for (let at = 0; at < packets; at++) {
          links.get(to)?.packet(copy.subarray(at * packetBytes, (at + 1) * packetBytes), address)
        }
      })
    }
    return {
      address,
      start(receiver) {
        if (links.has(address)) {
          return Promise.reject(
            new LinkError('ERR_VIEWNET_LINK_START', `${address} is already started; each name is one link`),
          )
        }
        // An object of our own: one receiver may serve several links.
        started = {
          packet(packet, from) {
            carried.receivedPackets += 1
            carried.receiveCalls += 1
            receiver.packet(packet, from)
          },
        }
        links.set(address, started)
        return Promise.resolve()
      },
      send: (packet, to) => carry(packet, packet.length, 1, to),
      sendRun: (octets, packetBytes, to) => carry(octets, packetBytes, runPackets(octets, packetBytes), to),
      stats: () => ({ kind: 'memory', isAccelerated: false, queuedPackets: 0, ...carried }),
      close() {
        if (isStarted()) links.delete(address)
        started = undefined
        return Promise.resolve()
      },
    }
  }
}
