import { LinkError, type Link, type LinkReceiver } from './link.js'

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
    const isStarted = (): boolean => started !== undefined && links.get(address) === started
    return {
      address,
      start(receiver) {
        if (links.has(address)) {
          return Promise.reject(
            new LinkError('ERR_VIEWNET_LINK_START', `${address} is already started; each name is one link`),
          )
        }
        // An object of our own: one receiver may serve several links.
        started = { packet: (packet, from) => receiver.packet(packet, from) }
        links.set(address, started)
        return Promise.resolve()
      },
      send(packet, to) {
        if (!isStarted()) return
        // Not slice(): that of a Buffer is a view.
        const copy = new Uint8Array(packet)
        // Delivered later, as by a network: a receiver may send from within `packet` without recursing.
        setImmediate(() => links.get(to)?.packet(copy, address))
      },
      close() {
        if (isStarted()) links.delete(address)
        started = undefined
        return Promise.resolve()
      },
    }
  }
}
