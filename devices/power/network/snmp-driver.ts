import { isIPv6 } from 'node:net'
import type * as Snmp from 'net-snmp'
import type { ParsedOptionsOf } from '../options.js'
import type { OutletDriver } from '../outlet-driver.js'
import { OutletFault } from '../outlet-fault.js'
import type { OutletState } from '../power-outlet.js'

/** pethPsePortAdminEnable (RFC 3621, POWER-ETHERNET-MIB), indexed by group and port: a TruthValue, 1 true, 2 false. */
export const PETH_PSE_PORT_ADMIN_ENABLE = '1.3.6.1.2.1.105.1.1.1.3'
const TRUE = 1
const FALSE = 2

/** UDP loses packets: one more try, within the time for the answer. */
const TRIES = 2

type SnmpOptions = ParsedOptionsOf<'snmp-poe'>

/** A port of a PoE switch. What it tells is whether it may give power, not whether a device takes any. */
export class SnmpDriver implements OutletDriver {
  readonly readback = 'state'
  readonly #options: SnmpOptions
  readonly #oid: string
  #snmp: typeof Snmp | undefined
  #session: Snmp.Session | undefined
  #socketError: Error | undefined

  constructor(options: SnmpOptions) {
    this.#options = options
    this.#oid = `${PETH_PSE_PORT_ADMIN_ENABLE}.${options.group}.${options.poePort}`
  }

  async open(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    const snmp = await import('net-snmp')
    this.#snmp = snmp
    this.#session = openSession(snmp, this.#options)
    // A host name that cannot be found, or a network that is down: the request that was under way is answered by nothing else.
    this.#session.on('error', (error) => (this.#socketError = error))
  }

  async switchTo(to: 'on' | 'off', signal: AbortSignal | undefined): Promise<void> {
    // Outlets call their driver only between open and close.
    const { ObjectType } = this.#snmp!
    const varbind = { oid: this.#oid, type: ObjectType.Integer, value: to === 'on' ? TRUE : FALSE }
    await this.#ask(signal, (session, done) => session.set([varbind], done))
  }

  async read(signal: AbortSignal | undefined): Promise<OutletState> {
    const value = await this.#ask(signal, (session, done) => session.get([this.#oid], done))
    if (value === TRUE) return 'on'
    if (value === FALSE) return 'off'
    throw new OutletFault('answer', `expected 1 or 2 at ${this.#oid}, got ${String(value)}`)
  }

  close(): Promise<void> {
    this.#session?.close()
    this.#session = undefined
    return Promise.resolve()
  }

  async #ask(
    signal: AbortSignal | undefined,
    ask: (session: Snmp.Session, done: (error: Error | null, varbinds?: Snmp.Varbind[]) => void) => void,
  ): Promise<unknown> {
    signal?.throwIfAborted()
    const session = this.#session!
    this.#socketError = undefined
    let onAbort = (): void => undefined
    try {
      return await new Promise<unknown>((resolve, reject) => {
        onAbort = () => reject(signal?.reason)
        signal?.addEventListener('abort', onAbort, { once: true })
        ask(session, (error, varbinds) => {
          if (error) reject(this.#faultOf(error))
          else if (varbinds?.[0] === undefined || this.#snmp!.isVarbindError(varbinds[0])) {
            reject(new OutletFault('port', `the switch has no PoE port ${this.#oid}`))
          } else resolve(varbinds[0].value)
        })
      })
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  #faultOf(error: Error): OutletFault {
    const { ErrorStatus } = this.#snmp!
    const { host, udpPort } = this.#options
    const where = `${host}, UDP port ${udpPort}`
    if (error.name === 'RequestTimedOutError') {
      const why =
        this.#socketError === undefined ? 'a wrong community gets no answer either' : this.#socketError.message
      return new OutletFault('silent', `no answer from ${where}: ${why}`, { cause: error })
    }
    if (error.name === 'RequestFailedError') {
      const status = (error as Error & { readonly status?: number }).status
      const isAbsent = status === ErrorStatus.NoSuchName || status === ErrorStatus.NoCreation
      return new OutletFault(isAbsent ? 'port' : 'refused', `${where} answered ${error.message}`, { cause: error })
    }
    // Version 3 tells wrong users and keys in reports.
    const isRefusal =
      error.name === 'ResponseInvalidError' && /unknown user|wrong digest|auth|decrypt|usm/i.test(error.message)
    return new OutletFault(isRefusal ? 'refused' : 'answer', `${where}: ${error.message}`, { cause: error })
  }
}

function openSession(snmp: typeof Snmp, options: SnmpOptions): Snmp.Session {
  const { host, udpPort, replyTimeoutMs, snmp: access } = options
  const common = {
    port: udpPort,
    transport: isIPv6(host) ? ('udp6' as const) : ('udp4' as const),
    retries: TRIES - 1,
    timeout: Math.ceil(replyTimeoutMs / TRIES),
    backoff: 1,
  }
  if (access.version === '2c') {
    return snmp.createSession(host, access.community, { ...common, version: snmp.Version2c })
  }
  const { user, authentication, privacy, context } = access
  const { SecurityLevel, AuthProtocols, PrivProtocols } = snmp
  const credentials: Snmp.User = {
    name: user,
    level:
      authentication === undefined
        ? SecurityLevel.noAuthNoPriv
        : privacy === undefined
          ? SecurityLevel.authNoPriv
          : SecurityLevel.authPriv,
    ...(authentication && { authProtocol: AuthProtocols[authentication.protocol], authKey: authentication.key }),
    ...(privacy && { privProtocol: PrivProtocols[privacy.protocol], privKey: privacy.key }),
  }
  return snmp.createV3Session(host, credentials, { ...common, version: snmp.Version3, context })
}
