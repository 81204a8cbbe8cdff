import { createHash } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { parseStrictly, UsageError } from 'viewnet/device'
import { z } from 'zod'
import { matchesProbe, readProbe, writeProbeMatches, type DiscoveryDescription } from './probe-answer.js'
import { SimulatorError } from './simulator-error.js'
import { SCOPES } from './scopes.js'

/** How a simulated device lets itself be found. */
export interface DiscoveryResponderOptions {
  /** Address of the device service that it tells of. */
  readonly url: string
  /** Numeric address to listen on. Default `127.0.0.1`, so that nobody outside this machine is answered by accident. */
  readonly host?: string | undefined
  /** UDP port, 0–65535; 0 takes a free one, which multicast probes do not come to. Default 3702, WS-Discovery's own. */
  readonly port?: number | undefined
  /** Whether it hears multicast probes on the interface of {@link host}. Default true; false where an interface has no multicast. */
  readonly multicast?: boolean | undefined
  /** `urn:uuid:…`. Default: made from {@link url}, so that it stays the same. */
  readonly endpointReference?: string | undefined
  /** URIs. Default: a simulated recorder's. */
  readonly scopes?: readonly string[] | undefined
}

const schema = z.strictObject({
  url: z.url(),
  host: z.union([z.ipv4(), z.ipv6()]).default('127.0.0.1'),
  port: z.int().min(0).max(65_535).default(3702),
  multicast: z.boolean().default(true),
  endpointReference: z.string().min(1).optional(),
  scopes: z.array(z.string().min(1)).default([...SCOPES]),
})

const MULTICAST_IPV4 = '239.255.255.250'
const MULTICAST_IPV6 = 'ff02::c'

/** Probes remembered, so that the repetitions of one are answered once; far more than come within the second that repetitions take. */
const MAX_REMEMBERED = 256

/**
 * Answers WS-Discovery probes for a simulated device.
 *
 * A device may wait up to half a second before it answers, so that many do not answer at once; this one is alone and answers directly.
 *
 * @example
 * await using responder = new DiscoveryResponder({ url: recorder.url })
 * await responder.start()
 */
export class DiscoveryResponder {
  readonly #settings: z.output<typeof schema>
  readonly #description: DiscoveryDescription
  readonly #instanceId = Math.floor(Date.now() / 1000)
  readonly #answered = new Set<string>()
  #messageCount = 0
  /** Every one that was opened. */
  readonly #sockets: Socket[] = []
  /** Hears unicast probes, and answers all. */
  #socket: Socket | undefined
  #isClosed = false

  /** @throws UsageError `ERR_VIEWNET_OPTION` for an unknown option or a value out of range */
  constructor(options: DiscoveryResponderOptions) {
    this.#settings = parseStrictly(schema, options, 'discovery responder')
    const { url, endpointReference, scopes } = this.#settings
    this.#description = { endpointReference: endpointReference ?? nameBasedUrn(url), scopes, xaddrs: [url] }
  }

  /** Where it listens; throws UsageError `ERR_VIEWNET_STATE` unless started. */
  get port(): number {
    if (this.#socket === undefined || this.#isClosed)
      throw new UsageError('ERR_VIEWNET_STATE', 'discovery responder has no port unless it is started')
    return this.#socket.address().port
  }

  /**
   * Listen.
   *
   * @throws {@link SimulatorError} `ERR_VIEWNET_SIMULATOR_START` when the address or the multicast group cannot be used
   * @throws UsageError `ERR_VIEWNET_STATE` when it was started before
   */
  async start(): Promise<void> {
    if (this.#socket !== undefined || this.#isClosed)
      throw new UsageError('ERR_VIEWNET_STATE', 'a discovery responder starts once')
    const { host, port, multicast } = this.#settings
    try {
      this.#socket = await this.#open(host, port, multicast)
      if (multicast) await this.#join(host, this.port)
    } catch (cause) {
      await this.close()
      const reason = cause instanceof Error ? cause.message : String(cause)
      const message = `discovery responder cannot listen on ${host}, port ${port}: ${reason}`
      throw new SimulatorError('ERR_VIEWNET_SIMULATOR_START', message, { cause })
    }
  }

  /** Stop listening; closing twice is fine. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await Promise.all(this.#sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #open(address: string, port: number, isShared: boolean): Promise<Socket> {
    const socket = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4', reuseAddr: isShared })
    this.#sockets.push(socket)
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.bind({ address, port }, () => {
        socket.off('error', reject)
        resolve()
      })
    })
    socket.on('message', (octets, { address: sender, port: senderPort }) => this.#receive(octets, sender, senderPort))
    // What one datagram called forth is its sender's to notice; without a listener it would end the process.
    socket.on('error', () => undefined)
    return socket
  }

  /**
   * Hear multicast through a socket of its own, bound to the group: one bound to no address would hear unicast from everywhere. It may hear the group on
   * other interfaces too, when other programs joined it there; answers leave by the socket that is bound to our host, and so not to there.
   */
  async #join(host: string, port: number): Promise<void> {
    if (!isIPv6(host)) {
      const socket = await this.#open(MULTICAST_IPV4, port, true)
      return socket.addMembership(MULTICAST_IPV4, host)
    }
    const name = interfaceOf(host)
    const socket = await this.#open(`${MULTICAST_IPV6}%${name}`, port, true)
    return socket.addMembership(MULTICAST_IPV6, `::%${name}`)
  }

  #receive(octets: Uint8Array, address: string, port: number): void {
    const probe = readProbe(octets)
    if (probe === undefined || this.#answered.has(probe.messageId) || !matchesProbe(probe, this.#description)) return
    this.#answered.add(probe.messageId)
    if (this.#answered.size > MAX_REMEMBERED) this.#answered.delete(this.#answered.values().next().value!) // the oldest of several
    const instance = { id: this.#instanceId, message: ++this.#messageCount }
    this.#socket?.send(writeProbeMatches(probe, this.#description, instance), port, address, () => undefined)
  }
}

/** The name of the interface that has an address. */
function interfaceOf(address: string): string {
  const found = Object.entries(networkInterfaces()).find(([, infos]) => infos?.some((info) => info.address === address))
  if (found === undefined) throw new Error(`expected an address of this machine, got ${address}`)
  return found[0]
}

/** The same identifier for the same address, in the form of a name-based UUID (RFC 9562, version 8: made as we like). */
function nameBasedUrn(name: string): string {
  const octets = createHash('sha256').update(name, 'utf8').digest().subarray(0, 16)
  octets[6] = (octets[6]! & 0x0f) | 0x80
  octets[8] = (octets[8]! & 0x3f) | 0x80
  const hex = octets.toString('hex')
  return `urn:uuid:${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')}`
}
