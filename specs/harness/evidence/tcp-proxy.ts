import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** A TCP proxy before a broker, which can be cut off from it: to those behind it, the broker is away. */
export class TcpProxy {
  readonly url: string
  readonly #server: Server
  readonly #sockets: ReadonlySet<Socket>
  #isAway = false

  private constructor(server: Server, sockets: ReadonlySet<Socket>) {
    // A TCP server that listens has an address of this kind.
    this.url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`
    this.#server = server
    this.#sockets = sockets
  }

  /** @param url - the broker's */
  static async before(url: string): Promise<TcpProxy> {
    const sockets = new Set<Socket>()
    const server = createServer((near) => {
      if (proxy.#isAway) return (near.destroy(), undefined)
      const far = connect(Number(new URL(url).port), '127.0.0.1')
      for (const socket of [near, far]) {
        sockets.add(socket)
        socket.on('error', () => undefined)
        socket.on('close', () => {
          sockets.delete(socket)
          near.destroy()
          far.destroy()
        })
      }
      near.pipe(far).pipe(near)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const proxy = new TcpProxy(server, sockets)
    return proxy
  }

  /** Cut every connection; new ones are taken. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Carry nothing more on the connections that there are, and keep them open: to both ends, the other is silent. */
  freeze(): void {
    for (const socket of this.#sockets) socket.unpipe().pause()
  }

  /** Cut every connection, and take none until {@link comeBack}. */
  goAway(): void {
    this.#isAway = true
    this.cut()
  }

  comeBack(): void {
    this.#isAway = false
  }

  close(): void {
    this.#server.close()
    this.cut()
  }
}
