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
    return {
      address,
      start(receiver) {
        if (links.has(address)) {
          return Promise.reject(
            new LinkError('ERR_VIEWNET_LINK_START', `${address} is already started; each name is one link`),
          )
        }
        links.set(address, receiver)
        return Promise.resolve()
      },
      send(packet, to) {
        if (!links.has(address)) return
        const copy = packet.slice()
        // Delivered later, as by a network: a receiver may send from within `packet` without recursing.
        setImmediate(() => links.get(to)?.packet(copy, address))
      },
      close() {
        links.delete(address)
        return Promise.resolve()
      },
    }
  }
}
