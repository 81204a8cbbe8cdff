import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Credentials } from './authentication.js'

/** What a request says that matters here. */
export interface DigestRequest {
  readonly method: string
  /** Path and query, as in the request line. */
  readonly target: string
  /** The Authorization header. */
  readonly authorization: string | undefined
}

/** How long a nonce is good for. */
export interface NonceLife {
  readonly maxUses: number
  readonly maxAgeMs: number
}

/** `stale`: the client knows the password, but has to use a newer nonce. */
export type DigestVerdict = 'accepted' | 'stale' | 'refused'

/** Hash functions by the algorithm parameter; without it MD5 is meant (RFC 7616, section 3.3). */
const ALGORITHMS = { MD5: 'md5', 'SHA-256': 'sha256' } as const
type Algorithm = keyof typeof ALGORITHMS

const REALM = 'Simulated Recorder'
/** Each is some 100 octets. The oldest goes, so strangers who ask for many cost a client no more than another round trip. */
const MAX_NONCES = 1024
const MAX_HEADER_LENGTH = 4096

/**
 * HTTP Digest access authentication, the server's side, without a clock: the moment is an argument, in ms of any clock that never runs backwards.
 * Challenges twice, in MD5 without the parameter `algorithm`, as older recorders do, and in SHA-256; quality of protection is `auth`.
 *
 * @see RFC 7616; ONVIF Core specification, "Authentication"
 */
export class HttpDigestAuthentication {
  readonly #credentials: Credentials
  readonly #life: NonceLife
  readonly #opaque = randomBytes(8).toString('hex')
  /** Those that were given out, oldest first. */
  readonly #nonces = new Map<string, { readonly givenAtMs: number; uses: number; highestCount: number }>()

  constructor(credentials: Credentials, life: NonceLife) {
    this.#credentials = credentials
    this.#life = life
  }

  /** The WWW-Authenticate headers of a refusal, with a nonce of their own. */
  challenges(isStale: boolean, nowMs: number): readonly string[] {
    const nonce = randomBytes(16).toString('hex')
    this.#nonces.set(nonce, { givenAtMs: nowMs, uses: 0, highestCount: 0 })
    for (const oldest of this.#nonces.keys()) {
      if (this.#nonces.size <= MAX_NONCES) break
      this.#nonces.delete(oldest)
    }
    const common = `Digest realm="${REALM}", qop="auth", nonce="${nonce}", opaque="${this.#opaque}"`
    const stale = isStale ? ', stale=true' : ''
    return [`${common}${stale}`, `${common}, algorithm=SHA-256${stale}`]
  }

  /** Whether a request may pass. One that counts its use of a nonce no higher than before is stale: it may be recorded and sent again. */
  check({ method, target, authorization }: DigestRequest, nowMs: number): DigestVerdict {
    const given = readDigestHeader(authorization)
    if (given === undefined || !this.#knowsPassword(given, method, target)) return 'refused'
    const nonce = this.#nonces.get(given.nonce)
    const isFresh =
      nonce !== undefined &&
      nonce.uses < this.#life.maxUses &&
      nowMs - nonce.givenAtMs <= this.#life.maxAgeMs &&
      given.count > nonce.highestCount
    if (!isFresh) return 'stale'
    nonce.uses += 1
    nonce.highestCount = given.count
    return 'accepted'
  }

  #knowsPassword(given: DigestHeader, method: string, target: string): boolean {
    if (given.realm !== REALM || given.uri !== target || (given.opaque ?? this.#opaque) !== this.#opaque) return false
    const { user, password } = this.#credentials
    const hash = (text: string): string => createHash(ALGORITHMS[given.algorithm]).update(text, 'utf8').digest('hex')
    const secret = hash(`${user}:${REALM}:${password}`)
    const message = `${given.nonce}:${given.countText}:${given.cnonce}:auth:${hash(`${method}:${target}`)}`
    const isUser = areEqual(given.username, user)
    return areEqual(given.response, hash(`${secret}:${message}`)) && isUser
  }
}

interface DigestHeader {
  readonly username: string
  readonly realm: string
  readonly nonce: string
  readonly uri: string
  readonly response: string
  readonly algorithm: Algorithm
  readonly cnonce: string
  readonly count: number
  readonly countText: string
  readonly opaque: string | undefined
}

/** `undefined` for what is no digest of the quality and the algorithms that were offered. */
function readDigestHeader(header = ''): DigestHeader | undefined {
  const scheme = /^Digest +/i.exec(header)
  if (scheme === null || header.length > MAX_HEADER_LENGTH) return undefined
  const fields = new Map<string, string>()
  const rest = header
    .slice(scheme[0].length)
    .replaceAll(/ *([\w*-]+) *= *(?:"((?:[^"\\]|\\.)*)"|([^\s",]+)) *(?:,|$)/g, (_, name, quoted, token) => {
      fields.set(
        String(name).toLowerCase(),
        token === undefined ? String(quoted).replaceAll(/\\(.)/g, '$1') : String(token),
      )
      return ''
    })
  const {
    username,
    realm,
    nonce,
    uri,
    response,
    qop,
    nc,
    cnonce,
    opaque,
    algorithm = 'MD5',
  } = Object.fromEntries<string | undefined>(fields)
  if (rest.trim() !== '' || qop !== 'auth' || !/^[0-9a-f]{8}$/i.test(nc ?? '')) return undefined
  if (!isAlgorithm(algorithm) || [username, realm, nonce, uri, response, cnonce].includes(undefined)) return undefined
  return {
    username: username!, // this and the following: looked for just above
    realm: realm!,
    nonce: nonce!,
    uri: uri!,
    response: response!.toLowerCase(),
    algorithm,
    cnonce: cnonce!,
    count: Number.parseInt(nc!, 16),
    countText: nc!,
    opaque,
  }
}

function isAlgorithm(name: string): name is Algorithm {
  return Object.hasOwn(ALGORITHMS, name)
}

/** In a time that does not tell where they differ. */
function areEqual(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest()
  return timingSafeEqual(digest(a), digest(b))
}
