import type { AuthenticationKinds, UsernameTokenAuthentication } from './authentication.js'
import type { DigestRequest, HttpDigestAuthentication } from './http-digest.js'
import { NAMESPACE } from './soap/namespaces.js'
import type { XmlElement } from './soap/xml-reader.js'

/** A request for an operation that needs a user. */
export interface AccessRequest extends DigestRequest {
  /** The SOAP header. */
  readonly header: XmlElement | undefined
}

/** When a request came. */
export interface AccessMoment {
  /** By the device's own clock, ms since 1970: it dates WS-Security tokens. */
  readonly deviceMs: number
  /** By a clock that never runs backwards, in ms: it ages HTTP Digest nonces. */
  readonly monotonicMs: number
}

/** How a request is refused. */
export interface Refusal {
  readonly status: 400 | 401
  readonly headers: Readonly<Record<string, string | readonly string[]>>
}

/** The ways in which a recorder lets users in; any of them will do, and none lets everybody in. */
export interface AccessWays {
  readonly usernameToken?: UsernameTokenAuthentication | undefined
  readonly httpDigest?: HttpDigestAuthentication | undefined
}

/** Decides who may use what is not open to everybody. */
export class AccessControl {
  readonly #ways: AccessWays

  constructor(ways: AccessWays) {
    this.#ways = ways
  }

  get kinds(): AuthenticationKinds {
    return { usernameToken: this.#ways.usernameToken !== undefined, httpDigest: this.#ways.httpDigest !== undefined }
  }

  /**
   * @returns how to refuse the request; `undefined` when it may pass. HTTP Digest is asked for with 401; a WS-Security token that is wrong is
   *   refused with 400, as the ONVIF Core specification has it
   */
  refuse(request: AccessRequest, { deviceMs, monotonicMs }: AccessMoment): Refusal | undefined {
    const { usernameToken, httpDigest } = this.#ways
    if (usernameToken === undefined && httpDigest === undefined) return undefined
    if (usernameToken?.accepts(request.header, deviceMs)) return undefined
    if (httpDigest === undefined) return { status: 400, headers: {} }
    const verdict = httpDigest.check(request, monotonicMs)
    if (verdict === 'accepted') return undefined
    const gaveToken = request.header?.child(NAMESPACE.wsse, 'Security') !== undefined
    if (usernameToken !== undefined && gaveToken && request.authorization === undefined)
      return { status: 400, headers: {} }
    return { status: 401, headers: { 'WWW-Authenticate': httpDigest.challenges(verdict === 'stale', monotonicMs) } }
  }
}
