import { createHash, timingSafeEqual } from 'node:crypto'
import { NAMESPACE } from './soap/namespaces.js'
import { readDateTime } from './soap/values.js'
import type { XmlElement } from './soap/xml-reader.js'

/** Who may use the recorder. */
export interface Credentials {
  readonly user: string
  readonly password: string
}

/** In which ways a recorder asks who is there, as it tells in its capabilities. */
export interface AuthenticationKinds {
  /** WS-Security. */
  readonly usernameToken: boolean
  readonly httpDigest: boolean
}

const DIGEST_TYPE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest'

/** A token is good for five minutes to either side of the device's clock, the time that the username token profile recommends. */
const FRESHNESS_MS = 300_000
/** At most this many nonces are remembered, about 10 MB: 100 requests a second for ten minutes. */
const DEFAULT_MAX_NONCES = 65_536
/** The profile's nonces have 16 octets; some clients send more. */
const MAX_NONCE_LENGTH = 256

/**
 * WS-Security with a UsernameToken and PasswordDigest, without a clock: the moment is an argument.
 *
 * @see OASIS Web Services Security UsernameToken Profile 1.0, section 3.1; ONVIF Core specification, "Authentication"
 */
export class UsernameTokenAuthentication {
  readonly #userHash: Buffer
  readonly #password: string
  readonly #maxNonces: number
  /** When each nonce was created, oldest use first. */
  readonly #usedNonces = new Map<string, number>()
  /** A token created no later than this is refused, because its nonce may have been forgotten. */
  #forgottenUntilMs = -Infinity

  constructor(credentials: Credentials, maxNonces: number = DEFAULT_MAX_NONCES) {
    this.#userHash = sha256(credentials.user)
    this.#password = credentials.password
    this.#maxNonces = maxNonces
  }

  /** How many nonces are remembered. */
  get nonceCount(): number {
    return this.#usedNonces.size
  }

  /**
   * Whether a request may pass. It may not without a token, with the wrong user or password, with a token that is too old or too new, and with one
   * that was used before.
   *
   * @param header - the SOAP header
   * @param deviceNowMs - the device's own clock, ms since 1970
   */
  accepts(header: XmlElement | undefined, deviceNowMs: number): boolean {
    const token = header?.child(NAMESPACE.wsse, 'Security')?.child(NAMESPACE.wsse, 'UsernameToken')
    const password = token?.child(NAMESPACE.wsse, 'Password')
    const user = token?.child(NAMESPACE.wsse, 'Username')?.text ?? ''
    const nonce = token?.child(NAMESPACE.wsse, 'Nonce')?.text.trim() ?? ''
    const created = token?.child(NAMESPACE.wsu, 'Created')?.text ?? ''
    const createdMs = readDateTime(created)
    if (password?.attribute('Type') !== DIGEST_TYPE || createdMs === undefined) return false
    if (nonce.length === 0 || nonce.length > MAX_NONCE_LENGTH) return false

    const nonceOctets = Buffer.from(nonce, 'base64')
    const expected = createHash('sha1').update(nonceOctets).update(created).update(this.#password).digest()
    const given = Buffer.from(password.text, 'base64')
    const isUser = timingSafeEqual(sha256(user), this.#userHash)
    const isPassword = given.length === expected.length && timingSafeEqual(given, expected)
    const isFresh = Math.abs(createdMs - deviceNowMs) <= FRESHNESS_MS && createdMs > this.#forgottenUntilMs
    // Only a request that proved to know the password has its nonce remembered, so strangers cannot fill the memory.
    return isUser && isPassword && isFresh && this.#spend(nonceOctets.toString('base64'), createdMs, deviceNowMs)
  }

  /** Remember a nonce, written the one canonical way; false when it was used before. */
  #spend(nonce: string, createdMs: number, deviceNowMs: number): boolean {
    if (this.#usedNonces.has(nonce)) return false
    for (const [oldest, oldestMs] of this.#usedNonces) {
      const isStale = oldestMs < deviceNowMs - FRESHNESS_MS
      if (!isStale && this.#usedNonces.size < this.#maxNonces) break
      // Whether it goes for its age or for lack of room: from now on its time alone refuses it, also if the device's clock is set back.
      this.#usedNonces.delete(oldest)
      this.#forgottenUntilMs = Math.max(this.#forgottenUntilMs, oldestMs)
    }
    this.#usedNonces.set(nonce, createdMs)
    return true
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest()
}
