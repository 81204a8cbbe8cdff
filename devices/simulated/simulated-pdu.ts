import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SimulatedRelay } from './serial/relay.js'

/** How a simulated PDU is set up, and how it goes wrong. */
export interface SimulatedPduOptions {
  /** 1–64. Default 4. */
  readonly outlets?: number | undefined
  /** Asked for by HTTP Basic; left out: everybody may switch. */
  readonly user?: string | undefined
  readonly password?: string | undefined
}

/** `no-answer`: takes requests and says nothing; `half-answer`: cut off in the middle; `garbage`: no JSON; `welded`: as with relays. */
export type PduFaultName = 'no-answer' | 'half-answer' | 'garbage' | 'welded'

/**
 * A PDU over real HTTP on this machine that speaks as Shelly relays do (`/rpc/Switch.Set?id=0&on=true`, `/rpc/Switch.GetStatus?id=0`), and plainly
 * (`/outlet/0/on`, `/outlet/0/off`, `/outlet/0`, which answers `outlet 0: on`).
 */
export class SimulatedPdu {
  readonly relays: readonly SimulatedRelay[]
  fault: PduFaultName | undefined
  readonly #server: Server
  readonly #authorization: string | undefined

  constructor({ outlets = 4, user, password = '' }: SimulatedPduOptions = {}) {
    this.relays = Array.from({ length: Math.min(Math.max(outlets, 1), 64) }, () => new SimulatedRelay())
    this.#authorization =
      user === undefined ? undefined : `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
    this.#server = createServer({ requestTimeout: 10_000 }, (request, response) => this.#answer(request, response))
    this.#server.maxConnections = 64
  }

  /** `http://127.0.0.1:PORT`, once it listens. */
  get url(): string {
    // It listens on a host and port, so the address is never a pipe's name.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Listen; port 0 takes a free one. */
  async start(port = 0): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ host: '127.0.0.1', port }, resolve)
    })
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    await closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    if (this.fault === 'no-answer') return
    if (this.#authorization !== undefined && request.headers.authorization !== this.#authorization) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="pdu"' }).end()
      return
    }
    const said = this.#obey(new URL(request.url ?? '/', 'http://localhost'))
    if (said === undefined) {
      response.writeHead(404).end('no such outlet\n')
    } else if (this.fault === 'half-answer') {
      response.writeHead(200, { 'Content-Length': said.length }).write(said.slice(0, said.length / 2))
      setImmediate(() => response.destroy())
    } else response.writeHead(200).end(this.fault === 'garbage' ? '<html>\x00' : said)
  }

  #obey({ pathname, searchParams }: URL): string | undefined {
    if (pathname.startsWith('/rpc/Switch.')) {
      const id = searchParams.get('id') ?? ''
      const relay = this.relays[Number(id)]
      if (id === '' || relay === undefined) return undefined
      if (pathname === '/rpc/Switch.GetStatus') return JSON.stringify({ id: Number(id), output: relay.isEnergised })
      if (pathname !== '/rpc/Switch.Set') return undefined
      const was = relay.isEnergised
      relay.drive(searchParams.get('on') === 'true', this.fault === 'welded')
      return JSON.stringify({ was_on: was })
    }
    const [, name, verb] = /^\/outlet\/(\d{1,2})(?:\/(on|off))?$/.exec(pathname) ?? []
    const relay = name === undefined ? undefined : this.relays[Number(name)]
    if (relay === undefined) return undefined
    if (verb !== undefined) relay.drive(verb === 'on', this.fault === 'welded')
    return `outlet ${name}: ${relay.isEnergised ? 'on' : 'off'}\n`
  }
}
